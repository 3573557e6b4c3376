import SecrCrypto
import Testing

/// The cipher for long messages with arrays, as the tests have them.
enum Fast {
    static func seal(
        _ plaintext: [UInt8], additionalData: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) -> [UInt8]? {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + XChaCha20Poly1305.tagSize)
        var span = sealed.mutableSpan
        var bytes = span.mutableBytes
        let isDone = FastXChaCha20Poly1305.seal(
            plaintext.span.bytes, additionalData: additionalData.span.bytes, nonce: nonce.span.bytes, key: key,
            into: &bytes)
        return isDone ? sealed : nil
    }

    static func open(
        _ sealed: [UInt8], additionalData: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) -> [UInt8]? {
        var plaintext = [UInt8](repeating: 0xA5, count: sealed.count - XChaCha20Poly1305.tagSize)
        var span = plaintext.mutableSpan
        var bytes = span.mutableBytes
        let isDone = FastXChaCha20Poly1305.open(
            sealed.span.bytes, additionalData: additionalData.span.bytes, nonce: nonce.span.bytes, key: key,
            into: &bytes)
        if isDone { return plaintext }
        #expect(plaintext.allSatisfy { $0 == 0 }, "nothing of what is not authentic stays")
        return nil
    }
}

/// What is long is sealed by other code than what is short, and nobody can tell.
@Suite(.enabled(if: FastXChaCha20Poly1305.isThere, "there is no OpenSSL 3"))
struct FastCipherTests {
    let nonce = SecureRandom.bytes(XChaCha20Poly1305.nonceSize)

    /// Below and above where the one takes over from the other, and where the assembly has its steps.
    @Test(arguments: [
        0, 1, 15, 16, 17, 63, 64, 65, 191, 192, 255, 256, 257, 511, 513, 1_024, 16_383, 16_384, 65_536, 1 << 20,
    ])
    func agreesWithTheOther(_ count: Int) throws {
        let key = SecretBytes(random: XChaCha20Poly1305.keySize)
        let message = SecureRandom.bytes(count)
        let additional = SecureRandom.bytes(count % 50)
        let sealed = XChaCha20Poly1305.seal(message, additionalData: additional, nonce: nonce, key: key)
        #expect(Fast.seal(message, additionalData: additional, nonce: nonce, key: key) == sealed)
        #expect(Fast.open(sealed, additionalData: additional, nonce: nonce, key: key) == message)
        #expect(try XChaCha20Poly1305.open(sealed, additionalData: additional, nonce: nonce, key: key) == message)
    }

    /// One bit anywhere, in the message, the tag, what goes with it, the nonce or the key.
    @Test(arguments: [100, 65_536])
    func refusesWhatIsDamaged(_ count: Int) {
        let key = SecretBytes(random: XChaCha20Poly1305.keySize)
        let sealed = XChaCha20Poly1305.seal(SecureRandom.bytes(count), additionalData: [1], nonce: nonce, key: key)
        for place in [0, count / 2, count - 1, count, count + 15] {
            var damaged = sealed
            damaged[place] ^= 0x10
            #expect(Fast.open(damaged, additionalData: [1], nonce: nonce, key: key) == nil)
            #expect(throws: CryptoError.notAuthentic) {
                try XChaCha20Poly1305.open(damaged, additionalData: [1], nonce: nonce, key: key)
            }
        }
        #expect(Fast.open(sealed, additionalData: [2], nonce: nonce, key: key) == nil)
        #expect(Fast.open(sealed, additionalData: [1], nonce: nonce.reversed(), key: key) == nil)
        #expect(Fast.open(sealed, additionalData: [1], nonce: nonce, key: SecretBytes(random: 32)) == nil)
    }
}
