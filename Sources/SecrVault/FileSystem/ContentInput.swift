/// A file's contents on their way into a vault.
@safe public struct ContentInput: Sendable {
    /// Bytes, as far as known before: decides only in which object they lie.
    public var expectedSize: Int?
    /// Fills a buffer with what comes next; less than it holds means the end. Called by one thread at a time.
    public var read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int

    public init(
        expectedSize: Int?, read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        self.expectedSize = expectedSize
        unsafe self.read = unsafe read
    }
}
