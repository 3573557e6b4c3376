internal import Crypto

/// Encrypts secrets, each to another key, in HPKE's mode Base (RFC 9180, section 5.1.1).
///
/// What the key schedule makes of label and context is the same for all and made once: an invitation is part of the context
/// of each secret in it, and can have megabytes. swift-crypto's `HPKE.Sender` makes it anew for each.
package struct HPKESender {
    private let algorithms: SuiteAlgorithms
    private let suiteID: [UInt8]
    /// `key_schedule_context`.
    private let context: [UInt8]

    /// - Parameter info: as RFC 9180 calls it.
    init(_ algorithms: SuiteAlgorithms, info: [UInt8]) {
        self.algorithms = algorithms
        suiteID = algorithms.hpkeSuiteID
        let hash = algorithms.hash
        let zeros = Secret.zeros(hash.size)
        let pskIDHash = hash.labelledExtract(salt: zeros, suiteID, "psk_id_hash", Secret(copying: []))
        let infoHash = hash.labelledExtract(salt: zeros, suiteID, "info_hash", Secret(copying: info))
        context = [0] + pskIDHash.withBytes { Array($0) } + infoHash.withBytes { Array($0) }
    }

    /// For `EncryptWithLabel` (RFC 9420, section 5.1.3).
    package init(_ algorithms: SuiteAlgorithms, label: String, context: [UInt8]) {
        self.init(algorithms, info: SuiteAlgorithms.labelled(label, context))
    }

    /// - Throws: `malformed` for a public key to which nothing can be encrypted.
    package func encrypt(_ plainText: Secret, to publicKey: [UInt8]) throws(MLSError) -> HPKECiphertext {
        let (kemOutput, secret) = try schedule(to: publicKey)
        let (key, nonce) = (
            expand(secret, "key", count: algorithms.aead.keySize),
            expand(secret, "base_nonce", count: algorithms.aead.nonceSize)
        )
        let sealed = try plainText.withBytes { (text) throws(MLSError) in
            try algorithms.aead.seal(text, key: key, nonce: nonce.withBytes { Array($0) }, additionalData: [])
        }
        return HPKECiphertext(kemOutput: kemOutput, ciphertext: sealed)
    }

    /// `Context.Export` (RFC 9180, section 5.3).
    func export(_ exporterContext: [UInt8], to publicKey: [UInt8]) throws(MLSError) -> (kemOutput: [UInt8], Secret) {
        let (kemOutput, secret) = try schedule(to: publicKey)
        let exporter = expand(secret, "exp", count: algorithms.hash.size)
        return (
            kemOutput,
            algorithms.hash.labelledExpand(exporter, suiteID, "sec", exporterContext, count: algorithms.hash.size)
        )
    }

    /// `KeySchedule`, as far as it is the same for what is encrypted and exported.
    private func schedule(to publicKey: [UInt8]) throws(MLSError) -> (kemOutput: [UInt8], secret: Secret) {
        let (kemOutput, shared) = try algorithms.kem.encapsulate(to: publicKey)
        return (kemOutput, algorithms.hash.labelledExtract(salt: shared, suiteID, "secret", Secret(copying: [])))
    }

    private func expand(_ secret: Secret, _ label: String, count: Int) -> Secret {
        algorithms.hash.labelledExpand(secret, suiteID, label, context, count: count)
    }
}

extension KEM {
    /// A secret for the owner of a public key, and what the owner finds it with (RFC 9180, section 4.1).
    ///
    /// - Throws: `malformed` for a key to which nothing can be encrypted.
    fileprivate func encapsulate(to publicKey: [UInt8]) throws(MLSError) -> (kemOutput: [UInt8], secret: Secret) {
        do {
            switch self {
            case .x25519:
                // swift-crypto does not look at whether the agreement is zero (RFC 9180, section 7.1.4).
                guard isValidPublicKey(publicKey) else { throw CryptoKitError.incorrectKeySize }
                let key = Curve25519.KeyAgreement.PrivateKey()
                let other = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey)
                return agreed(
                    try key.sharedSecretFromKeyAgreement(with: other), Array(key.publicKey.rawRepresentation), publicKey
                )
            case .p256:
                let key = P256.KeyAgreement.PrivateKey()
                let other = try P256.KeyAgreement.PublicKey(x963Representation: publicKey)
                return agreed(
                    try key.sharedSecretFromKeyAgreement(with: other), Array(key.publicKey.x963Representation),
                    publicKey)
            case .p384:
                let key = P384.KeyAgreement.PrivateKey()
                let other = try P384.KeyAgreement.PublicKey(x963Representation: publicKey)
                return agreed(
                    try key.sharedSecretFromKeyAgreement(with: other), Array(key.publicKey.x963Representation),
                    publicKey)
            case .p521:
                let key = P521.KeyAgreement.PrivateKey()
                let other = try P521.KeyAgreement.PublicKey(x963Representation: publicKey)
                return agreed(
                    try key.sharedSecretFromKeyAgreement(with: other), Array(key.publicKey.x963Representation),
                    publicKey)
            case .mlkem768X25519:
                let result = try XWingMLKEM768X25519.PublicKey(rawRepresentation: publicKey).encapsulate()
                return (Array(result.encapsulated), Secret(result.sharedSecret))
            }
        } catch {
            throw MLSError(.malformed, "5.1.1", "a public key to which nothing can be encrypted")
        }
    }

    /// `ExtractAndExpand` (RFC 9180, section 4.1).
    private func agreed(
        _ agreement: SharedSecret, _ kemOutput: [UInt8], _ publicKey: [UInt8]
    ) -> (kemOutput: [UInt8], secret: Secret) {
        let key = hash.labelledExtract(
            salt: Secret.zeros(hash.size), suiteID, "eae_prk", Secret(SymmetricKey(data: agreement)))
        return (
            kemOutput,
            hash.labelledExpand(key, suiteID, "shared_secret", kemOutput + publicKey, count: hash.size)
        )
    }
}

/// `LabeledExtract` and `LabeledExpand` (RFC 9180, section 4).
extension HashFunction {
    func labelledExtract(salt: Secret, _ suiteID: [UInt8], _ label: String, _ input: Secret) -> Secret {
        extract(
            salt: salt,
            WireWriter.secret { writer in
                writer.raw("HPKE-v1".utf8)
                writer.raw(suiteID)
                writer.raw(label.utf8)
                writer.raw(input)
            })
    }

    func labelledExpand(
        _ key: Secret, _ suiteID: [UInt8], _ label: String, _ info: [UInt8], count: Int
    ) -> Secret {
        var labelled = WireWriter()
        labelled.uint16(UInt16(count))
        labelled.raw("HPKE-v1".utf8)
        labelled.raw(suiteID)
        labelled.raw(label.utf8)
        labelled.raw(info)
        return expand(key, info: labelled.bytes, count: count)
    }
}
