import SecrBytes

/// A reader of HEIF files that shares nothing with the one that is tested (ISO/IEC 14496-12, 8.11; 23008-12, 9.3).
struct HEIFFile {
    struct Item {
        var id: Int
        var type: String
        var isHidden: Bool
        var name: String
        var contentType: String
        var extents: [Range<Int>] = []
        var properties: [(box: FileBox, isEssential: Bool)] = []
        var references: [(type: String, to: [Int])] = []
    }

    enum Failure: Error { case missing(String) }

    let bytes: [UInt8]
    private let reader: ByteReader
    let top: [FileBox]
    /// Of `meta`, and of the properties in it.
    private(set) var tables: [FileBox] = []
    private(set) var properties: [FileBox] = []
    private(set) var primary = 0
    private(set) var items: [Item] = []
    private(set) var groups: [(type: String, id: Int, entities: [Int])] = []

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        reader = ByteReader(bytes)
        top = try FileBox.all(in: 0..<bytes.count, reader)
        let meta = try Self.first("meta", top)
        let hasVersion = try reader.fourCC(at: meta.content.lowerBound + 4) != "hdlr"
        tables = try FileBox.all(in: meta.content.dropFirst(hasVersion ? 4 : 0), reader)
        try readItems()
        try readLocations()
        try readProperties()
        if let box = table("iref") { try readReferences(box) }
        if let box = table("grpl") { try readGroups(box) }
    }

    func table(_ type: String) -> FileBox? { tables.first { $0.type == type } }

    func item(_ id: Int) -> Item? { items.first { $0.id == id } }

    func payload(of item: Item) -> [UInt8] { item.extents.flatMap { bytes[$0] } }

    func bytes(of box: FileBox) -> [UInt8] { Array(bytes[box.range]) }

    func content(of box: FileBox) -> [UInt8] { Array(bytes[box.content]) }

    /// All boxes with data of items.
    var media: [FileBox] { (top + tables).filter { ["mdat", "idat"].contains($0.type) } }

    private static func first(_ type: String, _ boxes: [FileBox]) throws -> FileBox {
        guard let box = boxes.first(where: { $0.type == type }) else { throw Failure.missing(type) }
        return box
    }

    /// Numbers one after the other.
    private struct Cursor {
        let reader: ByteReader
        var at: Int

        mutating func next(_ size: Int) throws -> Int {
            defer { at += size }
            return try (at..<at + size).reduce(0) { try $0 << 8 | reader.uint8(at: $1) }
        }

        mutating func string(before end: Int) throws -> String {
            let start = at
            while at < end, try reader.uint8(at: at) != 0 { at += 1 }
            defer { at += 1 }
            return String(decoding: try reader.slice(at: start, count: at - start), as: UTF8.self)
        }
    }

    /// The version and the flags of a box, and what stands behind them.
    private func open(_ box: FileBox) throws -> (version: Int, flags: Int, Cursor) {
        var cursor = Cursor(reader: reader, at: box.content.lowerBound)
        let head = try cursor.next(4)
        return (head >> 24, head & 0xFF_FFFF, cursor)
    }

    private mutating func readItems() throws {
        var (version, _, cursor) = try open(Self.first("pitm", tables))
        primary = try cursor.next(version == 0 ? 2 : 4)
        let list = try Self.first("iinf", tables)
        (version, _, cursor) = try open(list)
        _ = try cursor.next(version == 0 ? 2 : 4)
        for entry in try FileBox.all(in: cursor.at..<list.content.upperBound, reader) where entry.type == "infe" {
            let flags: Int
            (version, flags, cursor) = try open(entry)
            let id = try cursor.next(version == 2 ? 2 : 4)
            _ = try cursor.next(2)
            let type = try reader.fourCC(at: cursor.at).description
            cursor.at += 4
            let name = try cursor.string(before: entry.content.upperBound)
            let hasType = ["mime", "uri "].contains(type)
            let contentType = hasType ? try cursor.string(before: entry.content.upperBound) : ""
            items.append(
                Item(id: id, type: type, isHidden: flags & 1 == 1, name: name, contentType: contentType))
        }
    }

    private mutating func readLocations() throws {
        var (version, _, cursor) = try open(Self.first("iloc", tables))
        let sizes = try cursor.next(2)
        let (offsetSize, lengthSize, baseSize) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
        let idSize = version == 2 ? 4 : 2
        for _ in 0..<(try cursor.next(idSize)) {
            let id = try cursor.next(idSize)
            let isInside = version > 0 ? try cursor.next(2) & 15 == 1 : false
            let room = isInside ? try Self.first("idat", tables).content : 0..<bytes.count
            _ = try cursor.next(2)
            let base = try cursor.next(baseSize)
            var extents: [Range<Int>] = []
            for _ in 0..<(try cursor.next(2)) {
                if version > 0 { _ = try cursor.next(sizes & 15) }
                let start = try room.lowerBound + base + cursor.next(offsetSize)
                let length = try cursor.next(lengthSize)
                guard start <= room.upperBound, length <= room.upperBound - start else { throw Failure.missing("data") }
                extents.append(start..<(length == 0 ? room.upperBound : start + length))
            }
            if let place = items.firstIndex(where: { $0.id == id }) { items[place].extents = extents }
        }
    }

    private mutating func readProperties() throws {
        let boxes = try FileBox.all(in: Self.first("iprp", tables).content, reader)
        properties = try FileBox.all(in: Self.first("ipco", boxes).content, reader)
        for table in boxes where table.type == "ipma" {
            var (version, flags, cursor) = try open(table)
            let size = flags & 1 == 1 ? 2 : 1
            for _ in 0..<(try cursor.next(4)) {
                let id = try cursor.next(version == 0 ? 2 : 4)
                for _ in 0..<(try cursor.next(1)) {
                    let field = try cursor.next(size)
                    let mark = 1 << (8 * size - 1)
                    guard field & ~mark > 0, let place = items.firstIndex(where: { $0.id == id }) else { continue }
                    guard field & ~mark <= properties.count else { throw Failure.missing("property") }
                    items[place].properties.append((properties[(field & ~mark) - 1], field & mark != 0))
                }
            }
        }
    }

    private mutating func readReferences(_ box: FileBox) throws {
        let (version, _, start) = try open(box)
        let size = version == 0 ? 2 : 4
        for entry in try FileBox.all(in: start.at..<box.content.upperBound, reader) {
            var cursor = Cursor(reader: reader, at: entry.content.lowerBound)
            let from = try cursor.next(size)
            let targets = try (0..<(try cursor.next(2))).map { _ in try cursor.next(size) }
            guard let place = items.firstIndex(where: { $0.id == from }) else { continue }
            items[place].references.append((entry.type, targets))
        }
    }

    private mutating func readGroups(_ box: FileBox) throws {
        for entry in try FileBox.all(in: box.content, reader) {
            var (_, _, cursor) = try open(entry)
            let id = try cursor.next(4)
            groups.append((entry.type, id, try (0..<(try cursor.next(4))).map { _ in try cursor.next(4) }))
        }
    }
}
