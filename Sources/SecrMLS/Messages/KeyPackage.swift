/// With what others can add a member who is not there (RFC 9420, section 10).
public struct KeyPackage: Sendable, Hashable {
    public package(set) var version: ProtocolVersion
    public package(set) var suite: CipherSuite
    package var initKey: [UInt8]
    public package(set) var leafNode: LeafNode
    public package(set) var extensions: Extensions
    package var signature: [UInt8] = []

    package init(
        suite: CipherSuite, initKey: [UInt8], leafNode: LeafNode, extensions: Extensions
    ) {
        version = .mls10
        self.suite = suite
        self.initKey = initKey
        self.leafNode = leafNode
        self.extensions = extensions
    }

    /// `KeyPackageTBS`.
    private var signed: [UInt8] {
        var writer = WireWriter()
        encodeUnsigned(to: &writer)
        return writer.bytes
    }

    package mutating func sign(with key: Secret, _ algorithms: SuiteAlgorithms) throws(MLSError) {
        signature = try algorithms.sign("KeyPackageTBS", signed, with: key)
    }

    package func verifySignature(_ algorithms: SuiteAlgorithms) throws(MLSError) {
        try algorithms.verify(signature, "KeyPackageTBS", signed, by: leafNode.signatureKey, "10.1")
    }

    /// `KeyPackageRef` (section 5.2).
    package func reference(_ algorithms: SuiteAlgorithms) -> [UInt8] {
        algorithms.reference("MLS 1.0 KeyPackage Reference", encoded)
    }

    /// All of section 10.1 that needs no group, its leaf with it.
    func validate(
        _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        try require(version == .mls10, .unsupported, "10.1", "a key package of another version")
        try require(suite == algorithms.suite, "10.1", "a key package for another cipher suite")
        guard case .keyPackage = leafNode.source else {
            throw MLSError(.invalid, "10", "a key package whose leaf is of another source")
        }
        try leafNode.validate(at: nil, algorithms, configuration)
        try verifySignature(algorithms)
        try require(leafNode.encryptionKey != initKey, "10.1", "a key package with one key in two places")
        try require(algorithms.kem.isValidPublicKey(initKey), "10", "an init key to which nothing can be encrypted")
        // Its extensions need not be listed by its owner: those that nobody knows are to be passed over (section 10).
    }
}

extension KeyPackage: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        version = try reader.value()
        suite = try reader.value()
        initKey = try reader.opaque()
        leafNode = try reader.value()
        extensions = try reader.value()
        signature = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout WireWriter) {
        writer.value(version)
        writer.value(suite)
        writer.opaque(initKey)
        writer.value(leafNode)
        writer.value(extensions)
    }
}
