internal import Crypto
internal import FoundationEssentials

/// What is encrypted to a public key (RFC 9420, section 7.6).
public struct HPKECiphertext: Sendable, Hashable {
    package var kemOutput: [UInt8]
    package var ciphertext: [UInt8]

    package init(kemOutput: [UInt8], ciphertext: [UInt8]) {
        self.kemOutput = kemOutput
        self.ciphertext = ciphertext
    }
}

extension HPKECiphertext: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        kemOutput = try reader.opaque()
        ciphertext = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(kemOutput)
        writer.opaque(ciphertext)
    }
}

/// Public-key encryption in mode Base (RFC 9180, section 6.1; RFC 9420, section 5.1.3).
extension SuiteAlgorithms {
    /// `suite_id` of HPKE's key schedule (RFC 9180, section 5.1).
    var hpkeSuiteID: [UInt8] {
        var writer = WireWriter()
        writer.raw("HPKE".utf8)
        writer.uint16(kem.rawValue)
        writer.uint16(hash.rawValue)
        writer.uint16(aead.rawValue)
        return writer.bytes
    }

    private var hpke: HPKE.Ciphersuite {
        let kem: HPKE.KEM =
            switch kem {
            case .p256: .P256_HKDF_SHA256
            case .p384: .P384_HKDF_SHA384
            case .p521: .P521_HKDF_SHA512
            case .x25519: .Curve25519_HKDF_SHA256
            case .mlkem768X25519: .XWingMLKEM768X25519
            }
        let kdf: HPKE.KDF =
            switch hash {
            case .sha256: .HKDF_SHA256
            case .sha384: .HKDF_SHA384
            case .sha512: .HKDF_SHA512
            }
        let aead: HPKE.AEAD =
            switch aead {
            case .aes128GCM: .AES_GCM_128
            case .aes256GCM: .AES_GCM_256
            case .chaCha20Poly1305: .chaChaPoly
            }
        return HPKE.Ciphersuite(kem: kem, kdf: kdf, aead: aead)
    }

    /// `EncryptWithLabel`.
    ///
    /// - Throws: `malformed` for a public key to which nothing can be encrypted.
    package func encrypt(
        _ plainText: Secret, to publicKey: [UInt8], label: String, context: [UInt8]
    ) throws(MLSError) -> HPKECiphertext {
        try HPKESender(self, label: label, context: context).encrypt(plainText, to: publicKey)
    }

    /// `DecryptWithLabel`.
    package func decrypt(
        _ encrypted: HPKECiphertext, with privateKey: Secret, label: String, context: [UInt8]
    ) throws(MLSError) -> Secret {
        do {
            var recipient = try recipient(
                encrypted.kemOutput, privateKey: privateKey, info: Self.labelled(label, context))
            var opened = try recipient.open(encrypted.ciphertext)
            defer { opened.resetBytes(in: opened.startIndex..<opened.endIndex) }
            return Secret(SymmetricKey(data: opened))
        } catch {
            throw MLSError(.notAuthentic, "5.1.3", "a secret that was not encrypted to this key")
        }
    }

    /// A secret for the owner of a public key, and what the owner needs to find it (section 8.3).
    package func exportSecret(to publicKey: [UInt8], context: String) throws(MLSError) -> (kemOutput: [UInt8], Secret) {
        try HPKESender(self, info: []).export(Array(context.utf8), to: publicKey)
    }

    package func exportSecret(
        from kemOutput: [UInt8], privateKey: Secret, context: String
    ) throws(MLSError) -> Secret {
        do {
            let recipient = try recipient(kemOutput, privateKey: privateKey, info: [])
            return Secret(try recipient.exportSecret(context: Array(context.utf8), outputByteCount: hash.size))
        } catch {
            throw MLSError(.notAuthentic, "8.3", "a secret that was not made for this group")
        }
    }

    private func recipient(_ kemOutput: [UInt8], privateKey: Secret, info: [UInt8]) throws -> HPKE.Recipient {
        // An agreement that is zero is refused (RFC 9180, section 7.1.4), which swift-crypto does not do.
        if kem == .x25519 && !kem.isValidPublicKey(kemOutput) { throw CryptoKitError.incorrectKeySize }
        let (info, kemOutput) = (Data(info), Data(kemOutput))
        return try privateKey.withBytes { key in
            switch kem {
            case .x25519:
                try HPKE.Recipient(
                    privateKey: Curve25519.KeyAgreement.PrivateKey(rawRepresentation: key), ciphersuite: hpke,
                    info: info, encapsulatedKey: kemOutput)
            case .p256:
                try HPKE.Recipient(
                    privateKey: P256.KeyAgreement.PrivateKey(rawRepresentation: key), ciphersuite: hpke,
                    info: info, encapsulatedKey: kemOutput)
            case .p384:
                try HPKE.Recipient(
                    privateKey: P384.KeyAgreement.PrivateKey(rawRepresentation: key), ciphersuite: hpke,
                    info: info, encapsulatedKey: kemOutput)
            case .p521:
                try HPKE.Recipient(
                    privateKey: P521.KeyAgreement.PrivateKey(rawRepresentation: key), ciphersuite: hpke,
                    info: info, encapsulatedKey: kemOutput)
            case .mlkem768X25519:
                try HPKE.Recipient(
                    privateKey: XWingMLKEM768X25519.PrivateKey(seedRepresentation: key, publicKey: nil),
                    ciphersuite: hpke, info: info, encapsulatedKey: kemOutput)
            }
        }
    }
}
