internal import SecrBytes

/// A box of the ISO base media file format (ISO/IEC 14496-12, 4.2): a size, a type, and what it holds.
struct Box: Sendable, Equatable {
    let type: FourCC
    /// With its header.
    let range: Range<Int>
    /// Behind the header, and behind the identifier of a `uuid` box.
    let content: Range<Int>
    /// The 16 bytes that say what a `uuid` box is.
    let identifier: [UInt8]?

    /// Of a whole box that is held in memory.
    static let headerSize = 8
}

/// Version and flags, with which the content of many boxes begins.
struct FullBoxHead: Sendable, Equatable {
    static let size = 4

    let version: Int
    let flags: Int

    init(_ content: ByteReader) throws(ParseError) {
        version = try content.uint8(at: 0)
        flags = try content.uint32(at: 0) & 0xFF_FFFF
    }
}

/// Cuts ranges of a file into boxes.
struct BoxReader {
    private let limits: Limits
    private var count = 0

    init(limits: Limits) { self.limits = limits }

    /// Boxes, and bytes behind the last of them that are none.
    struct Cut {
        var boxes: [Box] = []
        var rest: Range<Int>
    }

    /// - Parameters:
    ///   - range: of a container's content, or of the whole file.
    ///   - isFile: whether the last box may say that it goes on to the end, and whether what follows the boxes may be
    ///     anything.
    ///   - most: how many there are, where something else says so.
    mutating func cut(
        _ range: Range<Int>, isFile: Bool = false, most: Int = .max, _ window: inout ByteWindow
    ) throws -> Cut {
        var cut = Cut(rest: range)
        while cut.rest.count >= Box.headerSize, cut.boxes.count < most {
            guard let box = try next(in: cut.rest, isFile: isFile, &window) else { return cut }
            count += 1
            guard count <= limits.nodes else { throw ParseError(.limit, at: box.range.lowerBound, "too many boxes") }
            cut.boxes.append(box)
            cut.rest = box.range.upperBound..<range.upperBound
        }
        return cut
    }

    /// `nil` for bytes that are no box, which only a file may have.
    private func next(in range: Range<Int>, isFile: Bool, _ window: inout ByteWindow) throws -> Box? {
        let start = range.lowerBound
        let head = ByteReader(try window.bytes(in: range.prefix(32)), base: start)
        let type = try head.fourCC(at: 4)
        var (size, headerSize) = (try head.uint32(at: 0), Box.headerSize)
        if size == 1 {
            let (high, low) = (try head.uint32(at: 8), try head.uint32(at: 12))
            guard high < 1 << 30 else { throw ParseError(.malformed, at: start, "a box with a size that can't be") }
            (size, headerSize) = (high << 32 | low, 16)
        } else if size == 0 && isFile {
            size = range.count
        }
        if type == "uuid" { headerSize += 16 }
        guard size >= headerSize, size <= range.count else {
            // Behind the boxes of a file there can be anything.
            if isFile && start > 0 { return nil }
            throw ParseError(
                size > range.count ? .truncated : .malformed, at: start, "a box with a wrong size (\(type))")
        }
        let identifier = type == "uuid" ? Array(try head.slice(at: headerSize - 16, count: 16)) : nil
        return Box(
            type: type, range: start..<start + size, content: start + headerSize..<start + size, identifier: identifier)
    }

    /// A whole box as it is, with the shortest header.
    func copy(of box: Box, _ window: inout ByteWindow) throws -> [UInt8] {
        var written: [UInt8] = []
        written.appendBox(box.type, try content(of: box, &window).bytes)
        return written
    }

    /// A box that is read to be kept, in memory.
    func content(of box: Box, _ window: inout ByteWindow) throws -> ByteReader {
        guard box.content.count <= limits.chunkBytes else {
            throw ParseError(.limit, at: box.range.lowerBound, "a table that is too large (\(box.type))")
        }
        return ByteReader(try window.bytes(in: box.content), base: box.content.lowerBound)
    }
}
