internal import SecrReceipt
internal import SecrSystem
internal import SystemPackage

/// Whether a receipt is that of an input and its output.
public enum ReceiptVerdict: Sendable, Equatable {
    /// What is not as the receipt says.
    public enum Subject: String, Sendable {
        case input, output, receipt, essence, ranges
    }

    case verified
    /// - Parameters:
    ///   - offset: where, in the file that it is about.
    case differs(Subject, reason: String, offset: Int?)

    /// Reads all three, and works everything out again by code that has nothing to do with what scrubs.
    ///
    /// - Throws: where that can't be told.
    public init(_ input: OpenInput, _ output: OpenInput, _ receipt: OpenInput) throws(FileFailure) {
        self = try FileFailure.translating {
            guard receipt.source.size <= Receipt.mostBytes else {
                throw FileFailure(.limit, "the receipt is too large")
            }
            var text = [UInt8](repeating: 0, count: receipt.source.size)
            try receipt.source.read(0..<text.count, into: &text)
            let verdict = try Self.verdict(text, input, output)
            for file in [input, output] { try file.requireUnchanged() }
            return verdict
        }
    }

    private static func verdict(
        _ text: [UInt8], _ input: OpenInput, _ output: OpenInput
    ) throws(FileFailure) -> ReceiptVerdict {
        do throws(ReceiptError) {
            _ = try Receipt.verify(text, input.source, output.source)
            return .verified
        } catch {
            let subject: Subject
            switch error.code {
            case .input: subject = .input
            case .output: subject = .output
            case .receipt: subject = .receipt
            case .essence: subject = .essence
            case .ranges: subject = .ranges
            case .unsupported: throw FileFailure(.unsupported, error.reason)
            case .limit, .memory: throw FileFailure(.limit, error.reason)
            case .damaged: throw FileFailure(.damaged, error.reason, at: error.offset)
            case .unreadable: throw FileFailure(.io, error.reason)
            }
            return .differs(subject, reason: error.reason, offset: error.offset)
        }
    }
}
