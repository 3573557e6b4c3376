/// How a stream is cut into chunks, and what that makes of sizes. All sizes are in bytes.
public struct StreamShape: Sendable, Equatable {
    /// Salt and commitment, in front of the chunks.
    public static let headSize = 64
    /// What a chunk grows by.
    public static let tagSize = 16

    /// As a power of two: 12...16.
    public let chunkBits: UInt8

    /// Bytes of plaintext in every chunk but the last.
    public var chunkSize: Int { 1 << Int(chunkBits) }
    /// The same when sealed.
    public var sealedChunkSize: Int { chunkSize + Self.tagSize }

    /// Chunks of 64 KiB, for what is written in one go.
    public static let standard = StreamShape(checked: 16)
    /// Chunks of 4 KiB, for what is read page by page.
    public static let paged = StreamShape(checked: 12)

    private init(checked chunkBits: UInt8) {
        self.chunkBits = chunkBits
    }

    /// `nil` unless 4 KiB to 64 KiB, a power of two.
    public init?(chunkBits: Int) {
        guard (12...16).contains(chunkBits) else { return nil }
        self.init(checked: UInt8(chunkBits))
    }

    /// Only the empty stream has an empty chunk.
    public func chunkCount(ofPlaintext size: Int) -> Int {
        max(1, (size + chunkSize - 1) >> Int(chunkBits))
    }

    public func sealedSize(ofPlaintext size: Int) -> Int {
        Self.headSize + size + chunkCount(ofPlaintext: size) * Self.tagSize
    }

    /// How much plaintext a stream of `size` bytes holds; `nil` where no stream has that size.
    public func plaintextSize(ofSealed size: Int) -> Int? {
        let body = size - Self.headSize
        guard body >= Self.tagSize else { return nil }
        let (whole, rest) = body.quotientAndRemainder(dividingBy: sealedChunkSize)
        if rest == 0 { return whole * chunkSize }
        if rest == Self.tagSize && whole > 0 { return nil }
        return rest < Self.tagSize ? nil : whole * chunkSize + rest - Self.tagSize
    }

    /// Where a sealed chunk lies in a stream that holds `size` bytes of plaintext.
    func sealedRange(ofChunk index: Int, plaintextSize size: Int) -> Range<Int> {
        let start = Self.headSize + index * sealedChunkSize
        return start..<min(start + sealedChunkSize, sealedSize(ofPlaintext: size))
    }
}
