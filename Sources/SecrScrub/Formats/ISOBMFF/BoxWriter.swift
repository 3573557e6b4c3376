internal import SecrBytes

extension [UInt8] {
    /// Appends a box. It must be smaller than 4 GiB.
    mutating func appendBox(_ type: FourCC, _ content: [UInt8]) {
        appendBigEndian32(Box.headerSize + content.count)
        append(type)
        self += content
    }

    /// Appends a box that has a version and flags.
    mutating func appendFullBox(_ type: FourCC, version: UInt8 = 0, flags: Int = 0, _ content: [UInt8]) {
        appendBox(type, Self.fullBoxHead(version: version, flags: flags) + content)
    }

    static func fullBoxHead(version: UInt8 = 0, flags: Int = 0) -> [UInt8] {
        var head: [UInt8] = []
        head.appendBigEndian32(Int(version) << 24 | flags)
        return head
    }

    /// Appends the header of a box whose content follows, with a size of 64 bits where that is needed.
    mutating func appendBoxHeader(_ type: FourCC, contentSize: Int) {
        if contentSize <= Int(UInt32.max) - Box.headerSize {
            appendBigEndian32(Box.headerSize + contentSize)
            append(type)
        } else {
            appendBigEndian32(1)
            append(type)
            appendBigEndian(2 * Box.headerSize + contentSize, bytes: 8)
        }
    }

    /// Appends a number in `bytes` bytes, 0 to 8, most significant first. The value must fit.
    mutating func appendBigEndian(_ value: Int, bytes count: Int) {
        precondition(value >= 0 && (count >= 8 || value < 1 << (8 * count)))
        for index in (0..<count).reversed() { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
}

extension ByteReader {
    /// A number of 0 to 8 bytes, most significant first.
    ///
    /// - Throws: where it does not fit into 62 bits: no file is that large.
    func integer(at offset: Int, bytes count: Int) throws(ParseError) -> Int {
        let value = try slice(at: offset, count: count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value < 1 << 62 else { throw ParseError(.malformed, at: base + offset, "a number that can't be") }
        return Int(value)
    }
}
