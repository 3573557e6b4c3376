/// What is wrong with bytes that came from the other side.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Not as many bytes as the frame has.
        case size = "wrong size"
        /// Of a version that is not spoken here.
        case version = "unknown version"
        /// A command, status, size or policy that is not known.
        case unknown = "unknown value"
        /// A number outside what is allowed.
        case range = "value out of range"
        /// Bytes that must be zero.
        case reserved = "reserved bytes in use"
        /// What follows the frame is not what it names.
        case digest = "payload does not fit"
        /// Bytes that are no text, or a text that has not the form it must have.
        case text = "malformed text"
        /// Letters that do not fit the sum behind them.
        case check = "wrong check sum"
        /// An answer to another command.
        case nonce = "answer to another command"
    }

    public let code: Code
    /// Where in the frame.
    public let offset: Int

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// A command upon a blob where those upon boxes are taken, or the other way round.
    public static let wrongRoute = WireError(.unknown, at: 1)
    /// More or less than the command announces follows it.
    public static let wrongSize = WireError(.size, at: Frame.size)
    /// Something else than the command announces follows it.
    public static let wrongPayload = WireError(.digest, at: Frame.size)

    public var description: String { "\(code.rawValue) at byte \(offset)" }
}
