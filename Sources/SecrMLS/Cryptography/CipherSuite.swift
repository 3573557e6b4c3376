/// The algorithms of a group, by their number in the registry of RFC 9420, section 17.1.
public struct CipherSuite: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let x25519AES128GCM = CipherSuite(rawValue: 1)
    public static let p256AES128GCM = CipherSuite(rawValue: 2)
    public static let x25519ChaCha20Poly1305 = CipherSuite(rawValue: 3)
    public static let p521AES256GCM = CipherSuite(rawValue: 5)
    public static let p384AES256GCM = CipherSuite(rawValue: 7)
    /// ML-KEM-768 with X25519 (KEM 0x647a), AES-256-GCM, SHA-384, Ed25519, by the number that mlspp gives it. The registry
    /// has none yet (draft-ietf-mls-pq-ciphersuites); ``CipherSuites`` can give it another.
    public static let mlkem768X25519AES256GCM = CipherSuite(rawValue: 8)
}

extension CipherSuite: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) { rawValue = try reader.uint16() }
    package func encode(to writer: inout WireWriter) { writer.uint16(rawValue) }
}

/// The suites that a member can use, and their numbers.
public struct CipherSuites: Sendable, Equatable {
    /// The number of the post-quantum suite.
    public var postQuantum: CipherSuite

    public init(postQuantum: CipherSuite = .mlkem768X25519AES256GCM) { self.postQuantum = postQuantum }

    /// The best first.
    public var all: [CipherSuite] {
        [
            postQuantum, .x25519AES128GCM, .x25519ChaCha20Poly1305, .p256AES128GCM, .p384AES256GCM, .p521AES256GCM,
        ]
    }

    /// - Throws: `unsupported` for suites of which not all algorithms are here, 4 and 6 among them.
    package func algorithms(of suite: CipherSuite) throws(MLSError) -> SuiteAlgorithms {
        switch suite {
        case postQuantum: SuiteAlgorithms(suite, .mlkem768X25519, .aes256GCM, .sha384, .ed25519)
        case .x25519AES128GCM: SuiteAlgorithms(suite, .x25519, .aes128GCM, .sha256, .ed25519)
        case .p256AES128GCM: SuiteAlgorithms(suite, .p256, .aes128GCM, .sha256, .p256)
        case .x25519ChaCha20Poly1305: SuiteAlgorithms(suite, .x25519, .chaCha20Poly1305, .sha256, .ed25519)
        case .p521AES256GCM: SuiteAlgorithms(suite, .p521, .aes256GCM, .sha512, .p521)
        case .p384AES256GCM: SuiteAlgorithms(suite, .p384, .aes256GCM, .sha384, .p384)
        default: throw MLSError(.unsupported, "5.1", "a cipher suite that is not known here")
        }
    }
}

/// The algorithms behind a suite's number.
package struct SuiteAlgorithms: Sendable, Equatable {
    package let suite: CipherSuite
    package let kem: KEM
    package let aead: AEAD
    /// Of the key schedule, of HPKE's key schedule, and of hashes and codes.
    package let hash: HashFunction
    package let signature: SignatureScheme

    init(_ suite: CipherSuite, _ kem: KEM, _ aead: AEAD, _ hash: HashFunction, _ signature: SignatureScheme) {
        self.suite = suite
        self.kem = kem
        self.aead = aead
        self.hash = hash
        self.signature = signature
    }
}
