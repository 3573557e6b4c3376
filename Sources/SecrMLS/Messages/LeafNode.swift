/// Who a member is, said by the member (RFC 9420, section 5.3). Whether it is true is for ``GroupRules`` to check.
public enum Credential: Sendable, Hashable {
    case basic(identity: [UInt8])
    /// DER, the member's own certificate first. That its key is the member's signature key is for ``GroupRules`` to check
    /// as well: nothing here reads certificates.
    case x509(certificates: [[UInt8]])

    public var type: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        }
    }
}

extension Credential: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        switch CredentialType(rawValue: try reader.uint16()) {
        case .basic: self = .basic(identity: try reader.opaque())
        case .x509:
            var inner = try reader.nested()
            var certificates: [[UInt8]] = []
            while !inner.isAtEnd { certificates.append(try inner.opaque()) }
            self = .x509(certificates: certificates)
        default: throw MLSError(.unsupported, "5.3", "a credential of a kind that is not known here")
        }
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint16(type.rawValue)
        switch self {
        case .basic(let identity): writer.opaque(identity)
        case .x509(let certificates):
            writer.measured { writer in
                for certificate in certificates { writer.opaque(certificate) }
            }
        }
    }
}

/// What a member's software can do (RFC 9420, section 7.2).
public struct Capabilities: Sendable, Hashable {
    public var versions: [UInt16]
    public var suites: [CipherSuite]
    public var extensions: [ExtensionType]
    public var proposals: [ProposalType]
    public var credentials: [CredentialType]

    /// What this module can do, and what the application adds to it.
    public init(
        suites: [CipherSuite] = CipherSuites().all, extensions: [ExtensionType] = [],
        proposals: [ProposalType] = [.selfRemove], credentials: [CredentialType] = [.basic, .x509]
    ) {
        versions = [ProtocolVersion.mls10.rawValue]
        self.suites = suites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    func has(_ type: ExtensionType) -> Bool { type.isDefault || extensions.contains(type) }
    func has(_ type: ProposalType) -> Bool { type.isDefault || proposals.contains(type) }

    func has(_ required: RequiredCapabilities) -> Bool {
        required.extensions.allSatisfy { has($0) } && required.proposals.allSatisfy { has($0) }
            && required.credentials.allSatisfy(credentials.contains)
    }

    /// With a value in each list that nobody knows, so that software which can't ignore such values is found early
    /// (section 13.5).
    func greased() -> Capabilities {
        let value = 0x0A0A + 0x1010 * UInt16.random(in: 0..<15)
        var greased = self
        greased.suites.append(CipherSuite(rawValue: value))
        greased.extensions.append(ExtensionType(rawValue: value))
        greased.proposals.append(ProposalType(rawValue: value))
        greased.credentials.append(CredentialType(rawValue: value))
        return greased
    }
}

extension Capabilities: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        versions = try reader.uint16s()
        suites = try reader.uint16s().map(CipherSuite.init)
        extensions = try reader.uint16s().map(ExtensionType.init)
        proposals = try reader.uint16s().map(ProposalType.init)
        credentials = try reader.uint16s().map(CredentialType.init)
    }

    package func encode(to writer: inout WireWriter) {
        writer.vector(versions)
        writer.vector(suites.map(\.rawValue))
        writer.vector(extensions.map(\.rawValue))
        writer.vector(proposals.map(\.rawValue))
        writer.vector(credentials.map(\.rawValue))
    }
}

/// When a key package may be used: seconds since 1970, both included.
public struct Lifetime: Sendable, Hashable {
    public var notBefore: UInt64
    public var notAfter: UInt64

    public init(notBefore: UInt64, notAfter: UInt64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public func contains(_ time: UInt64) -> Bool { notBefore <= time && time <= notAfter }
}

extension Lifetime: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        notBefore = try reader.uint64()
        notAfter = try reader.uint64()
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint64(notBefore)
        writer.uint64(notAfter)
    }
}

/// A member as the tree has it (RFC 9420, section 7.2).
public struct LeafNode: Sendable, Hashable {
    /// How it came into the tree.
    public enum Source: Sendable, Hashable {
        case keyPackage(Lifetime)
        case update
        case commit(parentHash: [UInt8])
    }

    public package(set) var encryptionKey: [UInt8]
    public package(set) var signatureKey: [UInt8]
    public package(set) var credential: Credential
    public package(set) var capabilities: Capabilities
    public package(set) var source: Source
    public package(set) var extensions: Extensions
    package var signature: [UInt8] = []

    package init(
        encryptionKey: [UInt8], signatureKey: [UInt8], credential: Credential, capabilities: Capabilities,
        source: Source, extensions: Extensions
    ) {
        self.encryptionKey = encryptionKey
        self.signatureKey = signatureKey
        self.credential = credential
        self.capabilities = capabilities
        self.source = source
        self.extensions = extensions
    }

    /// Where the leaf was made for: nowhere yet, or a place in a group.
    package typealias Place = (groupID: [UInt8], index: LeafIndex)

    /// `LeafNodeTBS`.
    private func signed(at place: Place?) -> [UInt8] {
        var writer = WireWriter()
        encodeUnsigned(to: &writer)
        switch source {
        case .keyPackage: break
        case .update, .commit:
            // Without a place the signature can't be right, which is what the check is for.
            writer.opaque(place?.groupID ?? [])
            writer.value(place?.index ?? LeafIndex(rawValue: .max))
        }
        return writer.bytes
    }

    package mutating func sign(
        with key: Secret, at place: Place?, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) {
        signature = try algorithms.sign("LeafNodeTBS", signed(at: place), with: key)
    }

    package func verifySignature(at place: Place?, _ algorithms: SuiteAlgorithms) throws(MLSError) {
        try algorithms.verify(signature, "LeafNodeTBS", signed(at: place), by: signatureKey, "7.3")
    }
}

extension LeafNode: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        encryptionKey = try reader.opaque()
        signatureKey = try reader.opaque()
        credential = try reader.value()
        capabilities = try reader.value()
        source =
            switch try reader.uint8() {
            case 1: .keyPackage(try reader.value())
            case 2: .update
            case 3: .commit(parentHash: try reader.opaque())
            default: throw MLSError(.malformed, "7.2", "a leaf of an unknown source")
            }
        extensions = try reader.value()
        signature = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout WireWriter) {
        writer.opaque(encryptionKey)
        writer.opaque(signatureKey)
        writer.value(credential)
        writer.value(capabilities)
        switch source {
        case .keyPackage(let lifetime):
            writer.uint8(1)
            writer.value(lifetime)
        case .update: writer.uint8(2)
        case .commit(let parentHash):
            writer.uint8(3)
            writer.opaque(parentHash)
        }
        writer.value(extensions)
    }
}
