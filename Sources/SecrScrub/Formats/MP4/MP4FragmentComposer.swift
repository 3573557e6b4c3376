internal import SecrBytes

/// Writes fragments, each with its data behind it, and the tables that say where they are.
struct MP4FragmentComposer {
    private let document: MP4Document
    /// Seconds to take away from times.
    private let shift: Int
    private let scales: [Int: Int]

    init(_ document: MP4Document, policy: Policy) {
        self.document = document
        shift = document.shift(policy)
        scales = Dictionary(document.kept.map { ($0.id, $0.mediaHeader.timescale) }) { first, _ in first }
    }

    /// - Parameter start: where the first of them begins.
    func append(to plan: inout OutputPlan, at start: Int) throws {
        var places = [start]
        for segment in document.segments { places.append(places[places.count - 1] + size(of: segment)) }
        var number = 0
        for (place, segment) in document.segments.enumerated() {
            switch segment {
            case .index(let index):
                let boundaries = index.boundaries.map { places[document.segment(at: $0)] }
                let bytes = try index.written(end: places[place + 1], boundaries: boundaries, shift: shift)
                plan.append(.bytes(bytes))
            case .fragment(let fragment):
                number += 1
                try append(fragment, number, to: &plan)
            }
        }
    }

    /// The last box of the file, which is found from its end.
    ///
    /// - Parameter start: where the first segment begins.
    func randomAccess(segmentsAt start: Int) -> [UInt8] {
        if document.randomAccess.isEmpty { return [] }
        var (places, position): ([Int], Int) = ([], start)
        for segment in document.segments {
            if case .fragment = segment { places.append(position) }
            position += size(of: segment)
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

    // MARK: Sizes

    private static let (endSize, numberSize, runSize) = (16, 16, 20)

    private func size(of segment: MP4Segment) -> Int {
        switch segment {
        case .index(let index): index.size
        case .fragment(let fragment): tablesSize(of: fragment) + Self.headerSize(of: fragment) + fragment.regions.size
        }
    }

    private func tablesSize(of fragment: MP4Fragment) -> Int {
        fragment.parts.reduce(Box.headerSize + Self.numberSize + fragment.keys.count) {
            $0 + Box.headerSize + contentSize(of: $1)
        }
    }

    private func contentSize(of part: MP4Fragment.Part) -> Int {
        part.runs.reduce(head(of: part, at: 0).count + part.groups.count) { $0 + Self.runSize + $1.table.count }
    }

    private static func headerSize(of fragment: MP4Fragment) -> Int {
        var header: [UInt8] = []
        header.appendBoxHeader("mdat", contentSize: fragment.regions.size)
        return header.count
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
        return bytes + (part.encryption?.written(at: start + bytes.count) ?? [])
    }

    private func append(_ fragment: MP4Fragment, _ number: Int, to plan: inout OutputPlan) throws {
        let regions = fragment.regions
        let tables = tablesSize(of: fragment)
        let start = tables + Self.headerSize(of: fragment)
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
                plan.append(.copy(run.table))
                bytes = []
            }
            bytes += part.groups
        }
        bytes.appendBoxHeader("mdat", contentSize: regions.size)
        plan.append(.bytes(bytes))
        for range in regions.ranges { plan.append(.copy(range)) }
    }
}
