internal import Glibc

// The loops that every byte of an input passes through; the C library's are vectorised, Swift's early exits are not.

extension UnsafeRawBufferPointer {
    /// The index of the first `byte` within `range`.
    func firstIndex(of byte: UInt8, within range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard let base = baseAddress else { return nil }
        // Safe: the range was checked against the buffer.
        guard let hit = unsafe memchr(base + range.lowerBound, CInt(byte), range.count) else { return nil }
        return unsafe UnsafeRawPointer(hit) - base
    }

    /// The index of the first `byte` within `range` that is not followed by `other`; one at the very end counts.
    func firstIndex(of byte: UInt8, notBefore other: UInt8, within range: Range<Int>) -> Int? {
        var from = range.lowerBound
        while from < range.upperBound, let hit = unsafe firstIndex(of: byte, within: from..<range.upperBound) {
            if hit + 1 == range.upperBound { return hit }
            // Safe: `hit + 1` lies within the range that was checked.
            if unsafe self[hit + 1] != other { return hit }
            from = hit + 2
        }
        return nil
    }

    /// Whether the first `length` bytes of two buffers are the same.
    func sharesPrefix(_ length: Int, with other: UnsafeRawBufferPointer) -> Bool {
        precondition(length <= count && length <= other.count)
        // Safe: both have `length` bytes.
        return unsafe length == 0 || memcmp(baseAddress!, other.baseAddress!, length) == 0
    }
}

extension [UInt8] {
    /// The index of the first `byte` within `range`.
    package func firstIndex(of byte: UInt8, within range: Range<Int>) -> Int? {
        // Safe: the pointer does not leave the closure.
        unsafe withUnsafeBytes { unsafe $0.firstIndex(of: byte, within: range) }
    }
}
