internal import Crypto

/// Authenticated encryption; the tag follows the cipher text, as in RFC 5116.
///
/// Numbers are HPKE's (RFC 9180, section 7.3).
package enum AEAD: UInt16, Sendable {
    case aes128GCM = 1
    case aes256GCM = 2
    case chaCha20Poly1305 = 3

    static let tagSize = 16
    static let nonceSize = 12

    package var keySize: Int { self == .aes128GCM ? 16 : 32 }
    package var nonceSize: Int { Self.nonceSize }

    package func seal(
        _ plainText: [UInt8], key: Secret, nonce: [UInt8], additionalData: [UInt8]
    ) throws(MLSError) -> [UInt8] {
        do {
            switch self {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.seal(
                    plainText, using: key.key, nonce: AES.GCM.Nonce(data: nonce), authenticating: additionalData)
                return Array(box.ciphertext) + box.tag
            case .chaCha20Poly1305:
                let box = try ChaChaPoly.seal(
                    plainText, using: key.key, nonce: ChaChaPoly.Nonce(data: nonce), authenticating: additionalData)
                return Array(box.ciphertext) + box.tag
            }
        } catch {
            throw MLSError(.limit, "6.3.1", "more than can be encrypted at once")
        }
    }

    /// - Throws: `notAuthentic`, whatever is wrong.
    package func open(
        _ sealed: [UInt8], key: Secret, nonce: [UInt8], additionalData: [UInt8]
    ) throws(MLSError) -> [UInt8] {
        do {
            guard sealed.count >= Self.tagSize else { throw CryptoKitError.authenticationFailure }
            let (text, tag) = (sealed.dropLast(Self.tagSize), sealed.suffix(Self.tagSize))
            switch self {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: text, tag: tag)
                return Array(try AES.GCM.open(box, using: key.key, authenticating: additionalData))
            case .chaCha20Poly1305:
                let box = try ChaChaPoly.SealedBox(nonce: ChaChaPoly.Nonce(data: nonce), ciphertext: text, tag: tag)
                return Array(try ChaChaPoly.open(box, using: key.key, authenticating: additionalData))
            }
        } catch {
            throw MLSError(.notAuthentic, "6.3", "a cipher text that nobody made with this key")
        }
    }
}
