/// A parameter that the protocol does not know, or knows as one of several (RFC 9420, section 13.4).
public struct Extension: Sendable, Hashable {
    public var type: ExtensionType
    public var data: [UInt8]

    public init(type: ExtensionType, data: [UInt8]) {
        self.type = type
        self.data = data
    }
}

extension Extension: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        type = ExtensionType(rawValue: try reader.uint16())
        data = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint16(type.rawValue)
        writer.opaque(data)
    }
}

/// Extensions in their order, none of a kind twice.
public struct Extensions: Sendable, Hashable {
    public private(set) var all: [Extension]

    /// - Throws: `malformed` where two are of one kind.
    public init(_ all: [Extension] = []) throws(MLSError) {
        try require(Set(all.map(\.type)).count == all.count, .malformed, "13.4", "two extensions of one kind")
        self.all = all
    }

    private init() { all = [] }
    public static let none = Extensions()

    public subscript(type: ExtensionType) -> [UInt8]? {
        get { all.first { $0.type == type }?.data }
        set {
            let index = all.firstIndex { $0.type == type }
            if let newValue {
                let new = Extension(type: type, data: newValue)
                if let index { all[index] = new } else { all.append(new) }
            } else if let index {
                all.remove(at: index)
            }
        }
    }
}

extension Extensions: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) { try self.init(try reader.vector()) }
    package func encode(to writer: inout WireWriter) { writer.vector(all) }
}

/// What every member of a group has to be able to do (RFC 9420, section 11.1).
public struct RequiredCapabilities: Sendable, Hashable {
    public var extensions: [ExtensionType]
    public var proposals: [ProposalType]
    public var credentials: [CredentialType]

    public init(
        extensions: [ExtensionType] = [], proposals: [ProposalType] = [], credentials: [CredentialType] = []
    ) {
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }
}

extension RequiredCapabilities: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        extensions = try reader.uint16s().map(ExtensionType.init)
        proposals = try reader.uint16s().map(ProposalType.init)
        credentials = try reader.uint16s().map(CredentialType.init)
    }

    package func encode(to writer: inout WireWriter) {
        writer.vector(extensions.map(\.rawValue))
        writer.vector(proposals.map(\.rawValue))
        writer.vector(credentials.map(\.rawValue))
    }
}

/// Somebody outside of the group who may make proposals (RFC 9420, section 12.1.8.1).
public struct ExternalSender: Sendable, Hashable {
    public var signatureKey: [UInt8]
    public var credential: Credential

    public init(signatureKey: [UInt8], credential: Credential) {
        self.signatureKey = signatureKey
        self.credential = credential
    }
}

extension ExternalSender: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        signatureKey = try reader.opaque()
        credential = try reader.value()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(signatureKey)
        writer.value(credential)
    }
}

/// The extensions that RFC 9420 defines, as what they mean.
extension Extensions {
    /// - Throws: `malformed` where the extension is there and can't be read.
    public func requiredCapabilities() throws(MLSError) -> RequiredCapabilities {
        guard let data = self[.requiredCapabilities] else { return RequiredCapabilities() }
        return try RequiredCapabilities(decoding: data)
    }

    public mutating func setRequiredCapabilities(_ required: RequiredCapabilities) {
        self[.requiredCapabilities] = required.encoded
    }

    /// - Throws: `malformed` where the extension is there and can't be read.
    public func externalSenders() throws(MLSError) -> [ExternalSender] {
        guard let data = self[.externalSenders] else { return [] }
        var reader = WireReader(data)
        let senders: [ExternalSender] = try reader.vector()
        try reader.finish()
        return senders
    }

    public mutating func setExternalSenders(_ senders: [ExternalSender]) {
        var writer = WireWriter()
        writer.vector(senders)
        self[.externalSenders] = writer.bytes
    }

    func externalPub() throws(MLSError) -> [UInt8]? {
        guard let data = self[.externalPub] else { return nil }
        var reader = WireReader(data)
        let key = try reader.opaque()
        try reader.finish()
        return key
    }

    mutating func setExternalPub(_ key: [UInt8]) {
        var writer = WireWriter()
        writer.opaque(key)
        self[.externalPub] = writer.bytes
    }
}
