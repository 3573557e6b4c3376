internal import SecrBytes

/// Writes a HEIF file in the only form in which one is ever written: type, tables, contents, in one order and with the
/// smallest numbers.
struct HEICComposer {
    let selection: HEICSelection
    let limits: Limits
    private var plan = OutputPlan()
    /// Of a file that is a sequence as well.
    private var sequence: MP4Composer?
    /// What the file says of itself: the contents of the last item.
    private let statement: [UInt8]?

    init(_ selection: HEICSelection, of source: any ByteSource, _ handler: HEICHandler, limits: Limits) {
        self.selection = selection
        self.limits = limits
        statement = handler.statementItem
        sequence = selection.document.sequence.map {
            MP4Composer(Parsed(document: $0, source: source), policy: selection.policy, handler: handler.sequence)
        }
    }

    /// An item's contents as they are laid out.
    private struct Placed {
        var store: HEICItem.Location.Store
        /// From the start of the contents of the one box or the other.
        var offset: Int
        var size: Int
        /// Whether it is a picture of the sequence as well; then its offset counts from where those begin.
        var isFrame = false
    }

    /// Contents in their order, and where each item's are.
    private struct Layout {
        var pieces: [HEICItem.Location.Store: [OutputPlan.Piece]] = [:]
        var sizes: [HEICItem.Location.Store: Int] = [:]
        var places: [Placed] = []

        func size(_ store: HEICItem.Location.Store) -> Int { sizes[store] ?? 0 }
    }

    mutating func compose() throws -> OutputPlan {
        let layout = try layout()
        let type = fileType
        let properties = try selection.items.map { try selection.properties(of: $0) }
        let tables = beforeLocations
        let after = try afterLocations(properties)
        let frames = sequence?.regions ?? MP4Regions([Range<Int>]())
        // Only the places depend on how large the tables are, and their number does not.
        let width = type.count + layout.size(.file) + layout.size(.itemData) + frames.size < 1 << 31 ? 4 : 8
        let movieSize = try sequence?.movie(at: 0, mediaStart: 0, isWide: width == 8).count ?? 0
        let groups = self.groups
        func meta(_ starts: (content: Int, frames: Int)) -> (head: [UInt8], tail: [UInt8]) {
            var head = tables + locations(layout, starts, width: width) + after
            if layout.size(.itemData) > 0 { head.appendBoxHeader("idat", contentSize: layout.size(.itemData)) }
            return (head, groups)
        }
        let blank = meta((0, 0))
        let metaContent = FullBoxHead.size + blank.head.count + layout.size(.itemData) + blank.tail.count
        var start: [UInt8] = type
        start.appendBoxHeader("meta", contentSize: metaContent)
        var contentHead: [UInt8] = []
        contentHead.appendBoxHeader("mdat", contentSize: layout.size(.file))
        if layout.size(.file) == 0 { contentHead = [] }
        let contentStart = start.count + metaContent + movieSize + contentHead.count
        var frameHead: [UInt8] = []
        frameHead.appendBoxHeader("mdat", contentSize: frames.size)
        let frameStart = contentStart + layout.size(.file) + frameHead.count
        let (head, tail) = meta((contentStart, frameStart))
        plan.append(.bytes(start + [UInt8].fullBoxHead() + head))
        for piece in layout.pieces[.itemData] ?? [] { plan.append(piece) }
        plan.append(.bytes(tail))
        plan.append(.bytes(try sequence?.movie(at: plan.size, mediaStart: frameStart, isWide: width == 8) ?? []))
        plan.append(.bytes(contentHead))
        for piece in layout.pieces[.file] ?? [] { plan.append(piece) }
        if frames.size > 0 { plan.append(.bytes(frameHead)) }
        for range in frames.ranges { for piece in changesOfFrames.pieces(of: range) { plan.append(piece) } }
        for node in selection.document.nodes
        where node.item == nil && node.property == nil && selection.isCopied(node.kind) {
            plan.append(.copy(node.range))
        }
        for node in sequence?.others ?? [] { plan.append(.copy(node.range)) }
        return plan
    }

    private var changesOfFrames: CodedChanges { selection.document.sequence?.changes ?? CodedChanges() }

