import SecrCrypto
import Testing

/// The examples that the standards themselves give.
@Suite struct PublishedVectorTests {
    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    @Test func xchacha() throws {
        let message = Array(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
                .utf8)
        let key = SecretBytes(copying: (0x80...0x9F).map { UInt8($0) })
        let nonce = (0x40...0x57).map { UInt8($0) }
        let additional = hexadecimal("50515253c0c1c2c3c4c5c6c7")
        let sealed = XChaCha20Poly1305.seal(message, additionalData: additional, nonce: nonce, key: key)
        #expect(sealed.prefix(16) == hexadecimal("bd6d179d3e83d43b9576579493c0e939")[...])
        #expect(sealed.suffix(16) == hexadecimal("c0875924c1c7987947deafd8780acf49")[...])
        let opened = try XChaCha20Poly1305.open(sealed, additionalData: additional, nonce: nonce, key: key)
        #expect(opened == message)
    }

    /// RFC 4231, section 4.
    @Test(arguments: [
        (
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"
        ),
        (
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
    ])
    func hmac(key: String, message: String, code: String) {
        let key = SecretBytes(copying: hexadecimal(key))
        let made = HMAC.code(for: hexadecimal(message), key: key)
        #expect(made == hexadecimal(code))
        let isValid = HMAC.isValid(hexadecimal(code), for: hexadecimal(message), key: key)
        #expect(isValid)
    }

    /// RFC 7693, appendix A, and the hash of nothing.
    @Test func blake2b() {
        let abc = """
            ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
            7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923
            """
        #expect(BLAKE2b.hash(Array("abc".utf8), count: 64) == hexadecimal(abc))
        #expect(
            BLAKE2b.hash([]) == hexadecimal("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"))
        var pieces = BLAKE2b(count: 64)
        for byte in "abc".utf8 { pieces.add([byte].span.bytes) }
        #expect(pieces.finish() == hexadecimal(abc))
    }

    /// RFC 7748, section 6.1.
    @Test func x25519() throws {
        let alice = SecretBytes(
            copying: hexadecimal("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
        let bob = SecretBytes(
            copying: hexadecimal("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
        let publicKey = X25519.publicKey(of: alice)
        #expect(publicKey == hexadecimal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
        let shared = SecretBytes(
            copying: hexadecimal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"))
        let mine = try X25519.sharedSecret(alice, with: X25519.publicKey(of: bob))
        let theirs = try X25519.sharedSecret(bob, with: X25519.publicKey(of: alice))
        let isSame = mine.isEqual(to: shared) && theirs.isEqual(to: shared)
        #expect(isSame)
    }

    /// RFC 8032, section 7.1, test 1.
    @Test func ed25519() {
        let seed = SecretBytes(
            copying: hexadecimal("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        let key = Ed25519.SigningKey(seed: seed)
        let publicKey = key.publicKey
        #expect(publicKey == hexadecimal("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        let signature = hexadecimal(
            """
            e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555\
            fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
            """)
        let made = key.signature(for: [])
        #expect(made == signature)
        #expect(Ed25519.isValid(signature, for: [], publicKey: publicKey))
        #expect(!Ed25519.isValid(signature, for: [0], publicKey: publicKey))
    }

    /// The examples of RFC 9106 have four lanes, a secret and associated data, which libsodium does not offer; the value is
    /// that of Argon2's reference implementation, `argon2 somesaltsomesalt -id -t 2 -k 1024 -p 1 -l 32`.
    @Test func argon2id() throws {
        let passphrase = SecretBytes(copying: Array("password".utf8))
        let key = try Argon2id.key(
            from: passphrase, salt: Array("somesaltsomesalt".utf8), parameters: .init(unchecked: 1_024, passes: 2))
        let published = SecretBytes(
            copying: hexadecimal("08a19ee7f6d7f589c2ab6af18d6e724172b19f7d6fd462b38430ab31ceabeaf0"))
        let other = try Argon2id.key(
            from: passphrase, salt: Array("othersaltothersa".utf8), parameters: .init(unchecked: 1_024, passes: 2))
        let (isSame, isOther) = (key.isEqual(to: published), !key.isEqual(to: other))
        #expect(isSame && isOther)
    }
}
