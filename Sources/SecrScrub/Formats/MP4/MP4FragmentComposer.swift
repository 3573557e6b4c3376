internal import SecrBytes

/// Writes fragments, each with its data behind it, and the tables that say where they are.
struct MP4FragmentComposer {
    private let document: MP4Document
    /// Seconds to take away from times.
    private let shift: Int
    private let scales: [Int: Int]
    private var layout: [Placed] = []

    /// A segment, and how large it is.
    private struct Placed {
        var segment: MP4Segment
        var size: Int
        /// Of a fragment: its data, and how large its tables are.
        var regions = MP4Regions.none
        var tablesSize = 0
    }

    init(_ document: MP4Document, policy: Policy) {
        self.document = document
        shift = document.shift(policy)
        scales = Dictionary(document.kept.map { ($0.id, $0.mediaHeader.timescale) }) { first, _ in first }
        layout = document.segments.map(place)
    }

    private func place(_ segment: MP4Segment) -> Placed {
        switch segment {
        case .index(let index): return Placed(segment: segment, size: index.size)
        case .fragment(let fragment):
            let regions = fragment.regions.subtracting(document.cuts)
            let tables = fragment.parts.reduce(Box.headerSize + Self.numberSize + fragment.keys.count) {
                $0 + Box.headerSize + contentSize(of: $1)
            }
            let size = tables + Self.mediaHeader(of: regions).count + regions.size
            return Placed(segment: segment, size: size, regions: regions, tablesSize: tables)
        }
    }

    /// Where each segment begins, and the last one ends.
    private func places(from start: Int) -> [Int] {
        layout.reduce(into: [start]) { $0.append($0[$0.count - 1] + $1.size) }
    }

    /// - Parameter start: where the first of them begins.
    func append(to plan: inout OutputPlan, at start: Int) throws {
        let places = places(from: start)
        var number = 0
        for (place, placed) in layout.enumerated() {
            switch placed.segment {
            case .index(let index):
                let boundaries = index.boundaries.map { places[document.segment(at: $0)] }
                let bytes = try index.written(end: places[place + 1], boundaries: boundaries, shift: shift)
                plan.append(.bytes(bytes))
            case .fragment(let fragment):
                number += 1
                try append(fragment, placed, number, to: &plan)
            }
        }
    }

    /// The last box of the file, which is found from its end.
    ///
    /// - Parameter start: where the first segment begins.
    func randomAccess(segmentsAt start: Int) -> [UInt8] {
        if document.randomAccess.isEmpty { return [] }
        let places = zip(layout, places(from: start)).compactMap { placed, place in
            if case .fragment = placed.segment { place } else { nil }
        }
        var content: [UInt8] = []
        for access in document.randomAccess {
            content += access.written(places: places, shift: shift * (scales[access.track] ?? 0))
        }
        var size: [UInt8] = []
        size.appendBigEndian32(Box.headerSize + content.count + Self.endSize)
        content.appendFullBox("mfro", size)
        var written: [UInt8] = []
        written.appendBox("mfra", content)
        return written
    }

    private static let (endSize, numberSize, runSize) = (16, 16, 20)

    private func contentSize(of part: MP4Fragment.Part) -> Int {
        part.runs.reduce(head(of: part, at: 0).count + part.groups.count) { $0 + Self.runSize + $1.table.count }
    }

    private static func mediaHeader(of regions: MP4Regions) -> [UInt8] {
        var header: [UInt8] = []
        header.appendBoxHeader("mdat", contentSize: regions.size)
        return header
    }

    // MARK: Bytes

    /// Of a part, what stands in front of its runs.
    ///
    /// - Parameter start: where it begins, counted from the beginning of the fragment.
    private func head(of part: MP4Fragment.Part, at start: Int) -> [UInt8] {
        var fields: [UInt8] = []
        fields.appendBigEndian32(part.track)
        var bytes: [UInt8] = []
        bytes.appendFullBox("tfhd", flags: part.flags | 0x2_0000, fields + part.defaults)
        if let time = part.decodeTime {
            let time = time - shift * (scales[part.track] ?? 0)
            let isLong = time > Int(UInt32.max)
            var field: [UInt8] = []
            field.appendBigEndian(time, bytes: isLong ? 8 : 4)
            bytes.appendFullBox("tfdt", version: isLong ? 1 : 0, field)
        }
        guard let encryption = part.encryption else { return bytes }
        // Tables do not depend in their size on where the data are.
        let place = start + bytes.count + encryption.tables(dataAt: 0).count
        return bytes + encryption.tables(dataAt: place) + encryption.written
    }

    private func append(
        _ fragment: MP4Fragment, _ placed: Placed, _ number: Int, to plan: inout OutputPlan
    ) throws {
        let (regions, tables) = (placed.regions, placed.tablesSize)
        let mediaHeader = Self.mediaHeader(of: regions)
        let start = tables + mediaHeader.count
        guard start + regions.size <= Int(Int32.max) else {
            throw ScrubError(.refused, "a fragment of more than 2 GiB")
        }
        var field: [UInt8] = []
        field.appendBigEndian32(number)
        var bytes: [UInt8] = []
        bytes.appendBoxHeader("moof", contentSize: tables - Box.headerSize)
        bytes.appendFullBox("mfhd", field)
        bytes += fragment.keys
        var position = bytes.count
        for part in fragment.parts {
            let size = contentSize(of: part)
            bytes.appendBoxHeader("traf", contentSize: size)
            bytes += head(of: part, at: position + Box.headerSize)
            position += Box.headerSize + size
            for run in part.runs {
                bytes.appendBoxHeader("trun", contentSize: Self.runSize - Box.headerSize + run.table.count)
                bytes += [UInt8].fullBoxHead(version: run.version, flags: run.flags | 1)
                bytes.appendBigEndian32(run.samples)
                bytes.appendBigEndian32(start + regions.position(of: run.range))
                plan.append(.bytes(bytes))
                plan.append(run.written.map { .bytes($0) } ?? .copy(run.table))
                bytes = []
            }
            bytes += part.groups
        }
        plan.append(.bytes(bytes + mediaHeader))
        for range in regions.ranges { for piece in document.changes.pieces(of: range) { plan.append(piece) } }
    }
}