    private func layout() throws(ScrubError) -> Layout {
        var layout = Layout()
        var known: [[Range<Int>]: Placed] = [:]
        for item in selection.items {
            let pieces = selection.contents(of: item)
            let ranges: [Range<Int>] = pieces.compactMap { if case .copy(let range) = $0 { range } else { nil } }
            let store = item.location.store
            // Items can share their contents.
            if ranges.count == pieces.count, let placed = known[ranges], placed.store == store, placed.size > 0 {
                layout.places.append(placed)
                continue
            }
            let size = pieces.reduce(0) { $0 + $1.count }
            if store == .file, pieces.count == 1, let range = ranges.first, !range.isEmpty,
                let frames = sequence?.regions, frames.contain(range),
                changesOfFrames.pieces(of: range) == pieces
            {
                let offset = frames.position(of: range)
                layout.places.append(Placed(store: store, offset: offset, size: size, isFrame: true))
                continue
            }
            let placed = Placed(store: store, offset: layout.size(store), size: size)
            layout.pieces[store, default: []] += pieces
            layout.sizes[store, default: 0] += size
            layout.places.append(placed)
            if ranges.count == pieces.count { known[ranges] = placed }
        }
        if let statement {
            let size = statement.count
            layout.places.append(Placed(store: .file, offset: layout.size(.file), size: size))
            layout.pieces[.file, default: []].append(.bytes(statement))
            layout.sizes[.file, default: 0] += size
        }
        // Parts of items can overlap in the input and can't in the output, which could therefore become much larger.
        guard layout.size(.file) + layout.size(.itemData) <= 2 * selection.document.size + limits.chunkBytes else {
            throw ScrubError(.refused, "parts of pictures lie upon each other")
        }
        return layout
    }

    // MARK: Tables

    private static let brands: Set<FourCC> = [
        "heic", "heix", "heim", "heis", "mif1", "mif2", "miaf", "MiHB", "MiHA", "MiHE", "MiPr", "MA1A", "MA1B", "avif",
        "avio", "avci", "jpeg", "unif", "tmap", "1pic",
    ]

    /// Of files that are sequences as well.
    private static let sequenceBrands: Set<FourCC> = ["msf1", "hevc", "hevx", "avis", "avcs", "iso8"]

    /// The brands that say what a reader has to be able to do, in their order.
    private var fileType: [UInt8] {
        var seen: Set<FourCC> = []
        let hasToneMap = selection.items.contains { $0.type == "tmap" }
        let known = sequence == nil ? Self.brands : Self.brands.union(Self.sequenceBrands)
        var brands = selection.document.brands.filter { known.contains($0) && ($0 != "tmap" || hasToneMap) }
        let major = brands.first ?? "mif1"
        brands = brands.dropFirst(selection.document.brands.first == major ? 1 : 0).filter { seen.insert($0).inserted }
        if brands.isEmpty { brands = [major] }
        var bytes: [UInt8] = []
        bytes.appendBox("ftyp", major.bytes + [0, 0, 0, 0] + brands.flatMap(\.bytes))
        return bytes
    }

