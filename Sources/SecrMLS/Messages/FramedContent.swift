/// Who says something (RFC 9420, section 6).
public enum Sender: Sendable, Hashable {
    case member(LeafIndex)
    /// Somebody outside of the group, by the place in the extension `external_senders`.
    case external(UInt32)
    /// Somebody who would like to be added.
    case newMemberProposal
    /// Somebody who joins without being asked in.
    case newMemberCommit

    package var member: LeafIndex? { if case .member(let index) = self { index } else { nil } }
}

extension Sender: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        self =
            switch try reader.uint8() {
            case 1: .member(try reader.value())
            case 2: .external(try reader.uint32())
            case 3: .newMemberProposal
            case 4: .newMemberCommit
            default: throw MLSError(.malformed, "6", "a sender of an unknown kind")
            }
    }

    package func encode(to writer: inout WireWriter) {
        switch self {
        case .member(let index):
            writer.uint8(1)
            writer.value(index)
        case .external(let index):
            writer.uint8(2)
            writer.uint32(index)
        case .newMemberProposal: writer.uint8(3)
        case .newMemberCommit: writer.uint8(4)
        }
    }
}

package enum ContentType: UInt8, Sendable {
    case application = 1
    case proposal = 2
    case commit = 3

    init(from reader: inout WireReader) throws(MLSError) {
        guard let type = ContentType(rawValue: try reader.uint8()) else {
            throw MLSError(.malformed, "6", "content of an unknown kind")
        }
        self = type
    }
}

package enum WireFormat: UInt16, Sendable {
    case publicMessage = 1
    case privateMessage = 2
    case welcome = 3
    case groupInfo = 4
    case keyPackage = 5

    init(from reader: inout WireReader) throws(MLSError) {
        guard let format = WireFormat(rawValue: try reader.uint16()) else {
            throw MLSError(.unsupported, "6", "a message of an unknown format")
        }
        self = format
    }
}

/// What somebody says, to whom and when.
package struct FramedContent: Sendable, Hashable {
    package enum Body: Sendable, Hashable {
        case application([UInt8])
        case proposal(Proposal)
        case commit(Commit)

        package var type: ContentType {
            switch self {
            case .application: .application
            case .proposal: .proposal
            case .commit: .commit
            }
        }

        init(_ type: ContentType, from reader: inout WireReader) throws(MLSError) {
            self =
                switch type {
                case .application: .application(try reader.opaque())
                case .proposal: .proposal(try reader.value())
                case .commit: .commit(try reader.value())
                }
        }

        func encode(to writer: inout WireWriter) {
            switch self {
            case .application(let data): writer.opaque(data)
            case .proposal(let proposal): writer.value(proposal)
            case .commit(let commit): writer.value(commit)
            }
        }
    }

    package var groupID: [UInt8]
    package var epoch: UInt64
    package var sender: Sender
    package var authenticatedData: [UInt8]
    package var body: Body

    package init(groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8] = [], body: Body) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.body = body
    }
}

extension FramedContent: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        sender = try reader.value()
        authenticatedData = try reader.opaque()
        body = try Body(try ContentType(from: &reader), from: &reader)
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.value(sender)
        writer.opaque(authenticatedData)
        writer.uint8(body.type.rawValue)
        body.encode(to: &writer)
    }
}

/// What proves who said it (RFC 9420, section 6.1).
package struct ContentAuthentication: Sendable, Hashable {
    package var signature: [UInt8]
    /// Of commits only.
    package var confirmationTag: [UInt8]?

    package init(signature: [UInt8], confirmationTag: [UInt8]?) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    init(of type: ContentType, from reader: inout WireReader) throws(MLSError) {
        signature = try reader.opaque()
        confirmationTag = type == .commit ? try reader.opaque() : nil
    }

    func encode(to writer: inout WireWriter) {
        writer.opaque(signature)
        if let confirmationTag { writer.opaque(confirmationTag) }
    }
}

/// A message with its proof, whatever protects it on the way.
package struct AuthenticatedContent: Sendable, Hashable {
    package var wireFormat: WireFormat
    package var content: FramedContent
    package var authentication: ContentAuthentication

    package init(wireFormat: WireFormat, content: FramedContent, authentication: ContentAuthentication) {
        self.wireFormat = wireFormat
        self.content = content
        self.authentication = authentication
    }

    /// `ProposalRef` (section 5.2).
    package func reference(_ algorithms: SuiteAlgorithms) -> [UInt8] {
        algorithms.reference("MLS 1.0 Proposal Reference", encoded)
    }
}

extension AuthenticatedContent: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        wireFormat = try WireFormat(from: &reader)
        content = try reader.value()
        authentication = try ContentAuthentication(of: content.body.type, from: &reader)
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint16(wireFormat.rawValue)
        writer.value(content)
        authentication.encode(to: &writer)
    }
}
