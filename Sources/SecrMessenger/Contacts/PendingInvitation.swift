package import SecrMLS
package import SecrWire

/// An invitation that was handed out, or answered, and has not become a conversation yet.
package struct PendingInvitation {
    package enum Side {
        /// Made here.
        case made
        /// Answered from here, with these keys and this hello. Parts of the welcome may have come.
        case answered(KeyPackageBundle, hello: [UInt8], parts: [UInt64: [UInt8]])
    }

    package let invitation: Invitation
    /// Of the device and the state in which this began: where the vault's is another one, a copy of it could go on, too.
    package let binding: [UInt8]
    /// Where the other side's greeting comes in.
    package var box: OwnBox
    package var side: Side

    init(_ invitation: Invitation, binding: [UInt8], _ box: OwnBox, _ side: Side) {
        self.invitation = invitation
        self.binding = binding
        self.box = box
        self.side = side
    }
}

// How it is stored.
extension PendingInvitation {
    private enum Tag {
        static let link: UInt8 = 1, box: UInt8 = 2, keys: UInt8 = 3, hello: UInt8 = 4, parts: UInt8 = 5
        static let binding: UInt8 = 6
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.link, invitation.link)
        fields[Tag.binding] = binding
        fields[Tag.box] = box.stored
        if case .answered(let keys, let hello, let parts) = side {
            fields[Tag.keys] = keys.encoded.withBytes { Array($0) }
            fields[Tag.hello] = hello
            fields.set(Tag.parts, parts.sorted { $0.key < $1.key }.map { $0.key.bytes + $0.value })
        }
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        guard let invitation = try? Invitation(link: fields.text(Tag.link)) else { throw .damaged }
        self.init(
            invitation, binding: try fields.bytes(Tag.binding), try OwnBox(stored: fields.bytes(Tag.box)), .made)
        guard let stored = fields[Tag.keys] else { return }
        guard let keys = try? KeyPackageBundle(decoding: Secret(copying: stored)) else { throw .damaged }
        var parts: [UInt64: [UInt8]] = [:]
        for part in try fields.list(Tag.parts) where part.count > 8 {
            parts[UInt64(bytes: part.prefix(8))] = Array(part.dropFirst(8))
        }
        side = .answered(keys, hello: try fields.bytes(Tag.hello), parts: parts)
    }
}
