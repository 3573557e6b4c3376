internal import SecrBytes

/// Reads one track (ISO/IEC 14496-12, 8.3), and says of each of its boxes what it is.
struct MP4TrackReader {
    private let limits: Limits
    private var reader: BoxReader
    private(set) var facts: [Finding] = []
    /// What is needed to decrypt samples.
    private var encryption: [FourCC: Box] = [:]
    /// Where boxes begin that say which tracks are alternatives.
    private var alternatives: Set<Int> = []
    /// Where the box begins that says how the picture wraps around the viewer.
    private var sphere: Int?

    init(limits: Limits) {
        self.limits = limits
        reader = BoxReader(limits: limits)
    }

    /// The boxes of a track that hold others, and what is in them.
    private struct Tree {
        var trak: [Box]
        var media: (box: Box, children: [Box])
        var information: (box: Box, children: [Box])
        var tables: (box: Box, children: [Box])
        var header: Box
        var mediaHeader: Box
        var handler: Box
        var descriptions: Box
    }

    mutating func read(
        _ trak: Box, into account: inout BoxAccount<MP4Node>, _ window: inout ByteWindow
    ) throws -> MP4Track {
        let tree = try tree(trak, &window)
        var track = MP4Track(
            range: trak.range, header: try header(tree.header, "track", &window),
            mediaHeader: try header(tree.mediaHeader, "media", &window), handler: try handler(tree.handler, &window))
        for box in tree.trak where box.type == "tref" { track.references += try references(box, &window) }
        let entries = try entryBoxes(tree.descriptions, &window)
        guard MP4Track.handlers.contains(track.handler) else {
            (track.kind, track.label) = MP4TimedMetadata.name(track.handler, entries.first?.type)
            track.samples = try MP4SampleTables(
                tree.tables.children, packets: entries.map { _ in nil }, &window, reader, limits: limits)
            facts = []
            account.add(track.kind, trak.range, track.label)
            return track
        }
        for box in entries {
            let entry = try MP4SampleEntry(box, of: track.handler, &window, &reader, limits: limits)
            facts += entry.facts
            track.entries.append(entry)
        }
        track.samples = try MP4SampleTables(
            tree.tables.children, packets: track.entries.map(\.packet), &window, reader, limits: limits)
        facts += track.samples.reduced.map {
            Finding(
                .table, reveals: [.leftover], "surplus of a table (\($0.type))", range: $0.range, action: .reduced)
        }
        facts += track.samples.dropped.map {
            Finding(
                .table, reveals: [.software], "groups of samples that players do not need (\($0.type))",
                value: "\($0.range.count) bytes", range: $0.range, action: .removed)
        }
        if track.isProtected {
            for box in tree.tables.children + tree.trak where ["senc", "saiz", "saio"].contains(box.type) {
                if encryption[box.type] == nil { encryption[box.type] = box }
            }
            track.encryption = try MP4SampleEncryption(
                encryption, of: track.samples.sizes.count == 0 ? [] : track.entries, at: trak.range, surplus: &facts,
                &window, reader)
            // What is not written anew goes, and is told.
            if track.encryption == nil { encryption = [:] }
            if encryption["saiz"] == nil { encryption["saio"] = nil }
        }
        for box in tree.trak {
            switch box.type {
            case "edts": (track.edits, track.repeatsEdits) = try edits(box, &window)
            case "tapt": track.aperture = try aperture(box, &window)
            case "udta": track.selection = try selection(box, &window)
            case "uuid" where MP4Sphere.isSphere(box) && track.sphere.isEmpty: try readSphere(box, &track, &window)
            default: continue
            }
        }
        for box in tree.media.children where box.type == "elng" {
            let content = try reader.content(of: box, &window)
            let tag = content.bytes.dropFirst(4).prefix(64).prefix { $0 != 0 }
            noteSurplus(of: box, behind: FullBoxHead.size + tag.count + 1)
            track.language.appendFullBox("elng", Array(tag) + [0])
        }
        track.information = try information(tree.information.children, &window)
        try addNodes(trak, tree, to: &account, &window)
        return track
    }

