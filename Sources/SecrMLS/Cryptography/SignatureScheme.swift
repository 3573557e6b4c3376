internal import Crypto

/// How members sign.
package enum SignatureScheme: Sendable {
    case ed25519, p256, p384, p521

    /// - Throws: `malformed` for bytes that are no key of this scheme.
    package func signature(for message: [UInt8], privateKey: Secret) throws(MLSError) -> [UInt8] {
        do {
            return try privateKey.withBytes { key in
                switch self {
                case .ed25519:
                    Array(try Curve25519.Signing.PrivateKey(rawRepresentation: key).signature(for: message))
                case .p256:
                    Array(
                        try P256.Signing.PrivateKey(rawRepresentation: key).signature(for: message).derRepresentation)
                case .p384:
                    Array(
                        try P384.Signing.PrivateKey(rawRepresentation: key).signature(for: message).derRepresentation)
                case .p521:
                    Array(
                        try P521.Signing.PrivateKey(rawRepresentation: key).signature(for: message).derRepresentation)
                }
            }
        } catch {
            throw MLSError(.malformed, "5.1.2", "a signing key of another scheme")
        }
    }

    package func isValid(_ signature: [UInt8], for message: [UInt8], publicKey: [UInt8]) -> Bool {
        do {
            switch self {
            case .ed25519:
                return try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
                    .isValidSignature(signature, for: message)
            case .p256:
                return try P256.Signing.PublicKey(x963Representation: publicKey)
                    .isValidSignature(P256.Signing.ECDSASignature(derRepresentation: signature), for: message)
            case .p384:
                return try P384.Signing.PublicKey(x963Representation: publicKey)
                    .isValidSignature(P384.Signing.ECDSASignature(derRepresentation: signature), for: message)
            case .p521:
                return try P521.Signing.PublicKey(x963Representation: publicKey)
                    .isValidSignature(P521.Signing.ECDSASignature(derRepresentation: signature), for: message)
            }
        } catch {
            return false
        }
    }

    package func generateKeyPair() -> SignatureKeyPair {
        switch self {
        case .ed25519:
            let key = Curve25519.Signing.PrivateKey()
            return SignatureKeyPair(Secret(copying: key.rawRepresentation), Array(key.publicKey.rawRepresentation))
        case .p256:
            let key = P256.Signing.PrivateKey()
            return SignatureKeyPair(Secret(copying: key.rawRepresentation), Array(key.publicKey.x963Representation))
        case .p384:
            let key = P384.Signing.PrivateKey()
            return SignatureKeyPair(Secret(copying: key.rawRepresentation), Array(key.publicKey.x963Representation))
        case .p521:
            let key = P521.Signing.PrivateKey()
            return SignatureKeyPair(Secret(copying: key.rawRepresentation), Array(key.publicKey.x963Representation))
        }
    }

    package func publicKey(of privateKey: Secret) throws(MLSError) -> [UInt8] {
        do {
            return try privateKey.withBytes { key in
                switch self {
                case .ed25519:
                    Array(try Curve25519.Signing.PrivateKey(rawRepresentation: key).publicKey.rawRepresentation)
                case .p256: Array(try P256.Signing.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                case .p384: Array(try P384.Signing.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                case .p521: Array(try P521.Signing.PrivateKey(rawRepresentation: key).publicKey.x963Representation)
                }
            }
        } catch {
            throw MLSError(.malformed, "5.1.2", "a signing key of another scheme")
        }
    }
}

/// The keys with which a member signs. They are made on the device and leave it only in signatures.
public struct SignatureKeyPair: Sendable, Equatable {
    public let privateKey: Secret
    /// As it is on the wire (RFC 9420, section 5.1.1).
    public let publicKey: [UInt8]

    package init(_ privateKey: Secret, _ publicKey: [UInt8]) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    /// Fresh keys for a suite.
    public init(for suite: CipherSuite, of suites: CipherSuites = CipherSuites()) throws(MLSError) {
        self = try suites.algorithms(of: suite).signature.generateKeyPair()
    }
}

extension SignatureKeyPair: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        privateKey = try reader.opaqueSecret()
        publicKey = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(privateKey)
        writer.opaque(publicKey)
    }
}

/// Signatures with a label (RFC 9420, section 5.1.2).
extension SuiteAlgorithms {
    package func sign(_ label: String, _ content: [UInt8], with privateKey: Secret) throws(MLSError) -> [UInt8] {
        try signature.signature(for: Self.labelled(label, content), privateKey: privateKey)
    }

    package func verify(
        _ signed: [UInt8], _ label: String, _ content: [UInt8], by publicKey: [UInt8], _ clause: String
    ) throws(MLSError) {
        try require(
            signature.isValid(signed, for: Self.labelled(label, content), publicKey: publicKey), .notAuthentic, clause,
            "a signature that is not valid")
    }

    static func labelled(_ label: String, _ content: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        writer.opaque("MLS 1.0 " + label)
        writer.opaque(content)
        return writer.bytes
    }
}
