internal import SecrBytes
internal import SecrReceipt
public import SecrScrub
public import SecrSystem
public import SystemPackage

/// Why one file was not done. Nothing appeared in its place.
public struct FileFailure: Error, Equatable, Sendable {
    /// Lower case, no full stop; names no file, since whoever prints it does.
    public var reason: String
    public var hint: String?
    /// Where in the input, where that helps.
    public var offset: Int?
    public var code: Code

    /// The kind of problem, for programs.
    public enum Code: String, Sendable {
        case unsupported, damaged, refused, password, contract, exists, changed, limit, usage, io, interrupted, skipped
        case crashed
    }

    /// Whether a file is passed over rather than failed: it was found in a folder, and nobody asked for it by name.
    public func isSkip(of input: Input?) -> Bool {
        code == .skipped || (code == .unsupported && input?.isDiscovered == true)
    }

    public init(_ code: Code, _ reason: String, hint: String? = nil, at offset: Int? = nil) {
        self.code = code
        self.reason = reason
        self.hint = hint
        self.offset = offset
    }

    public init(_ error: ScrubError) {
        switch error.code {
        case .unsupportedFormat: code = .unsupported
        case .damaged: code = .damaged
        case .refused: code = .refused
        case .password: code = .password
        case .contract: code = .contract
        case .unreadable: code = .io
        }
        reason = error.code == .damaged ? "damaged: \(error.reason)" : error.reason
        hint = error.hint
        offset = error.offset
    }

    /// Of a receipt that was to be made.
    init(_ error: ReceiptError) {
        code =
            switch error.code {
            case .unreadable: .io
            case .limit, .memory: .limit
            case .damaged, .unsupported, .input, .output: .refused
            case .receipt, .essence, .ranges: .contract
            }
        reason = "there is no receipt for it, and so no output: \(error.reason)"
        hint = "without --receipt it is scrubbed"
        offset = error.offset
    }

    /// - Parameter input: the file that the failure is told about; another one is named in the reason.
    public init(_ error: SystemError, about input: FilePath? = nil) {
        let description = error.errno.description
        code = error.errno == .fileExists ? .exists : error.errno == .interrupted ? .interrupted : .io
        let other = error.path.flatMap { $0 == input ? nil : " '\($0.string)'" } ?? ""
        reason = "can't \(error.operation)\(other): \(description.prefix(1).lowercased())\(description.dropFirst())"
        hint = error.errno == .fileExists ? "--force overwrites it" : nil
    }

    /// Runs `body`, translating what the layers below throw.
    static func translating<Result>(
        about input: FilePath? = nil, _ body: () throws -> Result
    ) throws(FileFailure) -> Result {
        do {
            return try body()
        } catch let failure as FileFailure {
            throw failure
        } catch let error as ScrubError {
            throw FileFailure(error)
        } catch let error as SystemError {
            throw FileFailure(error, about: input)
        } catch let error as ReceiptError {
            throw FileFailure(error)
        } catch let error as ByteSourceError {
            throw FileFailure(.io, error.description)
        } catch {
            preconditionFailure("an undeclared error")
        }
    }
}
