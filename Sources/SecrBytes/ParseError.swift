/// What is wrong with an input, and where.
public struct ParseError: Error, Equatable, Sendable {
    public enum Code: Sendable {
        /// The input ends before the structure does.
        case truncated
        /// A field contradicts the format.
        case malformed
        /// Well-formed, but of a kind that is not handled.
        case unsupported
        /// Larger, deeper or more numerous than ``Limits`` allows.
        case limit
    }

    public var code: Code
    /// Where in the input, in bytes from its start.
    public var offset: Int
    /// What was being read, in a few lower-case words.
    public var context: String

    @inline(never)
    public init(_ code: Code, at offset: Int, _ context: String) {
        self.code = code
        self.offset = offset
        self.context = context
    }
}
