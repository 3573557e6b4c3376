/// Text as it is typed, which leaves nothing behind in memory when it is removed, as far as that is in its hands.
struct ClearedText: Sendable {
    private var scalars: [Unicode.Scalar] = []

    init() { scalars.reserveCapacity(256) }

    /// With memory of its own, so that clearing one clears nothing of the other, and no copy is made behind its back.
    init(copying other: ClearedText) {
        scalars.reserveCapacity(max(256, other.count))
        scalars.append(contentsOf: other.scalars)
    }

    var count: Int { scalars.count }

    subscript(_ index: Int) -> Unicode.Scalar { scalars[index] }

    mutating func insert(_ new: some Collection<Unicode.Scalar>, at index: Int) {
        makeRoom(for: scalars.count + new.count)
        scalars.insert(contentsOf: new, at: index)
    }

    mutating func remove(_ range: Range<Int>) {
        scalars.removeSubrange(range)
        // What stood at the end is still in the memory behind it.
        scalars.append(contentsOf: repeatElement("\0", count: range.count))
        scalars.removeLast(range.count)
    }

    mutating func removeAll() { remove(0..<scalars.count) }

    func string(_ range: Range<Int>? = nil) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range ?? 0..<scalars.count])
        return String(text)
    }

    /// The array would leave its old memory as it is.
    private mutating func makeRoom(for count: Int) {
        guard count > scalars.capacity else { return }
        var larger: [Unicode.Scalar] = []
        larger.reserveCapacity(count * 2)
        larger.append(contentsOf: scalars)
        removeAll()
        scalars = larger
    }
}
