import Foundation
import SecrCrypto
import Testing

/// Project Wycheproof's cases: edge cases and known mistakes of other implementations.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SECR_VECTORS"] != nil, "SECR_VECTORS is not set"))
struct WycheproofTests {
    struct File: Decodable {
        var numberOfTests: Int
        var testGroups: [Group]
    }

    struct Group: Decodable {
        var publicKey: PublicKey?
        var tagSize: Int?
        var ivSize: Int?
        var tests: [Case]
    }

    struct PublicKey: Decodable {
        var pk: String?
    }

    struct Case: Decodable {
        var tcId: Int
        var result: String
        var key, iv, aad, msg, ct, tag, ikm, salt, info, okm, `public`, `private`, shared, sig: String?
        var size: Int?
        var flags: [String]

        var isValid: Bool { result == "valid" }
    }

    /// Runs `isRight` over every case; returns how many there were.
    private func all(_ name: String, _ isRight: (Group, Case) throws -> Bool) throws -> Int {
        let folder = try #require(ProcessInfo.processInfo.environment["SECR_VECTORS"])
        let file = URL(filePath: folder).appending(path: "wycheproof/\(name)_test.json")
        let content = try JSONDecoder().decode(File.self, from: Data(contentsOf: file))
        var count = 0
        for group in content.testGroups {
            for test in group.tests {
                count += 1
                #expect(try isRight(group, test), "\(name) \(test.tcId)")
            }
        }
        #expect(count == content.numberOfTests)
        return count
    }

    private func bytes(_ text: String?) -> [UInt8] { hexadecimal(text ?? "") }

    @Test func xchacha20Poly1305() throws {
        let count = try all("xchacha20_poly1305") { _, test in
            let nonce = bytes(test.iv)
            // Nonces of other lengths can't be given to it.
            guard nonce.count == XChaCha20Poly1305.nonceSize else { return !test.isValid }
            let key = SecretBytes(copying: bytes(test.key))
            let sealed = bytes(test.ct) + bytes(test.tag)
            let opened = try? XChaCha20Poly1305.open(
                sealed, additionalData: bytes(test.aad), nonce: nonce, key: key)
            guard test.isValid else { return opened == nil }
            let again = XChaCha20Poly1305.seal(
                bytes(test.msg), additionalData: bytes(test.aad), nonce: nonce, key: key)
            return opened == bytes(test.msg) && again == sealed
        }
        #expect(count == 315)
    }

    @Test(.enabled(if: FastXChaCha20Poly1305.isThere, "there is no OpenSSL 3"))
    func fastXChaCha20Poly1305() throws {
        let count = try all("xchacha20_poly1305") { _, test in
            let nonce = bytes(test.iv)
            guard nonce.count == XChaCha20Poly1305.nonceSize else { return !test.isValid }
            let key = SecretBytes(copying: bytes(test.key))
            let sealed = bytes(test.ct) + bytes(test.tag)
            let opened = Fast.open(sealed, additionalData: bytes(test.aad), nonce: nonce, key: key)
            guard test.isValid else { return opened == nil }
            let again = Fast.seal(bytes(test.msg), additionalData: bytes(test.aad), nonce: nonce, key: key)
            return opened == bytes(test.msg) && again == sealed
        }
        #expect(count == 315)
    }

    @Test func hkdf() throws {
        _ = try all("hkdf_sha512") { _, test in
            guard let size = test.size, size <= HKDF.longestOutput else { return !test.isValid }
            let key = SecretBytes(copying: bytes(test.ikm))
            let output = HKDF.expand(
                HKDF.extract(salt: bytes(test.salt), key: key), info: bytes(test.info), count: size)
            return output.isEqual(to: SecretBytes(copying: bytes(test.okm))) == test.isValid
        }
    }

    @Test func hmac() throws {
        _ = try all("hmac_sha512") { group, test in
            let key = SecretBytes(copying: bytes(test.key))
            let code = HMAC.code(for: bytes(test.msg), key: key)
            // Some cases have shorter codes.
            let isSame = ConstantTime.areEqual(code.prefix((group.tagSize ?? 512) / 8), bytes(test.tag))
            return isSame == test.isValid
        }
    }

    /// Cases that are only acceptable hold keys that leave no secret, and are refused; the others have to agree.
    @Test func x25519() throws {
        _ = try all("x25519") { _, test in
            let key = SecretBytes(copying: bytes(test.private))
            do throws(CryptoError) {
                let shared = try X25519.sharedSecret(key, with: bytes(test.public))
                return shared.isEqual(to: SecretBytes(copying: bytes(test.shared)))
            } catch {
                return !test.isValid && bytes(test.shared).allSatisfy { $0 == 0 }
            }
        }
    }

    @Test func ed25519() throws {
        _ = try all("ed25519") { group, test in
            let key = bytes(group.publicKey?.pk)
            return Ed25519.isValid(bytes(test.sig), for: bytes(test.msg), publicKey: key) == test.isValid
        }
    }
}