    private var beforeLocations: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendFullBox("hdlr", [0, 0, 0, 0] + Array("pict".utf8) + [UInt8](repeating: 0, count: 13))
        var primary: [UInt8] = []
        primary.appendBigEndian16(selection.numbers[selection.document.primary] ?? 0)
        bytes.appendFullBox("pitm", primary)
        return bytes
    }

    /// Of all items, in their order.
    private var numbers: [Int] {
        selection.items.map { selection.numbers[$0.id] ?? 0 } + (statement == nil ? [] : [statementNumber])
    }

    private var statementNumber: Int { selection.items.count + 1 }

    /// One extent for each item that has contents. Some readers demand a place of the others too.
    private func locations(_ layout: Layout, _ starts: (content: Int, frames: Int), width: Int) -> [UInt8] {
        let version: UInt8 = layout.places.contains { $0.store == .itemData && $0.size > 0 } ? 1 : 0
        var table: [UInt8] = [UInt8(width << 4 | width), 0]
        table.appendBigEndian16(layout.places.count)
        for (number, item) in zip(numbers, layout.places) {
            table.appendBigEndian16(number)
            if version == 1 { table.appendBigEndian16(item.store == .itemData ? 1 : 0) }
            table.appendBigEndian16(0)
            table.appendBigEndian16(item.size > 0 ? 1 : 0)
            if item.size == 0 { continue }
            let start = item.store == .itemData ? 0 : item.isFrame ? starts.frames : starts.content
            table.appendBigEndian(item.offset + start, bytes: width)
            table.appendBigEndian(item.size, bytes: width)
        }
        var bytes: [UInt8] = []
        bytes.appendFullBox("iloc", version: version, table)
        return bytes
    }

    private func afterLocations(_ properties: [[HEICSelection.Written]]) throws -> [UInt8] {
        var (items, references): ([UInt8], [UInt8]) = ([], [])
        items.appendBigEndian16(numbers.count)
        for item in selection.items {
            let number = selection.numbers[item.id] ?? 0
            var entry: [UInt8] = []
            entry.appendBigEndian16(number)
            entry += [0, 0] + item.type.bytes + [0]
            if item.type == "mime" || item.type == "uri " {
                entry += Array(selection.contentType(of: item).utf8) + [0]
                // Kept on request, and of no use without it.
                if !item.encoding.isEmpty { entry += Array(item.encoding.utf8) + [0] }
            }
            items.appendFullBox("infe", version: 2, flags: selection.isHidden(item) ? 1 : 0, entry)
            for reference in selection.references(of: item) {
                var entry: [UInt8] = []
                entry.appendBigEndian16(number)
                entry.appendBigEndian16(reference.targets.count)
                for target in reference.targets { entry.appendBigEndian16(target) }
                references.appendBox(reference.type, entry)
            }
        }
        if statement != nil { appendStatement(to: &items, &references) }
        var bytes: [UInt8] = []
        bytes.appendFullBox("iinf", items)
        if !references.isEmpty { bytes.appendFullBox("iref", references) }
        bytes += try propertyTables(properties)
        return bytes
    }

    /// An item that describes the main picture.
    private func appendStatement(to items: inout [UInt8], _ references: inout [UInt8]) {
        var (entry, reference): ([UInt8], [UInt8]) = ([], [])
        entry.appendBigEndian16(statementNumber)
        items.appendFullBox("infe", version: 2, entry + [0, 0] + Array("Exif".utf8) + [0])
        for field in [statementNumber, 1, selection.numbers[selection.document.primary] ?? 0] {
            reference.appendBigEndian16(field)
        }
        references.appendBox("cdsc", reference)
    }

    /// The properties that stay, in their order, and whose they are.
    private func propertyTables(_ all: [[HEICSelection.Written]]) throws -> [UInt8] {
        let order = Set(all.joined().map(\.place)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 + 1) })
        let isWide = order.count > 127
        var table: [UInt8] = []
        table.appendBigEndian32(all.count { !$0.isEmpty })
        let owners = zip(selection.items, all).map { (number: selection.numbers[$0.id] ?? 0, list: $1) }
        for (owner, list) in owners.sorted(by: { $0.number < $1.number }) where !list.isEmpty {
            guard list.count <= 255 else { throw ScrubError(.refused, "an item with too many properties") }
            table.appendBigEndian16(owner)
            table.append(UInt8(list.count))
            for written in list {
                let number = (numbers[written.place] ?? 0) | (written.isEssential ? (isWide ? 0x8000 : 0x80) : 0)
                table.appendBigEndian(number, bytes: isWide ? 2 : 1)
            }
        }
        var (content, bytes): ([UInt8], [UInt8]) = ([], [])
        content.appendBox("ipco", order.flatMap(selection.box(at:)))
        content.appendFullBox("ipma", flags: isWide ? 1 : 0, table)
        bytes.appendBox("iprp", content)
        return bytes
    }

    private var groups: [UInt8] {
        var content: [UInt8] = []
        for (place, group) in selection.groups.enumerated() {
            var entry: [UInt8] = []
            // Groups and items share their numbers.
            for field in [numbers.count + 1 + place, group.entities.count] + group.entities {
                entry.appendBigEndian32(field)
            }
            content.appendFullBox(group.type, entry)
        }
        var bytes: [UInt8] = []
        if !content.isEmpty { bytes.appendBox("grpl", content) }
        return bytes
    }
}
