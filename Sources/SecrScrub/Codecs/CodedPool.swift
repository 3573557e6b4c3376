/// Bytes that are written over others, each different text of them once: encoders say the same in every picture.
struct CodedPool: Sendable {
    /// One text after the other.
    private(set) var bytes: [UInt8] = []
    /// A hash table with open addresses: where a text is, or -1. It has at least twice as many slots as there are texts.
    private var slots: [Range<Int32>] = []
    private var count = 0

    /// What places can count; behind that, texts are held as often as they come.
    static let mostBytes = Int(Int32.max)
    private static let (nothing, firstSlots): (Range<Int32>, Int) = (-1 ..< -1, 64)

    /// - Returns: where `text` begins.
    mutating func start(of text: ArraySlice<UInt8>) -> Int {
        if 2 * count >= slots.count { grow() }
        let slot = slot(of: text)
        if slots[slot] != Self.nothing { return Int(slots[slot].lowerBound) }
        let start = bytes.count
        bytes += text
        guard let end = Int32(exactly: bytes.count) else { return start }
        slots[slot] = Int32(start)..<end
        count += 1
        return start
    }

    /// Where it is, or where it would be. Nobody outside can know, as the hash differs from run to run.
    private func slot(of text: ArraySlice<UInt8>) -> Int {
        var slot = text.hashValue & (slots.count - 1)
        while slots[slot] != Self.nothing, self.text(in: slots[slot]) != text { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private func text(in slot: Range<Int32>) -> ArraySlice<UInt8> {
        bytes[Int(slot.lowerBound)..<Int(slot.upperBound)]
    }

    private mutating func grow() {
        let old = slots
        slots = [Range<Int32>](repeating: Self.nothing, count: max(Self.firstSlots, 2 * old.count))
        for known in old where known != Self.nothing { slots[slot(of: text(in: known))] = known }
    }
}
