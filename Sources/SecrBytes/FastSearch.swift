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

    /// The index of the first byte within `range` that is one of three.
    func firstIndex(of marks: (UInt8, UInt8, UInt8), within range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let repeated = (UInt64(marks.0) * ones, UInt64(marks.1) * ones, UInt64(marks.2) * ones)
        // The high bit of the first byte that is 0 is set, and none in front of it.
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & (ones << 7) }
        var position = range.lowerBound
        while range.upperBound - position >= 8 {
            // Safe: eight bytes from here on lie within the range that was checked.
            let word = UInt64(littleEndian: unsafe loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let found = zeros(word ^ repeated.0) | zeros(word ^ repeated.1) | zeros(word ^ repeated.2)
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < range.upperBound {
            // Safe: the range was checked against the buffer.
            let byte = unsafe self[position]
            if byte == marks.0 || byte == marks.1 || byte == marks.2 { return position }
            position += 1
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
    /// The same as `==`, which compares one byte after the other.
    package func holdsSameBytes(as other: [UInt8]) -> Bool {
        // Safe: the pointers do not leave the closures.
        unsafe count == other.count
            && withUnsafeBytes { left in unsafe other.withUnsafeBytes { unsafe left.sharesPrefix(count, with: $0) } }
    }

    /// The index of the first `byte` within `range`.
    package func firstIndex(of byte: UInt8, within range: Range<Int>) -> Int? {
        // Safe: the pointer does not leave the closure.
        unsafe withUnsafeBytes { unsafe $0.firstIndex(of: byte, within: range) }
    }

    /// The index of the first byte within `range` that is one of three.
    package func firstIndex(of marks: (UInt8, UInt8, UInt8), within range: Range<Int>) -> Int? {
        // Safe: the pointer does not leave the closure.
        unsafe withUnsafeBytes { unsafe $0.firstIndex(of: marks, within: range) }
    }
}
