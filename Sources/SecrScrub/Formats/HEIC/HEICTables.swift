internal import SecrBytes

/// The tables in a `meta` box that say what items there are and where they lie.
struct HEICTables {
    private let limits: Limits
    private var reader: BoxReader
    private(set) var items: [HEICItem] = []
    private(set) var index: [Int: Int] = [:]
    private(set) var primary: Int?
    private(set) var properties: [HEICProperty] = []
    private(set) var groups: [HEICGroup] = []
    /// Children of the item properties box and of its list, for the account of all bytes.
    private(set) var propertyBoxes: [Box] = []
    /// The item data box.
    private(set) var itemData: Box?
    /// Where the last fields of tables end.
    private(set) var ends: [FourCC: Int] = [:]
    /// Numbers of data references that mean this file.
    private var ownReferences: Set<Int> = [0]

    init(limits: Limits) {
        self.limits = limits
        reader = BoxReader(limits: limits)
    }

    /// - Parameters:
    ///   - boxes: the children of `meta`.
    ///   - fileSize: to which extents without a length go.
    mutating func read(_ boxes: [Box], fileSize: Int, _ window: inout ByteWindow) throws {
        let order: [FourCC] = ["pitm", "iinf", "iloc", "iref", "iprp", "idat", "grpl", "ipro", "dinf"]
        var found: [FourCC: Box] = [:]
        for box in boxes where order.contains(box.type) {
            guard found.updateValue(box, forKey: box.type) == nil else {
                throw ParseError(.malformed, at: box.range.lowerBound, "a table that is there twice (\(box.type))")
            }
        }
        itemData = found["idat"]
        guard let pitm = found["pitm"], let iinf = found["iinf"] else {
            throw ParseError(.malformed, at: boxes.first?.range.lowerBound ?? 0, "no list of pictures")
        }
        if let box = found["dinf"] { try readDataReferences(box, &window) }
        try readPrimary(reader.content(of: pitm, &window))
        try readItems(iinf, &window)
        if let box = found["iloc"] { try readLocations(reader.content(of: box, &window), fileSize: fileSize) }
        if let box = found["iref"] { try readReferences(box, &window) }
        if let box = found["iprp"] { try readProperties(box, &window) }
        if let box = found["grpl"] { try readGroups(box, &window) }
        guard let primary, index[primary] != nil else {
            throw ParseError(.malformed, at: pitm.range.lowerBound, "the main picture is not there")
        }
    }

    /// What does not lie in a box for contents is not there: it could be anything of the file.
    mutating func requireLocations(in boxes: [Box]) {
        let contents = (boxes + [itemData].compactMap(\.self)).sorted {
            $0.content.lowerBound < $1.content.lowerBound
        }
        for place in items.indices {
            let isThere = items[place].location.extents?.allSatisfy { range in
                guard let box = contents.last(startingAtOrBefore: range.lowerBound) else { return false }
                return range.upperBound <= box.content.upperBound
            }
            if isThere == false { items[place].location.extents = nil }
        }
    }

    private mutating func readPrimary(_ content: ByteReader) throws {
        let size = try FullBoxHead(content).version == 0 ? 2 : 4
        primary = try content.integer(at: 4, bytes: size)
        ends["pitm"] = content.base + 4 + size
    }

    /// ISO/IEC 14496-12, 8.7.2: a flag says that the data are in the same file.
    private mutating func readDataReferences(_ box: Box, _ window: inout ByteWindow) throws {
        for table in try reader.cut(box.content, &window).boxes where table.type == "dref" {
            for (place, entry) in try reader.cut(table.content.dropFirst(8), &window).boxes.enumerated() {
                guard entry.content.count >= FullBoxHead.size else { continue }
                let head = try FullBoxHead(ByteReader(try window.bytes(in: entry.content.prefix(FullBoxHead.size))))
                if head.flags & 1 == 1 { ownReferences.insert(place + 1) }
            }
        }
    }

