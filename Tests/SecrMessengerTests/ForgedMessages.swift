import SecrCrypto
import SecrMLS
import SecrMessenger
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// Somebody who has the keys of a conversation, and says with them what no honest device would.
extension Messenger {
    /// Makes messages with the keys that are in the vault.
    ///
    /// - Parameters:
    ///   - sequence: of the first cell, in place of the next one; nothing is counted then.
    ///   - uses: whether the keys that this needs are gone afterwards.
    ///   - configuration: under which rules.
    func forge(
        _ name: String, sequence: UInt64? = nil, uses: Bool = true,
        _ configuration: GroupConfiguration = GroupOfTwo.configuration,
        _ make: (inout Group) throws -> (message: MLSMessage, delta: StateDelta)
    ) throws -> [[UInt8]] {
        let id = try contact(name).id
        return try vault.changeState { state in
            var contact = try #require(try state.contact(id))
            let prefix = StateKey.group(id)
            var records: [[UInt8]: Secret] = [:]
            for (key, value) in try state.entries(withPrefix: prefix) {
                records[Array(key.dropFirst(prefix.count))] = Secret(copying: value)
            }
            var group = try Group.restore(records, configuration)
            let key = SecretBytes(copying: try group.wrapKey(of: group.ownIndex).bytes)
            let (message, delta) = try make(&group)
            if uses { try state.store(delta, of: id) }
            let next = try #require(contact.conversation).nextOut
            let frames = CellFrame.frames(of: message.bytes, .message, from: sequence ?? next)
            if sequence == nil { contact.conversation?.nextOut = next + UInt64(frames.count) }
            try state.store(contact)
            return frames.map { $0.wrapped(nonce: SecureRandom.bytes(XChaCha20Poly1305.nonceSize), key: key) }
        }
    }

    /// A message with some content.
    func forge(_ name: String, sequence: UInt64? = nil, content: [UInt8]) throws -> [[UInt8]] {
        try forge(name, sequence: sequence) { try $0.encrypt(content) }
    }

    /// Contents that are numbered as the next ones, and counted.
    func forge(_ name: String, _ body: Content.Body) throws -> [[UInt8]] {
        let id = try contact(name).id
        let number = try vault.changeState { state in
            var contact = try #require(try state.contact(id))
            let number = try #require(contact.conversation).nextContent
            contact.conversation?.nextContent = number + 1
            try state.store(contact)
            return number
        }
        return try forge(name, content: Content(number: number, time: 1, body: body).encoded)
    }

    /// A cell with a frame of any bytes under the next number.
    func forge(_ name: String, frame: (_ sequence: UInt64) -> [UInt8]) throws -> [UInt8] {
        let id = try contact(name).id
        let sequence = try vault.changeState { state in
            var contact = try #require(try state.contact(id))
            let next = try #require(contact.conversation).nextOut
            contact.conversation?.nextOut = next + 1
            try state.store(contact)
            return next
        }
        return try forge(name, frame: frame(sequence))
    }

    /// A cell with a frame of any bytes.
    func forge(_ name: String, frame: [UInt8]) throws -> [UInt8] {
        let id = try contact(name).id
        let key = try vault.readState { state in
            let group = try state.group(id)
            return try group.wrapKey(of: group.ownIndex)
        }
        let nonce = SecureRandom.bytes(XChaCha20Poly1305.nonceSize)
        return nonce + XChaCha20Poly1305.seal(frame, nonce: nonce, key: SecretBytes(copying: key.bytes))
    }
}

/// Everything is allowed.
struct NoRules: GroupRules {
    func accepts(_ credential: SecrMLS.Credential, signatureKey: [UInt8]) -> Bool { true }

    static var configuration: GroupConfiguration {
        var configuration = GroupConfiguration(rules: NoRules())
        configuration.commitsBeforeSending = false
        return configuration
    }
}
