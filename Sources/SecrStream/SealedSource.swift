/// Sealed bytes that can be read anywhere: a file, an object of a store.
public protocol SealedSource: Sendable {
    /// Bytes.
    var size: Int { get }

    /// Fills `buffer` with what stands at `offset`; it lies within ``size``.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws

    /// About these bytes somebody is going to ask soon. Returns at once.
    func announce(_ range: Range<Int>)
}

extension SealedSource {
    /// Nothing, where nothing can be done.
    public func announce(_ range: Range<Int>) {}
}