    private mutating func readItems(_ box: Box, _ window: inout ByteWindow) throws {
        let head = ByteReader(try window.bytes(in: box.content.prefix(8)), base: box.content.lowerBound)
        let countSize = try FullBoxHead(head).version == 0 ? 2 : 4
        let count = try head.integer(at: 4, bytes: countSize)
        let start = box.content.lowerBound + 4 + countSize
        let entries = try reader.cut(start..<box.content.upperBound, most: count, &window)
        ends["iinf"] = entries.rest.lowerBound
        for entry in entries.boxes where entry.type == "infe" {
            let item = try Self.item(reader.content(of: entry, &window))
            guard items.count < limits.items else {
                throw ParseError(.limit, at: entry.range.lowerBound, "too many items")
            }
            guard index.updateValue(items.count, forKey: item.id) == nil else {
                throw ParseError(.malformed, at: entry.range.lowerBound, "two items with one number")
            }
            items.append(item)
        }
    }

    /// ISO/IEC 14496-12, 8.11.6.
    private static func item(_ content: ByteReader) throws(ParseError) -> HEICItem {
        let head = try FullBoxHead(content)
        guard head.version == 2 || head.version == 3 else {
            throw ParseError(.unsupported, at: content.base, "an item of an old kind")
        }
        let idSize = head.version == 2 ? 2 : 4
        let id = try content.integer(at: 4, bytes: idSize)
        if try content.uint16(at: 4 + idSize) != 0 {
            throw ParseError(.unsupported, at: content.base, "a protected item, which can't be looked into")
        }
        let type = try content.fourCC(at: 6 + idSize)
        var rest = content.bytes[(10 + idSize)...]
        func string(_ isThere: Bool = true) -> String {
            guard isThere else { return "" }
            let string = rest.prefix { $0 != 0 }
            rest = rest.dropFirst(string.count + 1)
            return String(decoding: string.prefix(256), as: UTF8.self)
        }
        let name = string()
        let contentType = string(type == "mime" || type == "uri ")
        let encoding = string(type == "mime")
        let end = content.base + content.count
        return HEICItem(
            id: id, type: type, isHidden: head.flags & 1 != 0, contentType: contentType, name: name,
            encoding: encoding, surplus: end - rest.count..<end)
    }

