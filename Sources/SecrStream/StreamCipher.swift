internal import SecrCrypto

/// The keys of one stream: seals or opens its chunks, in any order and on any thread.
///
/// A sealing cipher is made with a fresh salt, so that no nonce is ever used twice; nobody can choose the salt.
final class StreamCipher: Sendable {
    /// Salt and commitment: the first 64 bytes of the stream.
    let head: [UInt8]
    let shape: StreamShape
    private let key: SecretBytes
    private let noncePrefix: (UInt64, UInt64)

    static let saltSize = 32

    /// For a new stream.
    convenience init(sealing kind: StreamKind, _ shape: StreamShape, key: borrowing SecretBytes) {
        self.init(kind, shape, key: key, salt: SecureRandom.bytes(Self.saltSize))
    }

    /// For a stream that begins with `head`, of at least 64 bytes.
    convenience init(
        opening head: some Collection<UInt8>, _ kind: StreamKind, _ shape: StreamShape, key: borrowing SecretBytes
    ) throws(StreamError) {
        precondition(head.count >= StreamShape.headSize)
        self.init(kind, shape, key: key, salt: Array(head.prefix(Self.saltSize)))
        guard ConstantTime.areEqual(self.head, head.prefix(StreamShape.headSize)) else { throw .wrongKey }
    }

    /// With a salt that is read from a stream, fresh, or that of a published example.
    init(_ kind: StreamKind, _ shape: StreamShape, key: borrowing SecretBytes, salt: [UInt8]) {
        let extracted = HKDF.extract(salt: salt, key: key)
        let expanded = HKDF.expand(extracted, info: Self.context(kind, shape), count: 80)
        self.shape = shape
        self.key = expanded.part(0..<32)
        // Safe: 80 bytes, of which these are no secrets: a nonce, and what everybody can read in the head.
        let (prefix, commitment) = unsafe expanded.withBytes { bytes in
            (
                (
                    unsafe bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self),
                    unsafe bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
                ),
                unsafe Array(bytes[48..<80])
            )
        }
        noncePrefix = prefix
        head = salt + commitment
    }

    /// What the keys are bound to, 16 bytes.
    static func context(_ kind: StreamKind, _ shape: StreamShape) -> [UInt8] {
        Array("secr-stream".utf8) + [0, 1, kind.rawValue, shape.chunkBits, 0]
    }

    private func nonce(_ chunk: Int, isFinal: Bool) -> InlineArray<3, UInt64> {
        [noncePrefix.0, noncePrefix.1, (UInt64(chunk) << 1 | (isFinal ? 1 : 0)).bigEndian]
    }

    /// Writes the sealed chunk to `sealed`, which has room for 16 bytes more than `plaintext` has.
    func seal(_ plaintext: RawSpan, chunk: Int, isFinal: Bool, into sealed: inout MutableRawSpan) {
        let nonce = nonce(chunk, isFinal: isFinal)
        // Safe: numbers are read as the bytes they consist of.
        unsafe XChaCha20Poly1305.seal(
            plaintext, additionalData: RawSpan(), nonce: nonce.span.bytes, key: key, into: &sealed)
    }

    /// Writes what is sealed to `plaintext`, which has 16 bytes less.
    func open(
        _ sealed: RawSpan, chunk: Int, isFinal: Bool, into plaintext: inout MutableRawSpan
    ) throws(StreamError) {
        let nonce = nonce(chunk, isFinal: isFinal)
        do {
            // Safe: numbers are read as the bytes they consist of.
            try unsafe XChaCha20Poly1305.open(
                sealed, additionalData: RawSpan(), nonce: nonce.span.bytes, key: key, into: &plaintext)
        } catch {
            throw .damaged(chunk: chunk)
        }
    }
}
