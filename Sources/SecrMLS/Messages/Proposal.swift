/// A change that somebody wishes for (RFC 9420, section 12.1).
public enum Proposal: Sendable, Hashable {
    case add(KeyPackage)
    case update(LeafNode)
    case remove(LeafIndex)
    case psk(PreSharedKeyID)
    case reInit(ReInit)
    case externalInit(kemOutput: [UInt8])
    case groupContextExtensions(Extensions)
    /// draft-ietf-mls-extensions: who sent it wants to go.
    case selfRemove
    /// Of the application. On the wire its content has a length, so that it can be read by who does not know it.
    case custom(ProposalType, [UInt8])

    public var type: ProposalType {
        switch self {
        case .add: .add
        case .update: .update
        case .remove: .remove
        case .psk: .psk
        case .reInit: .reInit
        case .externalInit: .externalInit
        case .groupContextExtensions: .groupContextExtensions
        case .selfRemove: .selfRemove
        case .custom(let type, _): type
        }
    }
}

/// The group goes on as another one (RFC 9420, section 12.1.5).
public struct ReInit: Sendable, Hashable {
    public var groupID: [UInt8]
    public var version: ProtocolVersion
    public var suite: CipherSuite
    public var extensions: Extensions

    public init(groupID: [UInt8], suite: CipherSuite, extensions: Extensions) {
        self.groupID = groupID
        version = .mls10
        self.suite = suite
        self.extensions = extensions
    }
}

extension ReInit: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        groupID = try reader.opaque()
        version = try reader.value()
        suite = try reader.value()
        extensions = try reader.value()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(groupID)
        writer.value(version)
        writer.value(suite)
        writer.value(extensions)
    }
}

extension Proposal: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        let type = ProposalType(rawValue: try reader.uint16())
        switch type {
        case .add: self = .add(try reader.value())
        case .update: self = .update(try reader.value())
        case .remove: self = .remove(try reader.value())
        case .psk: self = .psk(try reader.value())
        case .reInit: self = .reInit(try reader.value())
        case .externalInit: self = .externalInit(kemOutput: try reader.opaque())
        case .groupContextExtensions: self = .groupContextExtensions(try reader.value())
        case .selfRemove: self = .selfRemove
        default: self = .custom(type, try reader.opaque())
        }
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint16(type.rawValue)
        switch self {
        case .add(let keyPackage): writer.value(keyPackage)
        case .update(let leafNode): writer.value(leafNode)
        case .remove(let index): writer.value(index)
        case .psk(let id): writer.value(id)
        case .reInit(let reInit): writer.value(reInit)
        case .externalInit(let kemOutput): writer.opaque(kemOutput)
        case .groupContextExtensions(let extensions): writer.value(extensions)
        case .selfRemove: break
        case .custom(_, let content): writer.opaque(content)
        }
    }
}

/// A proposal in a commit: itself, or the hash of the message that brought it (RFC 9420, section 12.4).
package enum ProposalOrReference: Sendable, Hashable {
    case proposal(Proposal)
    case reference([UInt8])
}

extension ProposalOrReference: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: self = .proposal(try reader.value())
        case 2: self = .reference(try reader.opaque())
        default: throw MLSError(.malformed, "12.4", "neither a proposal nor a reference")
        }
    }

    package func encode(to writer: inout WireWriter) {
        switch self {
        case .proposal(let proposal):
            writer.uint8(1)
            writer.value(proposal)
        case .reference(let hash):
            writer.uint8(2)
            writer.opaque(hash)
        }
    }
}
