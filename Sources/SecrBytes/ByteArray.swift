extension [UInt8] {
    /// Appends 16 bits, most significant byte first. The value must fit.
    public mutating func appendBigEndian16(_ value: Int) {
        let field = UInt16(value)
        append(UInt8(truncatingIfNeeded: field >> 8))
        append(UInt8(truncatingIfNeeded: field))
    }

    /// Appends 32 bits, most significant byte first. The value must fit.
    public mutating func appendBigEndian32(_ value: Int) {
        let field = UInt32(value)
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: field >> shift)) }
    }

    public mutating func append(_ code: FourCC) {
        append(contentsOf: code.bytes)
    }
}

extension [UInt8] {
    /// The offset of the first place at or after `from` where `pattern` stands.
    public func firstOffset(of pattern: [UInt8], from: Int = 0) -> Int? {
        guard let first = pattern.first else { return nil }
        let end = count - pattern.count + 1
        var at = from
        while at < end, let hit = firstIndex(of: first, within: at..<end) {
            if self[hit..<hit + pattern.count].elementsEqual(pattern) { return hit }
            at = hit + 1
        }
        return nil
    }

    /// The offset of the first place where the ASCII text `pattern` stands.
    public func firstOffset(of pattern: StaticString) -> Int? {
        firstOffset(of: Array(pattern.description.utf8))
    }
}

extension Collection<UInt8> {
    /// Whether the bytes begin with the ASCII text `prefix`, which may hold NUL bytes.
    public func hasPrefix(_ prefix: StaticString) -> Bool {
        starts(with: prefix.description.utf8)
    }
}
