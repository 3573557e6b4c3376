package import SecrCrypto

/// The keys of one area, all from its root.
public final class AreaKeys: Sendable {
    package static let rootSize = 32
    package static let idSize = 16

    /// Tells areas apart; no secret, but not shown either.
    let id: [UInt8]
    let root: SecretBytes
    let names: SecretBytes
    private let records: SecretBytes
    private let checkpoints: SecretBytes
    let deviceState: SecretBytes

    /// - Parameter vault: its marker's hash: the same root in another vault gives other keys.
    package init(root: consuming SecretBytes, id: [UInt8], vault: [UInt8]) {
        let extracted = HKDF.extract(salt: vault + id, key: root)
        func key(_ purpose: String) -> SecretBytes {
            HKDF.expand(extracted, info: Array("secr area \(purpose)".utf8), count: 32)
        }
        names = key("names")
        records = key("records")
        checkpoints = key("checkpoints")
        deviceState = key("device state")
        self.id = id
        self.root = root
    }

    /// Where the marker is locked while ways into this area are changed. Others can't tell whose lock it is.
    var lockOffset: Int {
        HMAC.code(for: Array("lock".utf8), key: deviceState)[..<5].reduce(Marker.size) { $0 << 8 | Int($1) }
    }

    package func name(_ purpose: ObjectName.Purpose, _ number: UInt64) -> ObjectName {
        ObjectName(purpose, number, key: names)
    }

    /// The key of a record. Its stream has a fresh salt at each attempt, so that the key may be used again.
    func recordKey(_ sequence: UInt64) -> SecretBytes { Self.numbered(records, sequence) }

    func rootKey(_ number: UInt64) -> SecretBytes { Self.numbered(checkpoints, number) }

    private static func numbered(_ key: borrowing SecretBytes, _ number: UInt64) -> SecretBytes {
        HKDF.expand(key, info: Array("secr number ".utf8) + number.bigEndianBytes, count: 32)
    }
}
