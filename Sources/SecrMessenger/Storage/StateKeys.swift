/// Under which keys the messenger keeps its state in the vault.
package enum StateKey {
    /// Of everything that belongs to the messenger.
    private static let program: UInt8 = 0x6D

    private enum Kind: UInt8 {
        case settings = 1
        case contact, invitation, group, message, outbox, part, held, expiry, drop, upload, download, commit, deletion
    }

    private static func key(_ kind: Kind, _ rest: [UInt8] = []) -> [UInt8] { [program, kind.rawValue] + rest }

    package static let settings = key(.settings)
    package static let contacts = key(.contact)

    package static func contact(_ id: ContactID) -> [UInt8] { key(.contact, id.bytes) }
    /// What has been handed out or answered, and has not become a conversation yet.
    package static func invitation(_ id: ContactID) -> [UInt8] { key(.invitation, id.bytes) }

    // Each of these is the beginning of many keys.
    package static func group(_ id: ContactID) -> [UInt8] { key(.group, id.bytes) }
    package static func messages(_ id: ContactID) -> [UInt8] { key(.message, id.bytes) }
    package static func outbox(_ id: ContactID) -> [UInt8] { key(.outbox, id.bytes) }
    package static func parts(_ id: ContactID) -> [UInt8] { key(.part, id.bytes) }
    package static func held(_ id: ContactID) -> [UInt8] { key(.held, id.bytes) }

    /// The last commit of this device, as long as it may have to be sent again.
    package static func commit(_ id: ContactID) -> [UInt8] { key(.commit, id.bytes) }
    /// Messages that the other side took back before they came, by its numbers.
    package static func deletions(_ id: ContactID) -> [UInt8] { key(.deletion, id.bytes) }
    /// Files that are on their way to a relay, by the number of their message.
    package static func uploads(_ id: ContactID) -> [UInt8] { key(.upload, id.bytes) }
    /// Files that are to be fetched, by the number of their message.
    package static func downloads(_ id: ContactID) -> [UInt8] { key(.download, id.bytes) }

    /// Messages that disappear, by the time at which they do.
    package static let expiries = key(.expiry)

    package static func expiry(_ time: UInt64, _ id: ContactID, message: UInt64) -> [UInt8] {
        expiries + time.bytes + id.bytes + message.bytes
    }

    /// Boxes of ours that are of no more use, and that relays have not been told to forget yet.
    package static let drops = key(.drop)

    /// All that goes with a conversation, but not the contact and its history.
    package static func conversation(_ id: ContactID) -> [[UInt8]] {
        [group(id), outbox(id), parts(id), held(id), commit(id), deletions(id), uploads(id), downloads(id)]
    }
}

/// By which a contact is known here, and nowhere else: 16 random bytes.
public struct ContactID: Hashable, Sendable {
    package static let size = 16

    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
}
