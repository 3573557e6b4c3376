/// A place for a member: how many leaves of the tree are left of it. It stays while the member does.
public struct LeafIndex: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(_ value: Int) { rawValue = UInt32(value) }

    public static func < (one: LeafIndex, other: LeafIndex) -> Bool { one.rawValue < other.rawValue }

    /// Which node of the tree it is (RFC 9420, appendix C).
    package var node: Int { Int(rawValue) * 2 }
}

extension LeafIndex: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) { rawValue = try reader.uint32() }
    package func encode(to writer: inout WireWriter) { writer.uint32(rawValue) }
}

/// A version of the protocol. There is one.
public struct ProtocolVersion: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let mls10 = ProtocolVersion(rawValue: 1)
}

extension ProtocolVersion: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) { rawValue = try reader.uint16() }
    package func encode(to writer: inout WireWriter) { writer.uint16(rawValue) }
}

/// A kind of extension (RFC 9420, section 17.3).
public struct ExtensionType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let applicationID = ExtensionType(rawValue: 1)
    public static let ratchetTree = ExtensionType(rawValue: 2)
    public static let requiredCapabilities = ExtensionType(rawValue: 3)
    public static let externalPub = ExtensionType(rawValue: 4)
    public static let externalSenders = ExtensionType(rawValue: 5)
    /// A key package that may be used more than once (draft-ietf-mls-extensions).
    public static let lastResortKeyPackage = ExtensionType(rawValue: 10)

    /// Known to everybody, so that nobody has to name it (section 7.2).
    package var isDefault: Bool { (1...5).contains(rawValue) }
}

/// A kind of proposal (RFC 9420, section 17.4).
public struct ProposalType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let add = ProposalType(rawValue: 1)
    public static let update = ProposalType(rawValue: 2)
    public static let remove = ProposalType(rawValue: 3)
    public static let psk = ProposalType(rawValue: 4)
    public static let reInit = ProposalType(rawValue: 5)
    public static let externalInit = ProposalType(rawValue: 6)
    public static let groupContextExtensions = ProposalType(rawValue: 7)
    /// draft-ietf-mls-extensions.
    public static let selfRemove = ProposalType(rawValue: 10)

    /// Known to everybody, so that nobody has to name it (section 7.2).
    package var isDefault: Bool { (1...7).contains(rawValue) }

    /// Whether a commit with one has to have a path (section 12.4). Applications' own always do here: what they change is
    /// not known.
    package var needsPath: Bool { ![.add, .psk, .reInit].contains(self) }

    /// Whether a sender outside of the group may make one (section 12.1.8).
    package var isOpenToExternalSenders: Bool {
        [.add, .remove, .psk, .reInit, .groupContextExtensions].contains(self)
    }
}

/// A kind of credential (RFC 9420, section 17.5).
public struct CredentialType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let basic = CredentialType(rawValue: 1)
    public static let x509 = CredentialType(rawValue: 2)
}
