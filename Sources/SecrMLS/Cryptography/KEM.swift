internal import Crypto

/// How secrets are encrypted to the owner of a public key: the key encapsulation of HPKE, with its numbers (RFC 9180,
/// section 7.1).
package enum KEM: UInt16, Sendable {
    case p256 = 0x0010
    case p384 = 0x0011
    case p521 = 0x0012
    case x25519 = 0x0020
    /// ML-KEM-768 with X25519, which is X-Wing (draft-ietf-hpke-pq, draft-connolly-cfrg-xwing-kem).
    case mlkem768X25519 = 0x647A

    package func generateKeyPair() throws(MLSError) -> HPKEKeyPair {
        switch self {
        case .x25519: try keyPair(Secret(copying: Curve25519.KeyAgreement.PrivateKey().rawRepresentation))
        case .p256: try keyPair(Secret(copying: P256.KeyAgreement.PrivateKey().rawRepresentation))
        case .p384: try keyPair(Secret(copying: P384.KeyAgreement.PrivateKey().rawRepresentation))
        case .p521: try keyPair(Secret(copying: P521.KeyAgreement.PrivateKey().rawRepresentation))
        case .mlkem768X25519: try keyPair(Secret(random: 32))
        }
    }

    /// The pair that belongs to a private key as HPKE serialises it.
    package func keyPair(_ privateKey: Secret) throws(MLSError) -> HPKEKeyPair {
        HPKEKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    package func publicKey(of privateKey: Secret) throws(MLSError) -> [UInt8] {
        do {
            return try privateKey.withBytes { key in
                switch self {
                case .x25519:
                    Array(try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: key).publicKey.rawRepresentation)
                case .p256: Array(try P256.KeyAgreement.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                case .p384: Array(try P384.KeyAgreement.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                case .p521: Array(try P521.KeyAgreement.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                case .mlkem768X25519:
                    Array(
                        try XWingMLKEM768X25519.PrivateKey(seedRepresentation: key, publicKey: nil).publicKey
                            .rawRepresentation)
                }
            }
        } catch {
            throw MLSError(.malformed, "5.1.1", "a private key of another kind")
        }
    }

    /// `DeriveKeyPair` (RFC 9180, section 7.1.3; for the hybrid draft-ietf-hpke-pq, section 4).
    package func deriveKeyPair(_ input: Secret) throws(MLSError) -> HPKEKeyPair {
        switch self {
        case .mlkem768X25519:
            let labelled = WireWriter.secret { writer in
                writer.raw(input)
                writer.raw("HPKE-v1".utf8)
                writer.raw(suiteID)
                writer.uint16(UInt16("DeriveKeyPair".utf8.count))
                writer.raw("DeriveKeyPair".utf8)
                writer.uint16(UInt16(privateKeySize))
            }
            var seed = labelled.withBytes { SHAKE256.hash($0, count: privateKeySize) }
            defer { Secret.clear(&seed) }
            return try keyPair(Secret(copying: seed))
        case .x25519:
            let key = hash.labelledExtract(salt: Secret.zeros(hash.size), suiteID, "dkp_prk", input)
            return try keyPair(hash.labelledExpand(key, suiteID, "sk", [], count: privateKeySize))
        case .p256, .p384, .p521:
            let key = hash.labelledExtract(salt: Secret.zeros(hash.size), suiteID, "dkp_prk", input)
            for counter in UInt8.min...UInt8.max {
                var candidate = hash.labelledExpand(key, suiteID, "candidate", [counter], count: privateKeySize)
                if self == .p521 {
                    candidate = candidate.withBytes { bytes in
                        WireWriter.secret { writer in
                            writer.uint8(bytes[0] & 0x01)
                            writer.raw(bytes.dropFirst())
                        }
                    }
                }
                // A scalar that is zero, or not below the order, is refused.
                if let pair = try? keyPair(candidate) { return pair }
            }
            throw MLSError(.invalid, "5.1", "no key can be derived")
        }
    }

    /// `suite_id` of the KEM's derivations (RFC 9180, section 4.1).
    var suiteID: [UInt8] { Array("KEM".utf8) + [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)] }

    package var privateKeySize: Int {
        switch self {
        case .x25519, .p256, .mlkem768X25519: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// Of the KEM's own derivations.
    var hash: HashFunction {
        switch self {
        case .x25519, .p256, .mlkem768X25519: .sha256
        case .p384: .sha384
        case .p521: .sha512
        }
    }

    /// Whether something can be encrypted to `key`. A member who brings another one in would keep everybody from committing.
    package func isValidPublicKey(_ key: [UInt8]) -> Bool {
        switch self {
        case .x25519: key.count == 32 && !Self.isOfLowOrder(key[...])
        case .p256: (try? P256.KeyAgreement.PublicKey(x963Representation: key)) != nil
        case .p384: (try? P384.KeyAgreement.PublicKey(x963Representation: key)) != nil
        case .p521: (try? P521.KeyAgreement.PublicKey(x963Representation: key)) != nil
        case .mlkem768X25519:
            key.count == 1216 && !Self.isOfLowOrder(key[1184...]) && Self.isReduced(key[..<1184])
        }
    }

    /// The points of Curve25519 with which every agreement gives zero (RFC 7748, section 6.1), by their coordinate, which a
    /// reader takes without its highest bit.
    private static func isOfLowOrder(_ key: ArraySlice<UInt8>) -> Bool {
        var masked = Array(key)
        masked[31] &= 0x7F
        return lowOrder.contains(masked)
    }

    private static let lowOrder: Set<[UInt8]> = Set(
        [
            [0, 0, 0, 0],
            [1, 0, 0, 0],
            [0xAEB8_413B_7C7A_EBE0, 0x6AC4_9FF1_FAE3_5616, 0xFDB1_329C_EB8D_09DA, 0x00B8_495F_1605_6286],
            [0x248C_50A3_BC95_9C5F, 0x5BEF_839C_55B1_D0B1, 0x868E_1C58_C45C_4404, 0x5711_9FD0_DD4E_22D8],
            // p - 1, p, p + 1
            [0xFFFF_FFFF_FFFF_FFEC, .max, .max, .max >> 1],
            [0xFFFF_FFFF_FFFF_FFED, .max, .max, .max >> 1],
            [0xFFFF_FFFF_FFFF_FFEE, .max, .max, .max >> 1],
        ].map { (words: [UInt64]) in
            words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
        })

    /// Whether all coefficients are below the modulus (FIPS 203, section 7.2); two of them in three bytes.
    private static func isReduced(_ key: ArraySlice<UInt8>) -> Bool {
        let modulus = 3329
        return stride(from: key.startIndex, to: key.startIndex + 1152, by: 3).allSatisfy { at in
            let (low, middle, high) = (Int(key[at]), Int(key[at + 1]), Int(key[at + 2]))
            return low | (middle & 0x0F) << 8 < modulus && middle >> 4 | high << 4 < modulus
        }
    }
}

/// The keys to which something is encrypted.
package struct HPKEKeyPair: Sendable {
    package let privateKey: Secret
    package let publicKey: [UInt8]
}
