internal import Glibc

// The two loops that every byte of an input passes through; the C library's are vectorised, Swift's early exits are not.

extension [UInt8] {
    /// The index of the first `byte` within `range`.
    func firstIndex(of byte: UInt8, within range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // Safe: the range was checked against the buffer, and the pointer does not leave the closure.
        return unsafe withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress else { return nil }
            guard let hit = unsafe memchr(base + range.lowerBound, CInt(byte), range.count) else { return nil }
            return unsafe UnsafeRawPointer(hit) - base
        }
    }

    /// The index of the first `byte` within `range` that is not followed by `other`; one at the very end counts.
    func firstIndex(of byte: UInt8, notBefore other: UInt8, within range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // Safe: the range was checked against the buffer, and the pointer does not leave the closure.
        return unsafe withUnsafeBytes { buffer -> Int? in
            var from = range.lowerBound
            while from < range.upperBound {
                guard let base = buffer.baseAddress,
                    let hit = unsafe memchr(base + from, CInt(byte), range.upperBound - from)
                else { return nil }
                let index = unsafe UnsafeRawPointer(hit) - base
                if index + 1 >= range.upperBound { return index }
                if unsafe buffer[index + 1] != other { return index }
                from = index + 2
            }
            return nil
        }
    }

    /// Whether the first `count` bytes of two buffers are equal.
    func sharesPrefix(_ count: Int, with other: [UInt8]) -> Bool {
        precondition(count <= self.count && count <= other.count)
        if count == 0 { return true }
        // Safe: both buffers hold `count` bytes, checked above.
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in unsafe memcmp(left.baseAddress!, right.baseAddress!, count) == 0 }
        }
    }
}