    private mutating func tree(_ trak: Box, _ window: inout ByteWindow) throws -> Tree {
        func one(_ type: FourCC, _ boxes: [Box]) throws(ParseError) -> Box {
            guard let box = boxes.first(where: { $0.type == type }) else {
                throw ParseError(.malformed, at: trak.range.lowerBound, "a track without \(type)")
            }
            return box
        }
        let boxes = try reader.cut(trak.content, &window).boxes
        let media = try one("mdia", boxes)
        let mediaBoxes = try reader.cut(media.content, &window).boxes
        let information = try one("minf", mediaBoxes)
        let informationBoxes = try reader.cut(information.content, &window).boxes
        let tables = try one("stbl", informationBoxes)
        let tableBoxes = try reader.cut(tables.content, &window).boxes
        return Tree(
            trak: boxes, media: (media, mediaBoxes), information: (information, informationBoxes),
            tables: (tables, tableBoxes), header: try one("tkhd", boxes), mediaHeader: try one("mdhd", mediaBoxes),
            handler: try one("hdlr", mediaBoxes), descriptions: try one("stsd", tableBoxes))
    }

    // MARK: Fields

    private mutating func header(_ box: Box, _ name: String, _ window: inout ByteWindow) throws -> MP4Header {
        let header = try MP4Header(box.type, reader.content(of: box, &window))
        facts += header.facts(of: name, in: box)
        return header
    }

    private mutating func handler(_ box: Box, _ window: inout ByteWindow) throws -> FourCC {
        let content = try reader.content(of: box, &window)
        let type = try content.fourCC(at: 8)
        let rest = content.bytes.dropFirst(12)
        if rest.contains(where: { $0 != 0 }) {
            // QuickTime counts the letters in front of them, others end with NUL.
            let name = rest.dropFirst(12).drop { $0 < 0x20 }.prefix { $0 != 0 }
            let value = name.isEmpty ? "numbers of a maker" : String(decoding: name.prefix(300), as: UTF8.self)
            facts.append(
                Finding(
                    .encoder, reveals: [.software], "name of the handler", value: value, range: box.range,
                    action: .removed))
        }
        return type
    }

    private mutating func references(_ box: Box, _ window: inout ByteWindow) throws -> [MP4Track.Reference] {
        try reader.cut(box.content, &window).boxes.map { entry in
            let content = try reader.content(of: entry, &window)
            let count = min(content.count / 4, limits.tracks)
            return MP4Track.Reference(
                type: entry.type, targets: try (0..<count).map { try content.uint32(at: 4 * $0) })
        }
    }

    private mutating func entryBoxes(_ box: Box, _ window: inout ByteWindow) throws -> [Box] {
        let head = ByteReader(try window.bytes(in: box.content.prefix(8)), base: box.content.lowerBound)
        let count = try head.uint32(at: 4)
        return try reader.cut(box.content.dropFirst(8), most: count, &window).boxes
    }

    /// ISO/IEC 14496-12, 8.6.6.
    private mutating func edits(
        _ box: Box, _ window: inout ByteWindow
    ) throws -> (edits: [MP4Track.Edit], repeats: Bool) {
        guard let list = try reader.cut(box.content, &window).boxes.first(where: { $0.type == "elst" }) else {
            return ([], false)
        }
        let content = try reader.content(of: list, &window)
        let head = try FullBoxHead(content)
        let isLong = head.version == 1
        var fields = FieldReader(content, at: 4)
        let count = try fields.next(4)
        guard count <= limits.edits else { throw ParseError(.limit, at: list.range.lowerBound, "too many edits") }
        let edits = try (0..<count).map { _ in
            let duration = try fields.next(isLong ? 8 : 4)
            let start: Int
            if isLong {
                let (high, low) = (try fields.next(4), try fields.next(4))
                start = high == 0xFFFF_FFFF ? -1 : high << 32 | low
            } else {
                let value = try fields.next(4)
                start = value == 0xFFFF_FFFF ? -1 : value
            }
            return MP4Track.Edit(duration: duration, start: start < 0 ? nil : start, rate: try fields.next(4))
        }
        return (edits, head.flags & 1 == 1)
    }