    /// ISO/IEC 14496-12, 8.11.3.
    private mutating func readLocations(_ content: ByteReader, fileSize: Int) throws {
        let version = try FullBoxHead(content).version
        guard version <= 2 else { throw ParseError(.unsupported, at: content.base, "a table of a later kind (iloc)") }
        let sizes = try content.uint16(at: 4)
        let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 15)
        let (baseSize, indexSize) = (sizes >> 4 & 15, version == 0 ? 0 : sizes & 15)
        guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy([0, 4, 8].contains) else {
            throw ParseError(.malformed, at: content.base + 4, "numbers of a size that can't be (iloc)")
        }
        var fields = FieldReader(content, at: 6)
        let idSize = version == 2 ? 4 : 2
        let count = try fields.next(idSize)
        var (extentCount, seen) = (0, Set<Int>())
        for _ in 0..<count {
            let id = try fields.next(idSize)
            let method = version == 0 ? 0 : try fields.next(2) & 15
            let reference = try fields.next(2)
            let base = try fields.next(baseSize)
            let extents = try fields.next(2)
            extentCount += extents
            guard extentCount <= limits.itemExtents else {
                throw ParseError(.limit, at: content.base, "too many extents")
            }
            var location = HEICItem.Location(store: method == 1 ? .itemData : .file, extents: [])
            for _ in 0..<extents {
                _ = try fields.next(indexSize)
                let (offset, length) = (try fields.next(offsetSize), try fields.next(lengthSize))
                if let range = range(base + offset, length, location.store, fileSize: fileSize) {
                    location.extents?.append(range)
                } else {
                    location.extents = nil
                }
            }
            // Other files, and extents of other items.
            if !ownReferences.contains(reference) || method > 1 { location.extents = nil }
            guard seen.insert(id).inserted else {
                throw ParseError(.malformed, at: content.base, "an item that lies in two places")
            }
            if let place = index[id] { items[place].location = location }
        }
        ends["iloc"] = content.base + fields.position
    }

    /// `nil` for what does not lie where it should.
    private func range(_ start: Int, _ length: Int, _ store: HEICItem.Location.Store, fileSize: Int) -> Range<Int>? {
        let room: Range<Int>
        switch store {
        case .file: room = 0..<fileSize
        case .itemData: room = itemData?.content ?? 0..<0
        }
        guard start <= room.count, length <= room.count - start else { return nil }
        let begin = room.lowerBound + start
        return begin..<(length == 0 ? room.upperBound : begin + length)
    }

    /// ISO/IEC 14496-12, 8.11.12.
    private mutating func readReferences(_ box: Box, _ window: inout ByteWindow) throws {
        let head = ByteReader(try window.bytes(in: box.content.prefix(4)), base: box.content.lowerBound)
        let idSize = try FullBoxHead(head).version == 0 ? 2 : 4
        var total = 0
        for entry in try reader.cut(box.content.dropFirst(4), &window).boxes {
            var fields = FieldReader(try reader.content(of: entry, &window), at: 0)
            let from = try fields.next(idSize)
            let count = try fields.next(2)
            total += count
            guard total <= limits.itemExtents else {
                throw ParseError(.limit, at: entry.range.lowerBound, "too many references")
            }
            let targets = try (0..<count).map { _ in try fields.next(idSize) }
            guard let place = index[from] else { continue }
            items[place].references.append(.init(type: entry.type, targets: targets))
        }
    }

    /// ISO/IEC 14496-12, 8.11.14.
    private mutating func readProperties(_ box: Box, _ window: inout ByteWindow) throws {
        propertyBoxes = try reader.cut(box.content, &window).boxes
        guard let list = propertyBoxes.first(where: { $0.type == "ipco" }) else { return }
        let boxes = try reader.cut(list.content, &window).boxes
        guard boxes.count <= limits.items, list.content.count <= limits.chunkBytes else {
            throw ParseError(.limit, at: list.range.lowerBound, "too many properties")
        }
        properties = try boxes.map { try HEICProperty($0, &window, limits: limits) }
        var total = 0
        for table in propertyBoxes where table.type == "ipma" {
            let content = try reader.content(of: table, &window)
            let head = try FullBoxHead(content)
            var fields = FieldReader(content, at: 4)
            for _ in 0..<(try fields.next(4)) {
                let id = try fields.next(head.version == 0 ? 2 : 4)
                let count = try fields.next(1)
                total += count
                guard total <= limits.itemExtents else {
                    throw ParseError(.limit, at: table.range.lowerBound, "too many properties")
                }
                for _ in 0..<count {
                    let size = head.flags & 1 == 0 ? 1 : 2
                    let field = try fields.next(size)
                    let essential = 1 << (8 * size - 1)
                    let number = field & (essential - 1)
                    // 0 stands for none.
                    guard number > 0, let place = index[id] else { continue }
                    guard number <= properties.count else {
                        throw ParseError(.malformed, at: table.range.lowerBound, "a property that is not there")
                    }
                    items[place].properties.append(
                        .init(property: number - 1, isEssential: field & essential != 0))
                }
            }
        }
    }

    private mutating func readGroups(_ box: Box, _ window: inout ByteWindow) throws {
        var total = 0
        for entry in try reader.cut(box.content, &window).boxes {
            var fields = FieldReader(try reader.content(of: entry, &window), at: 8)
            let count = try fields.next(4)
            total += count
            guard total <= limits.itemExtents else {
                throw ParseError(.limit, at: entry.range.lowerBound, "too many items")
            }
            let entities = try (0..<count).map { _ in try fields.next(4) }
            groups.append(HEICGroup(type: entry.type, entities: entities, range: entry.range))
        }
    }
}
