/// Under which keys the messenger keeps its state in the vault.
enum StateKey {
    /// Of everything that belongs to the messenger.
    private static let program: UInt8 = 0x6D

    private enum Kind: UInt8 {
        case settings = 1
        case contact, invitation, group, message, outbox, part, held, expiry, drop
    }

    private static func key(_ kind: Kind, _ rest: [UInt8] = []) -> [UInt8] { [program, kind.rawValue] + rest }

    static let settings = key(.settings)
    static let contacts = key(.contact)

    static func contact(_ id: ContactID) -> [UInt8] { key(.contact, id.bytes) }
    /// What has been handed out or answered, and has not become a conversation yet.
    static func invitation(_ id: ContactID) -> [UInt8] { key(.invitation, id.bytes) }

    // Each of these is the beginning of many keys.
    static func group(_ id: ContactID) -> [UInt8] { key(.group, id.bytes) }
    static func messages(_ id: ContactID) -> [UInt8] { key(.message, id.bytes) }
    static func outbox(_ id: ContactID) -> [UInt8] { key(.outbox, id.bytes) }
    static func parts(_ id: ContactID) -> [UInt8] { key(.part, id.bytes) }
    static func held(_ id: ContactID) -> [UInt8] { key(.held, id.bytes) }

    /// Messages that disappear, by the time at which they do.
    static let expiries = key(.expiry)

    static func expiry(_ time: UInt64, _ id: ContactID, message: UInt64) -> [UInt8] {
        expiries + time.bytes + id.bytes + message.bytes
    }

    /// Boxes of ours that are of no more use, and that relays have not been told to forget yet.
    static let drops = key(.drop)

    /// All that goes with a conversation, but not the contact and its history.
    static func conversation(_ id: ContactID) -> [[UInt8]] { [group(id), outbox(id), parts(id), held(id)] }
}

/// By which a contact is known here, and nowhere else: 16 random bytes.
public struct ContactID: Hashable, Sendable {
    static let size = 16

    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
}
