/// A key package with the secrets behind it, for its owner.
///
/// It serves once: with the group that was joined, its secrets have to be forgotten where they were stored
/// (RFC 9420, section 10).
public struct KeyPackageBundle: Sendable {
    public let keyPackage: KeyPackage
    package let initKey: Secret
    package let leafKey: Secret
    package let signatureKey: Secret

    /// - Parameters:
    ///   - lifetime: in which others may use it.
    ///   - capabilities: what the owner's software can do; values that nobody knows are added to its lists
    ///     (section 13.5).
    /// - Throws: `unsupported` for suites that are not here.
    public init(
        suite: CipherSuite, credential: Credential, keys: SignatureKeyPair, lifetime: Lifetime,
        capabilities: Capabilities = Capabilities(), extensions: Extensions = .none, leafExtensions: Extensions = .none,
        suites: CipherSuites = CipherSuites()
    ) throws(MLSError) {
        let algorithms = try suites.algorithms(of: suite)
        let (initPair, leafPair) = (try algorithms.kem.generateKeyPair(), try algorithms.kem.generateKeyPair())
        var leaf = LeafNode(
            encryptionKey: leafPair.publicKey, signatureKey: keys.publicKey, credential: credential,
            capabilities: capabilities.greased(), source: .keyPackage(lifetime), extensions: leafExtensions)
        try leaf.sign(with: keys.privateKey, at: nil, algorithms)
        var keyPackage = KeyPackage(suite: suite, initKey: initPair.publicKey, leafNode: leaf, extensions: extensions)
        try keyPackage.sign(with: keys.privateKey, algorithms)
        // Fails for keys that do not belong together.
        try keyPackage.verifySignature(algorithms)
        self.init(keyPackage, initKey: initPair.privateKey, leafKey: leafPair.privateKey, signatureKey: keys.privateKey)
    }

    package init(_ keyPackage: KeyPackage, initKey: Secret, leafKey: Secret, signatureKey: Secret) {
        self.keyPackage = keyPackage
        self.initKey = initKey
        self.leafKey = leafKey
        self.signatureKey = signatureKey
    }

    /// For storage.
    public var encoded: Secret {
        WireWriter.secret { writer in
            writer.value(keyPackage)
            for secret in [initKey, leafKey, signatureKey] { writer.opaque(secret) }
        }
    }

    /// - Throws: `malformed`.
    public init(decoding stored: Secret) throws(MLSError) {
        self = try stored.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let bundle = KeyPackageBundle(
                try reader.value(), initKey: try reader.opaqueSecret(), leafKey: try reader.opaqueSecret(),
                signatureKey: try reader.opaqueSecret())
            try reader.finish()
            return bundle
        }
    }

    /// Whether an invitation is for this key package.
    public func opens(_ welcome: Welcome, suites: CipherSuites = CipherSuites()) -> Bool {
        guard let algorithms = try? suites.algorithms(of: keyPackage.suite) else { return false }
        let reference = keyPackage.reference(algorithms)
        return welcome.secrets.contains { $0.newMember == reference }
    }
}
