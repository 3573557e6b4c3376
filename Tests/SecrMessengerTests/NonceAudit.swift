import SecrCrypto
import SecrMLS
import SecrMessenger
import SecrTestSupport
import SecrWire
import Testing

/// Looks at every cell that was ever on its way to a relay: no nonce of the wrap was used twice, and no key of MLS.
///
/// The wrap's nonces are random, so a copy of a vault does not repeat them. Its keys of MLS would be the same ones:
/// each is for one message, and which one that is can be seen by who knows the epoch's secrets.
struct NonceAudit {
    /// One key of MLS, with the nonce that goes with it before the random part.
    struct Key: Hashable {
        let epoch: KnownKeys.Epoch
        let sender: UInt32
        let isHandshake: Bool
        let generation: UInt32
    }

    /// Different cells in which the same nonce stands.
    private(set) var repeatedNonces = 0
    /// Keys with which several different messages were encrypted.
    private(set) var repeatedKeys: [Key] = []
    /// Cells, greetings among them, and messages that were looked at.
    private(set) var cells = 0
    private(set) var messages = 0
    /// What no key that is known opens.
    private(set) var unopened = 0

    /// - Parameter all: cells as they were put; the same one more than once is one.
    init(_ all: [[UInt8]], _ keys: KnownKeys) throws {
        let different = Set(all)
        cells = different.count
        repeatedNonces = different.count - Set(different.map { $0.prefix(XChaCha20Poly1305.nonceSize) }).count
        var bodies: [Key: Set<[UInt8]>] = [:]
        for message in try messages(in: different, keys) {
            guard case .privateMessage(let message) = try MLSMessage(message) else {
                Issue.record("a message that everybody can read who opens the cell")
                continue
            }
            messages += 1
            let epoch = KnownKeys.Epoch(groupID: message.groupID, number: message.epoch)
            guard let secret = keys.senderData[epoch] else {
                unopened += 1
                continue
            }
            let algorithms = try GroupOfTwo.configuration.suites.algorithms(of: GroupOfTwo.suite)
            let data = try algorithms.senderData(of: message, senderDataSecret: secret)
            let key = Key(
                epoch: epoch, sender: data.leaf.rawValue, isHandshake: message.contentType != .application,
                generation: data.generation)
            bodies[key, default: []].insert(message.ciphertext)
        }
        repeatedKeys = bodies.filter { $0.value.count > 1 }.map(\.key)
    }

    /// What is in the cells, whole messages only.
    private mutating func messages(in cells: Set<[UInt8]>, _ keys: KnownKeys) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for cell in cells {
            guard let frame = try keys.frame(of: cell) else {
                unopened += 1
                continue
            }
            guard frame.kind == .message else { continue }
            #expect(frame.parts == 1, "longer messages are not put together here")
            messages.append(frame.payload)
        }
        return messages
    }

    func expectFresh(at location: SourceLocation = #_sourceLocation) {
        #expect(repeatedNonces == 0, "nonces of the wrap", sourceLocation: location)
        #expect(repeatedKeys.isEmpty, "keys of MLS: \(repeatedKeys)", sourceLocation: location)
        // Otherwise nothing was looked at.
        #expect(unopened == 0 && messages > 0, "\(unopened) of \(cells) can't be opened", sourceLocation: location)
    }
}
