internal import SecrBytes
internal import SecrReceipt
internal import SecrScrub
internal import SecrSystem
public import SystemPackage

/// A receipt that is wanted: where it goes, and what it says beside what was found.
public struct ReceiptOrder: Sendable {
    public let path: FilePath
    private let terms: Receipt.Terms

    /// - Parameters:
    ///   - tool: version of the program.
    ///   - policy: lines of a policy file.
    ///   - options: of the command, as far as the output depends on them.
    public init(_ path: FilePath, tool: String, policy: [String], options: [String]) {
        self.path = path
        terms = Receipt.Terms(tool: tool, policy: policy, options: options)
    }

    /// - Throws: where there can't be one, before anything is written.
    func require(
        _ format: FileFormat, _ opened: OpenInput, output: FilePath?, _ overwrites: Bool
    ) throws {
        _ = try Self.format(format)
        if let output, try Self.isSame(path, output) {
            throw FileFailure(.refused, "output and receipt are the same file")
        }
        guard let existing = try FileStatus.of(path, followSymlinks: false) else { return }
        guard existing.identity != opened.status.identity else {
            throw FileFailure(.refused, "input and receipt are the same file")
        }
        guard existing.kind == .regular else { throw FileFailure(.refused, "the receipt is not a regular file") }
        guard overwrites else {
            throw FileFailure(.exists, "the receipt exists already", hint: "--force overwrites it")
        }
    }

    private static func format(_ format: FileFormat) throws(FileFailure) -> ReceiptFormat {
        guard let found = ReceiptFormat(rawValue: format.rawValue) else {
            throw FileFailure(.unsupported, "there are no receipts for a \(format.name)", hint: "leave out --receipt")
        }
        return found
    }

    /// Whether two names, of which the files need not be there, are of one file.
    private static func isSame(_ first: FilePath, _ second: FilePath) throws(SystemError) -> Bool {
        func folder(_ path: FilePath) throws(SystemError) -> FileStatus.Identity? {
            let folder = path.removingLastComponent()
            return try FileStatus.of(folder.isEmpty ? "." : folder, followSymlinks: true)?.identity
        }
        let folders = (try folder(first), try folder(second))
        return first.lastComponent == second.lastComponent && folders.0 == folders.1
    }

    /// Prepares its file, so that there is an error before the output is written where it can't be made.
    func stage(_ decided: DecidedScrub, _ opened: OpenInput, _ overwrites: Bool) throws -> StagedReceipt {
        StagedReceipt(
            staged: try StagedFile(for: path), input: opened, format: try Self.format(decided.format),
            copies: try decided.copies(), terms: terms, overwrites: overwrites)
    }
}

/// A receipt that nobody can see before its output has appeared.
struct StagedReceipt: Sendable {
    let staged: StagedFile
    let input: OpenInput
    let format: ReceiptFormat
    let copies: [Receipt.Copy]
    let terms: Receipt.Terms
    let overwrites: Bool

    /// Who scrubbed what concerns nobody else.
    private static let mode: UInt32 = 0o600

    /// - Parameter output: as it was really written.
    func write(for output: FileSource) throws {
        let receipt = try Receipt(of: input.source, output, format, copies: copies, terms: terms)
        try input.requireUnchanged()
        try staged.descriptor.write(receipt.text)
        if overwrites { try staged.sync() }
    }

    func appear() throws(FileFailure) {
        do throws(SystemError) {
            if overwrites {
                try staged.setMode(Self.mode)
                try staged.publishReplacing(staged.target)
            } else {
                try staged.publishNew(mode: Self.mode)
            }
        } catch {
            let failure = FileFailure(error)
            throw FileFailure(failure.code, "the output is there, but not its receipt: \(failure.reason)")
        }
    }
}

extension OutputPlan {
    /// What of an input the output has.
    func copies() throws(FileFailure) -> [Receipt.Copy] {
        var (copies, end) = ([Receipt.Copy](), 0)
        for piece in pieces {
            if case .copy(let range) = piece {
                copies.append(Receipt.Copy(input: range.lowerBound, output: end, count: range.count))
            }
            end += piece.count
        }
        guard copies.count <= Receipt.mostCopies else {
            throw FileFailure(.limit, "too many places are changed for a receipt", hint: "leave out --receipt")
        }
        return copies
    }
}
