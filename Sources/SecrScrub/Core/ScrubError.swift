internal import SecrBytes

/// Why a file was not scrubbed. Nothing was written.
public struct ScrubError: Error, Equatable, Sendable {
    public enum Code: Sendable {
        /// Not a format that is handled.
        case unsupportedFormat
        /// Damaged, or not what it claims to be.
        case damaged
        /// Understood, but it can't be scrubbed without changing what is seen.
        case refused
        /// Encrypted, and the password is missing or another one.
        case password
        /// The output failed the check against the input. A bug of ours, or a disk that lies.
        case contract
        /// The input could not be read.
        case unreadable
    }

    public var code: Code
    /// Lower case, no full stop, names no file.
    public var reason: String
    /// Where in the input, where that helps.
    public var offset: Int?
    /// What to do next.
    public var hint: String?

    @inline(never)
    public init(_ code: Code, _ reason: String, at offset: Int? = nil, hint: String? = nil) {
        self.code = code
        self.reason = reason
        self.offset = offset
        self.hint = hint
    }

    /// An input that ends too early.
    static func cutOff(at offset: Int) -> ScrubError {
        ScrubError(
            .refused, "the picture is cut off: its end is missing", at: offset,
            hint: "--tolerate truncated scrubs what is there")
    }

    /// An output that is not what it has to be.
    static func broken(_ what: String, at offset: Int) -> ScrubError {
        ScrubError(.contract, "the output would not be the same picture: \(what)", at: offset)
    }

    /// Runs `body`, translating what the layers below throw.
    static func translating<Result>(_ body: () throws -> Result) throws(ScrubError) -> Result {
        do {
            return try body()
        } catch let error as ScrubError {
            throw error
        } catch let error as ParseError {
            throw ScrubError(error.code == .unsupported ? .refused : .damaged, error.context, at: error.offset)
        } catch let error as ByteSourceError {
            throw ScrubError(.unreadable, error.description)
        } catch {
            preconditionFailure("a handler threw an undeclared error")
        }
    }
}
