internal import SecrBytes

/// Why a receipt was not made, or not verified.
package struct ReceiptError: Error, Equatable, Sendable {
    package enum Code: Sendable, Equatable {
        // What differs from what it was, as far as that can be known.
        case input, output, receipt, essence, ranges
        /// A version or a format of which nothing is known.
        case unsupported
        /// A file that makes no sense.
        case damaged
        /// More than is looked at.
        case limit
        /// The system gives less memory than guessing has to cost.
        case memory
        case unreadable
    }

    package var code: Code
    /// Lower case, no full stop, names no file.
    package var reason: String
    /// Where, in the file that it is about.
    package var offset: Int?

    init(_ code: Code, _ reason: String, at offset: Int? = nil) {
        (self.code, self.reason, self.offset) = (code, reason, offset)
    }

    /// Whether something is not what it was when the receipt was made.
    package var isMismatch: Bool { [.input, .output, .receipt, .essence, .ranges].contains(code) }

    /// Runs `body`, translating what the layers below throw.
    ///
    /// - Parameter code: of a file that can't be read as what it should be.
    static func translating<Result>(
        _ code: Code = .damaged, _ body: () throws -> Result
    ) throws(ReceiptError) -> Result {
        do {
            return try body()
        } catch let error as ReceiptError {
            throw error
        } catch let error as ParseError {
            throw ReceiptError(error.code == .limit ? .limit : code, error.context, at: error.offset)
        } catch let error as ByteSourceError {
            throw ReceiptError(.unreadable, error.description)
        } catch {
            preconditionFailure("a reader threw an undeclared error")
        }
    }
}
