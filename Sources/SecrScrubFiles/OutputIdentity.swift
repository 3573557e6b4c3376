internal import SecrBytes
internal import SecrCrypto
internal import SecrScrub

/// By what an output is called.
struct OutputIdentity {
    /// BLAKE2b of 32 bytes.
    var digest: [UInt8]
    /// As many of the first bytes as tell the kind of a file.
    var prefix: [UInt8]

    init(digest: [UInt8], prefix: [UInt8]) {
        (self.digest, self.prefix) = (digest, prefix)
    }

    init(of output: some ByteSource) throws {
        var hasher = BLAKE2b()
        var window = ByteWindow(output)
        prefix = try window.bytes(in: 0..<min(output.size, FileFormat.prefixLength))
        try unsafe window.forEachPiece(in: 0..<output.size) { piece in
            // Safe: the hasher only reads, while the piece is there.
            unsafe hasher.add(RawSpan(_unsafeBytes: piece))
        }
        digest = hasher.finish()
    }
}

extension ByteSource {
    /// Whether another one has the same bytes, and no more.
    func isSame(as other: some ByteSource) throws -> Bool {
        try size == other.size && holdsSameBytes(in: 0..<size, as: other, in: 0..<size)
    }
}