    private mutating func noteSurplus(of box: Box, behind used: Int) {
        if let found = Finding.surplus(of: box, behind: used) { facts.append(found) }
    }

    /// QuickTime's shapes of the picture: clean, shown, and coded.
    private mutating func aperture(_ box: Box, _ window: inout ByteWindow) throws -> [UInt8] {
        var shapes: [UInt8] = []
        for shape in try reader.cut(box.content, &window).boxes {
            guard ["clef", "prof", "enof"].contains(shape.type) else {
                facts.append(
                    Finding(
                        .vendor, reveals: [.software], "box \(shape.type)", value: "\(shape.range.count) bytes",
                        range: shape.range, action: .removed))
                continue
            }
            noteSurplus(of: shape, behind: 12)
            shapes.appendFullBox(shape.type, Array(try reader.content(of: shape, &window).slice(at: 4, count: 8)))
        }
        var written: [UInt8] = []
        if !shapes.isEmpty { written.appendBox("tapt", shapes) }
        return written
    }

    /// Which tracks are alternatives, and for whom (8.10.3, 8.10.4).
    private mutating func selection(_ box: Box, _ window: inout ByteWindow) throws -> [UInt8] {
        var kept: [UInt8] = []
        for entry in try reader.cut(box.content, isFile: true, &window).boxes {
            let content = try reader.content(of: entry, &window)
            switch entry.type {
            case "tsel" where content.count % 4 == 0:
                alternatives.insert(entry.range.lowerBound)
                kept.appendFullBox("tsel", Array(content.bytes.dropFirst(4)))
            case "kind":
                let strings = content.bytes.dropFirst(4).split(separator: 0, omittingEmptySubsequences: false).prefix(2)
                guard let scheme = strings.first, scheme.hasPrefix("urn:mpeg:dash:role:2011") else { continue }
                alternatives.insert(entry.range.lowerBound)
                kept.appendFullBox(
                    "kind", Array(scheme) + [0] + (strings.dropFirst().first.map { Array($0.prefix(64)) } ?? []) + [0])
            default: continue
            }
        }
        var written: [UInt8] = []
        if !kept.isEmpty { written.appendBox("udta", kept) }
        return written
    }

    private mutating func readSphere(_ box: Box, _ track: inout MP4Track, _ window: inout ByteWindow) throws {
        guard let written = MP4Sphere.written(try reader.content(of: box, &window).bytes) else { return }
        track.sphere = written
        sphere = box.range.lowerBound
        if try window.bytes(in: box.range) == written { return }
        facts.append(
            Finding(
                .encoder, reveals: [.software], "the stitching program's notes", range: box.range, action: .reduced))
    }

    /// The box that says of which kind media are (8.4.5).
    private mutating func information(_ boxes: [Box], _ window: inout ByteWindow) throws -> [UInt8] {
        for box in boxes {
            // Who reads and writes the data.
            if box.type == "hdlr" { _ = try handler(box, &window) }
            if box.type == "dinf" { try requireOwnData(box, &window) }
        }
        let lengths: [FourCC: Int] = ["vmhd": 12, "smhd": 8, "sthd": 4, "nmhd": 4]
        var written: [UInt8] = []
        for box in boxes {
            if let length = lengths[box.type] {
                let content = try reader.content(of: box, &window)
                let flags = box.type == "vmhd" ? 1 : 0
                written.appendFullBox(box.type, flags: flags, Array(try content.slice(at: 4, count: length - 4)))
                return written
            }
            if box.type == "gmhd",
                let own = try reader.cut(box.content, &window).boxes.first(where: { $0.type == "gmin" })
            {
                var inner: [UInt8] = []
                inner.appendFullBox("gmin", Array(try reader.content(of: own, &window).slice(at: 4, count: 12)))
                written.appendBox("gmhd", inner)
                return written
            }
        }
        written.appendFullBox("nmhd", [])
        return written
    }

