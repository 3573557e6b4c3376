internal import SecrBytes
internal import SecrCrypto

/// Hashes an essence piece by piece: numbers in eight bytes, most significant first; strings of bytes behind their length.
struct EssenceHasher: ~Copyable {
    private var hash = BLAKE2b()
    /// Bytes of samples that may still be looked at.
    private var left: Int

    /// - Parameter size: of the file. Samples can lie upon each other or be empty, which must not take time out of proportion.
    init(of size: Int) { left = 16 * min(size, .max / 32) + 1 << 24 }

    /// What a sample costs beside its bytes.
    private static let perSample = 64

    /// To be called for each sample.
    mutating func spend(_ count: Int) throws(ParseError) {
        left -= count + Self.perSample
        guard left >= 0 else { throw ParseError(.limit, at: 0, "too much that lies upon each other") }
    }

    mutating func add(_ number: Int) {
        // Safe: eight bytes, which are only read.
        unsafe withUnsafeBytes(of: Int64(number).bigEndian) { unsafe addUncounted($0) }
    }

    mutating func add(_ numbers: [Int]) {
        for number in numbers { add(number) }
    }

    mutating func add(_ bytes: some Collection<UInt8>) {
        add(bytes.count)
        addUncounted(Array(bytes))
    }

    mutating func add(_ code: FourCC) { addUncounted(code.bytes) }

    /// Bytes of which it is known where they end.
    mutating func addUncounted(_ bytes: [UInt8]) {
        // Safe: bytes mean the same in any form.
        unsafe hash.add(bytes.span.bytes)
    }

    mutating func addUncounted(_ bytes: UnsafeRawBufferPointer) {
        // Safe: they are only read, while they are there.
        unsafe hash.add(RawSpan(_unsafeBytes: bytes))
    }

    /// Ranges of a file as one string of bytes.
    mutating func add(_ ranges: [Range<Int>], of window: inout ByteWindow) throws {
        add(ranges.reduce(0) { $0 + $1.count })
        for range in ranges {
            // Safe: the pointer does not leave the closure.
            try unsafe window.forEachPiece(in: range) { unsafe addUncounted($0) }
        }
    }

    consuming func finish() -> [UInt8] { hash.finish() }
}
