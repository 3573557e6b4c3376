/// Sealed bytes that can be read anywhere: a file, an object of a store.
public protocol SealedSource: Sendable {
    /// Bytes.
    var size: Int { get }

    /// Fills `buffer` with what stands at `offset`; it lies within ``size``.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}
