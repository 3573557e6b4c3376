internal import Crypto

/// A hash function with what is built on it: HMAC (RFC 2104) and HKDF (RFC 5869).
///
/// Numbers are those of HPKE's key derivation with it (RFC 9180, section 7.2).
package enum HashFunction: UInt16, Sendable {
    case sha256 = 1
    case sha384 = 2
    case sha512 = 3

    /// Bytes of a hash, a code and an extracted key: `KDF.Nh`.
    package var size: Int {
        switch self {
        case .sha256: SHA256.byteCount
        case .sha384: SHA384.byteCount
        case .sha512: SHA512.byteCount
        }
    }

    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }

    /// `MAC(key, message)` of RFC 9420.
    package func code(for message: [UInt8], key: Secret) -> [UInt8] {
        switch self {
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key.key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key.key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key.key))
        }
    }

    /// In constant time, and the whole of it.
    package func isValid(_ code: [UInt8], for message: [UInt8], key: Secret) -> Bool {
        guard code.count == size else { return false }
        return switch self {
        case .sha256: HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key.key)
        case .sha384: HMAC<SHA384>.isValidAuthenticationCode(code, authenticating: message, using: key.key)
        case .sha512: HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: message, using: key.key)
        }
    }

    /// `KDF.Extract`. The salt of MLS's key schedule is a secret as well.
    package func extract(salt: Secret, _ input: Secret) -> Secret {
        switch self {
        case .sha256: Self.extract(SHA256.self, salt, input)
        case .sha384: Self.extract(SHA384.self, salt, input)
        case .sha512: Self.extract(SHA512.self, salt, input)
        }
    }

    // HKDF's extraction is HMAC with the salt as its key (RFC 5869, section 2.2); so no salt has to lie in other memory.
    private static func extract<Hash: Crypto.HashFunction>(_: Hash.Type, _ salt: Secret, _ input: Secret) -> Secret {
        input.withBytes { Secret(SymmetricKey(data: HMAC<Hash>.authenticationCode(for: $0, using: salt.key))) }
    }

    /// `KDF.Expand`.
    package func expand(_ key: Secret, info: [UInt8], count: Int) -> Secret {
        precondition(count <= 255 * size, "more than an expansion gives")
        return switch self {
        case .sha256: Secret(HKDF<SHA256>.expand(pseudoRandomKey: key.key, info: info, outputByteCount: count))
        case .sha384: Secret(HKDF<SHA384>.expand(pseudoRandomKey: key.key, info: info, outputByteCount: count))
        case .sha512: Secret(HKDF<SHA512>.expand(pseudoRandomKey: key.key, info: info, outputByteCount: count))
        }
    }
}

/// The derivations of RFC 9420, section 8, and the references of section 5.2.
extension SuiteAlgorithms {
    package func expand(_ secret: Secret, label: String, context: [UInt8] = [], count: Int) -> Secret {
        var info = WireWriter()
        info.uint16(UInt16(count))
        info.opaque("MLS 1.0 " + label)
        info.opaque(context)
        return hash.expand(secret, info: info.bytes, count: count)
    }

    /// `DeriveSecret`.
    package func derive(_ secret: Secret, _ label: String) -> Secret {
        expand(secret, label: label, count: hash.size)
    }

    /// `DeriveTreeSecret` (section 9.1).
    package func deriveTree(_ secret: Secret, _ label: String, generation: UInt32, count: Int) -> Secret {
        var context = WireWriter()
        context.uint32(generation)
        return expand(secret, label: label, context: context.bytes, count: count)
    }

    package func reference(_ label: String, _ value: [UInt8]) -> [UInt8] {
        var input = WireWriter()
        input.opaque(label)
        input.opaque(value)
        return hash.hash(input.bytes)
    }

    /// The value `0` of section 8.
    package var zero: Secret { Secret.zeros(hash.size) }
}
