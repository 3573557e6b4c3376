internal import SecrBytes

/// One box of an ISO base media file (ISO/IEC 14496-12, 4.2).
struct Box: Sendable {
    var type: FourCC
    var range: Range<Int>
    /// Behind its header.
    var content: Range<Int>
}

/// Finds boxes, as many as a file can have.
struct BoxScanner {
    var window: ByteWindow
    private var count = 0

    init(_ source: any ByteSource) { window = ByteWindow(source) }

    /// - Parameter range: of their container.
    /// - Returns: those that are whole. What is behind the last one is none.
    mutating func boxes(in range: Range<Int>) throws -> [Box] {
        var (boxes, at) = ([Box](), range.lowerBound)
        while range.upperBound - at >= 8 {
            let head = ByteReader(try window.bytes(in: at..<at + min(16, range.upperBound - at)), base: at)
            var (size, headSize) = (try head.uint32(at: 0), 8)
            if size == 1 {
                guard head.count == 16, try head.uint32(at: 8) < 1 << 30 else { break }
                (size, headSize) = (try head.uint32(at: 8) << 32 | head.uint32(at: 12), 16)
            } else if size == 0 && range.upperBound == window.size {
                size = range.upperBound - at
            }
            guard size >= headSize, size <= range.upperBound - at else { break }
            count += 1
            guard count <= Limits().videoNodes else { throw ParseError(.limit, at: at, "too many boxes") }
            boxes.append(Box(type: try head.fourCC(at: 4), range: at..<at + size, content: at + headSize..<at + size))
            at += size
        }
        return boxes
    }

    /// The first of a type.
    mutating func first(_ type: FourCC, in range: Range<Int>) throws -> Box? {
        try boxes(in: range).first { $0.type == type }
    }

    /// Where the boxes of a `meta` begin: behind version and flags, which some programs leave out as QuickTime does.
    mutating func childrenOfMeta(_ meta: Box) throws -> Range<Int> {
        let start = try window.bytes(in: meta.content.prefix(8))
        return meta.content.dropFirst(start.dropFirst(4).hasPrefix("hdlr") ? 0 : min(4, meta.content.count))
    }

    mutating func content(of box: Box) throws -> ByteReader {
        guard box.content.count <= Limits().samples * 16 else {
            throw ParseError(.limit, at: box.range.lowerBound, "a table that is too large")
        }
        return ByteReader(try window.bytes(in: box.content), base: box.content.lowerBound)
    }
}

extension ByteReader {
    /// Most significant byte first.
    func integer(at offset: Int, bytes: Int) throws(ParseError) -> Int {
        let value = try slice(at: offset, count: bytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: value) else {
            throw ParseError(.malformed, at: base + offset, "a number that is too large")
        }
        return value
    }
}

extension Int {
    /// - Throws: where nobody could count that far.
    func product(_ other: Int, at offset: Int) throws(ParseError) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        guard !overflows else { throw ParseError(.malformed, at: offset, "a number that is too large") }
        return product
    }
}
