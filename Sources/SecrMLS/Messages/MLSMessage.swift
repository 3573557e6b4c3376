/// Everything that is sent (RFC 9420, section 6).
public enum MLSMessage: Sendable, Hashable {
    case publicMessage(PublicMessage)
    case privateMessage(PrivateMessage)
    case welcome(Welcome)
    case groupInfo(GroupInfo)
    case keyPackage(KeyPackage)

    /// Reads a message, all of it.
    ///
    /// - Throws: `malformed`, or `unsupported` for other versions and formats.
    public init(_ bytes: [UInt8]) throws(MLSError) { try self.init(decoding: bytes) }

    /// As it is sent.
    public var bytes: [UInt8] { encoded }

    /// The group and epoch that it is for, where it says so in the open.
    public var destination: (groupID: [UInt8], epoch: UInt64)? {
        switch self {
        case .publicMessage(let message): (message.content.groupID, message.content.epoch)
        case .privateMessage(let message): (message.groupID, message.epoch)
        case .welcome, .groupInfo, .keyPackage: nil
        }
    }
}

extension MLSMessage: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        let version: ProtocolVersion = try reader.value()
        try require(version == .mls10, .unsupported, "6", "a message of another version")
        switch try WireFormat(from: &reader) {
        case .publicMessage: self = .publicMessage(try reader.value())
        case .privateMessage: self = .privateMessage(try reader.value())
        case .welcome: self = .welcome(try reader.value())
        case .groupInfo: self = .groupInfo(try reader.value())
        case .keyPackage:
            let keyPackage: KeyPackage = try reader.value()
            try require(keyPackage.version == version, "10", "a key package of another version than its message")
            self = .keyPackage(keyPackage)
        }
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(ProtocolVersion.mls10)
        switch self {
        case .publicMessage(let message):
            writer.uint16(WireFormat.publicMessage.rawValue)
            writer.value(message)
        case .privateMessage(let message):
            writer.uint16(WireFormat.privateMessage.rawValue)
            writer.value(message)
        case .welcome(let welcome):
            writer.uint16(WireFormat.welcome.rawValue)
            writer.value(welcome)
        case .groupInfo(let groupInfo):
            writer.uint16(WireFormat.groupInfo.rawValue)
            writer.value(groupInfo)
        case .keyPackage(let keyPackage):
            writer.uint16(WireFormat.keyPackage.rawValue)
            writer.value(keyPackage)
        }
    }
}

/// A message that everybody can read and only members, or those let in by name, can have made (RFC 9420, section 6.2).
public struct PublicMessage: Sendable, Hashable {
    package var content: FramedContent
    package var authentication: ContentAuthentication
    /// Of members only.
    package var membershipTag: [UInt8]?

    package init(content: FramedContent, authentication: ContentAuthentication, membershipTag: [UInt8]?) {
        self.content = content
        self.authentication = authentication
        self.membershipTag = membershipTag
    }
}

extension PublicMessage: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        content = try reader.value()
        authentication = try ContentAuthentication(of: content.body.type, from: &reader)
        membershipTag = content.sender.member == nil ? nil : try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(content)
        authentication.encode(to: &writer)
        if let membershipTag { writer.opaque(membershipTag) }
    }
}

/// A message that only members can read (RFC 9420, section 6.3).
public struct PrivateMessage: Sendable, Hashable {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var contentType: ContentType
    package var authenticatedData: [UInt8]
    package var encryptedSenderData: [UInt8]
    package var ciphertext: [UInt8]
}

extension PrivateMessage: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        contentType = try ContentType(from: &reader)
        authenticatedData = try reader.opaque()
        encryptedSenderData = try reader.opaque()
        ciphertext = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.uint8(contentType.rawValue)
        writer.opaque(authenticatedData)
        writer.opaque(encryptedSenderData)
        writer.opaque(ciphertext)
    }
}
