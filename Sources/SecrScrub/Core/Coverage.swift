/// The account of an input's bytes: each belongs to exactly one named node.
enum Coverage {
    /// Whether `ranges`, in order, tile `0..<size` without gap or overlap.
    static func isComplete(_ ranges: some Sequence<Range<Int>>, size: Int) -> Bool {
        var end = 0
        for range in ranges {
            guard range.lowerBound == end else { return false }
            end = range.upperBound
        }
        return end == size
    }
}
