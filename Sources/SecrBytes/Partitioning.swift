extension RandomAccessCollection {
    /// Where those begin that belong behind the others, found by bisection.
    ///
    /// - Parameter isBehind: `false` of a first part of the collection, `true` of the rest.
    /// - Returns: the end where none does.
    @inlinable public func partitioningIndex(where isBehind: (Element) -> Bool) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let middle = index(low, offsetBy: count / 2)
            if isBehind(self[middle]) {
                count /= 2
            } else {
                low = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return low
    }
}