    /// Data in other files are not there; a path to them can be left although they are (8.7.2).
    private mutating func requireOwnData(_ box: Box, _ window: inout ByteWindow) throws {
        for table in try reader.cut(box.content, &window).boxes where table.type == "dref" {
            for entry in try reader.cut(table.content.dropFirst(8), &window).boxes {
                let content = try reader.content(of: entry, &window)
                guard try FullBoxHead(content).flags & 1 == 1 else {
                    throw ParseError(.unsupported, at: entry.range.lowerBound, "samples that lie in another file")
                }
                if content.bytes.dropFirst(FullBoxHead.size).contains(where: { $0 != 0 }) {
                    facts.append(
                        Finding(
                            .vendor, reveals: [.history], "path of a file", value: "\(content.count) bytes",
                            range: entry.range, action: .removed))
                }
            }
        }
    }

    // MARK: The account of all bytes

    private mutating func addNodes(
        _ trak: Box, _ tree: Tree, to account: inout BoxAccount<MP4Node>, _ window: inout ByteWindow
    ) throws {
        for box in tree.trak {
            switch box.type {
            case "tkhd" where box == tree.header: account.add(.trackHeader, box.range, "track")
            case "edts": account.add(.editList, box.range, "edit list")
            case "tref": account.add(.trackReference, box.range, "references of a track")
            case "tapt": account.add(.aperture, box.range, "shapes of the picture")
            case "udta": try addUserData(box, to: &account, &window)
            case "mdia" where box == tree.media.box: addMedia(tree, to: &account)
            case "uuid" where box.range.lowerBound == sphere:
                account.add(.sphere, box.range, "how the picture wraps around")
            case _ where encryption[box.type] == box: account.add(.sampleTable, box.range, "table \(box.type)")
            default: account.add(unneeded: box)
            }
        }
        account.close(trak)
    }

    private mutating func addUserData(
        _ box: Box, to account: inout BoxAccount<MP4Node>, _ window: inout ByteWindow
    ) throws {
        for entry in try reader.cut(box.content, isFile: true, &window).boxes {
            switch entry.type {
            case _ where alternatives.contains(entry.range.lowerBound):
                account.add(.selection, entry.range, "alternatives")
            case "free", "skip": account.add(unneeded: entry)
            default: account.add(.userData, entry.range, "text \(MP4Values.name(of: entry.type))")
            }
        }
        account.close(box)
    }

    private func addMedia(_ tree: Tree, to account: inout BoxAccount<MP4Node>) {
        for box in tree.media.children {
            switch box.type {
            case "mdhd" where box == tree.mediaHeader: account.add(.mediaHeader, box.range, "media")
            case "hdlr" where box == tree.handler: account.add(.handler, box.range, "handler")
            case "elng": account.add(.mediaHeader, box.range, "language")
            case "minf" where box == tree.information.box:
                for box in tree.information.children {
                    switch box.type {
                    case "stbl" where box == tree.tables.box: addTables(tree, to: &account)
                    case "vmhd", "smhd", "sthd", "nmhd", "gmhd":
                        account.add(.mediaInformation, box.range, "kind of media")
                    case "dinf": account.add(.dataReference, box.range, "data references")
                    case "hdlr": account.add(.handler, box.range, "handler of the data")
                    default: account.add(unneeded: box)
                    }
                }
                account.close(box)
            default: account.add(unneeded: box)
            }
        }
        account.close(tree.media.box)
    }

    private func addTables(_ tree: Tree, to account: inout BoxAccount<MP4Node>) {
        for box in tree.tables.children {
            if box == tree.descriptions {
                account.add(.sampleDescriptions, box.range, "how samples are coded")
            } else if MP4SampleTables.isKnown(box.type) || encryption[box.type] == box {
                account.add(.sampleTable, box.range, "table \(box.type)")
            } else {
                account.add(unneeded: box)
            }
        }
        account.close(tree.tables.box)
    }
}
