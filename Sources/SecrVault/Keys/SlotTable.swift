internal import SecrCrypto
internal import SecrStream
internal import SecrSystem
internal import SystemPackage

/// The file `slots`: a secret in its first block, and behind it 64 slots. All of it looks random.
///
/// Every slot is bound to that secret, to its place and to the marker. Who overwrites the first block locks the vault for
/// ever.
package struct SlotTable {
    package static let fileName = "slots"
    package static let replacementName = "slots.new"
    package static let blockSize = 4_096
    static let numbers = 0..<64
    /// Where areas that everybody may know of have theirs.
    static let visible = 0..<32
    package static let size = blockSize + numbers.count * Slot.size

    private(set) var bytes: [UInt8]
    private let vault: [UInt8]

    /// Without any slot in use.
    init(for marker: Marker) {
        bytes = SecureRandom.bytes(Self.size)
        vault = marker.hash
    }

    init(bytes: [UInt8], marker: Marker) throws(VaultError) {
        guard bytes.count == Self.size else { throw .damaged(.slots) }
        self.bytes = bytes
        vault = marker.hash
    }

    /// Every slot that `stretched` opens. Each is tried, whatever the others gave, so that time tells nothing.
    func open(_ stretched: borrowing SecretBytes) -> Opened {
        let extracted = extracted(stretched)
        var opened = Opened(index: nil, slot: nil)
        for index in Self.numbers {
            let key = Self.key(extracted, index)
            if let slot = try? Slot(opening: Array(bytes[Self.range(index)]), key: key), opened.index == nil {
                opened = Opened(index: index, slot: slot)
            }
        }
        return opened
    }

    struct Opened: ~Copyable {
        var index: Int?
        var slot: Slot?
    }

    /// Puts a slot into its place.
    ///
    /// - Parameter now: nanoseconds since 1970.
    /// - Returns: what the index is to know of it.
    mutating func set(
        _ index: Int, _ slot: borrowing Slot, for stretched: borrowing SecretBytes, now: Int64
    ) -> SlotList.Item {
        bytes.replaceSubrange(Self.range(index), with: slot.sealed(with: Self.key(extracted(stretched), index)))
        return SlotList.Item(
            number: index, kind: slot.kind, label: slot.label, created: now, hash: hash(index))
    }

    /// The hash of a slot as it is stored.
    func hash(_ index: Int) -> [UInt8] { BLAKE2b.hash(Array(bytes[Self.range(index)])) }

    /// Makes a slot one that nothing opens.
    mutating func clear(_ index: Int) {
        bytes.replaceSubrange(Self.range(index), with: SecureRandom.bytes(Slot.size))
    }

    private func extracted(_ stretched: borrowing SecretBytes) -> SecretBytes {
        HKDF.extract(salt: Array(bytes[..<32]) + vault, key: stretched)
    }

    private static func key(_ extracted: borrowing SecretBytes, _ index: Int) -> SecretBytes {
        HKDF.expand(extracted, info: Array("secr slot ".utf8) + [UInt8(index)], count: 32)
    }

    private static func range(_ index: Int) -> Range<Int> {
        blockSize + index * Slot.size..<blockSize + (index + 1) * Slot.size
    }
}
