internal import SecrBytes

/// Reads fragments, and says of each of their boxes what it is (ISO/IEC 14496-12, 8.8).
struct MP4FragmentReader {
    private let limits: Limits
    private let tracks: [Int: MP4Track]
    private let defaults: [Int: MP4Extension.Defaults]
    private let isProtected: Bool
    private var reader: BoxReader
    private var (samples, runs) = (0, 0)
    /// What goes of the fragment that was read last, in its order.
    private var unneeded: [MP4Node] = []
    private(set) var facts: [Finding] = []

    init(_ document: MP4Document, limits: Limits) {
        self.limits = limits
        tracks = Dictionary(document.tracks.map { ($0.id, $0) }) { first, _ in first }
        defaults = document.extension?.defaults ?? [:]
        isProtected = document.tracks.contains(where: \.isProtected)
        reader = BoxReader(limits: limits)
    }

    /// Fields of the header of a part (8.8.7).
    private enum Header {
        static let (base, description, duration, size, flags) = (0x1, 0x2, 0x8, 0x10, 0x20)
        static let (isEmpty, isMovieFragment) = (0x1_0000, 0x2_0000)
        static let kept = description | duration | size | flags | isEmpty
    }

    private typealias Fields = MP4Fragment.Run.Fields

    mutating func read(
        _ moof: Box, into account: inout BoxAccount<MP4Node>, _ window: inout ByteWindow
    ) throws -> MP4Fragment {
        var fragment = MP4Fragment(range: moof.range, parts: [])
        unneeded = []
        let cut = try reader.cut(moof.content, &window)
        // Data for which no base is given go on where those of the part before end.
        var position = moof.range.lowerBound
        for box in cut.boxes {
            switch box.type {
            case "mfhd": noteSurplus(of: box, behind: 8)
            case "traf": fragment.parts.append(try part(box, of: moof, from: &position, &window))
            case "pssh" where isProtected: fragment.keys += try reader.copy(of: box, &window)
            default: drop(box)
            }
        }
        unneeded.append(MP4Node(kind: .slack, range: cut.rest, label: "bytes between boxes"))
        var start = moof.range.lowerBound
        for node in unneeded where !node.range.isEmpty {
            account.add(.fragment, start..<node.range.lowerBound, "tables of a fragment")
            account.add(node)
            start = node.range.upperBound
        }
        account.add(.fragment, start..<moof.range.upperBound, "tables of a fragment")
        return fragment
    }

    private mutating func part(
        _ traf: Box, of moof: Box, from position: inout Int, _ window: inout ByteWindow
    ) throws -> MP4Fragment.Part {
        let cut = try reader.cut(traf.content, &window)
        guard let header = cut.boxes.first, header.type == "tfhd" else {
            throw ParseError(.malformed, at: traf.range.lowerBound, "a fragment without a header")
        }
        let content = try reader.content(of: header, &window)
        let flags = try FullBoxHead(content).flags
        let id = try content.uint32(at: 4)
        guard let track = tracks[id], var defaults = defaults[id] else {
            throw ParseError(.malformed, at: header.range.lowerBound, "a fragment of no track")
        }
        var fields = FieldReader(content, at: 8)
        var base = flags & Header.isMovieFragment == 0 ? position : moof.range.lowerBound
        if flags & Header.base != 0 { base = try fields.next(8) }
        let start = fields.position
        if flags & Header.description != 0 { defaults.description = try fields.next(4) }
        if flags & Header.duration != 0 { defaults.duration = try fields.next(4) }
        if flags & Header.size != 0 { defaults.size = try fields.next(4) }
        if flags & Header.flags != 0 { try fields.skip(4) }
        noteSurplus(of: header, behind: fields.position)
        guard track.kind != .media || (1...max(track.entries.count, 1)).contains(defaults.description) else {
            throw ParseError(.malformed, at: header.range.lowerBound, "samples that nothing describes")
        }
        var part = MP4Fragment.Part(
            track: id, flags: flags & Header.kept, defaults: Array(content.bytes[start..<fields.position]),
            description: defaults.description, sampleSize: defaults.size)
        position = base
        var encryption: [FourCC: Box] = [:]
        for box in cut.boxes.dropFirst() {
            switch box.type {
            case "tfdt" where part.decodeTime == nil: part.decodeTime = try decodeTime(box, &window)
            case "trun":
                let (run, duration) = try run(box, base: base, from: &position, defaults, &window)
                part.runs.append(run)
                part.duration += duration
            case "saiz", "saio", "senc":
                if track.isProtected, encryption.updateValue(box, forKey: box.type) == nil { continue }
                drop(box)
            case "sgpd", "sbgp", "subs": try addGroups(box, to: &part, &window)
            default: drop(box)
            }
        }
        unneeded.append(MP4Node(kind: .slack, range: cut.rest, label: "bytes between boxes"))
        part.encryption = try MP4SampleEncryption(
            encryption, of: track.entries, at: traf.range, surplus: &facts, &window, reader)
        return part
    }

    private mutating func addGroups(
        _ box: Box, to part: inout MP4Fragment.Part, _ window: inout ByteWindow
    ) throws {
        let content = try reader.content(of: box, &window)
        guard try box.type == "subs" || MP4SampleTables.isGroupKept(content.fourCC(at: FullBoxHead.size)) else {
            return drop(box)
        }
        let written = try MP4TableRules.essence(of: box.type, content, samples: limits.samples)
        noteSurplus(of: box, behind: written.count)
        part.groups.appendBox(box.type, written)
    }

    private mutating func drop(_ box: Box) {
        switch box.type {
        case "free", "skip": unneeded.append(MP4Node(kind: .freeSpace, range: box.range, label: "free space"))
        case "uuid" where MP4Clocks.isClock(box):
            unneeded.append(MP4Node(kind: .clock, range: box.range, label: "the sender's clock"))
        case "uuid":
            unneeded.append(MP4Node(kind: .fragmentData, range: box.range, label: "a maker's box of a fragment"))
        default:
            unneeded.append(MP4Node(kind: .fragmentData, range: box.range, label: "box \(box.type) of a fragment"))
        }
    }

    private mutating func noteSurplus(of box: Box, behind used: Int) {
        if let found = Finding.surplus(of: box, behind: used) { facts.append(found) }
    }

    private mutating func decodeTime(_ box: Box, _ window: inout ByteWindow) throws -> Int {
        let content = try reader.content(of: box, &window)
        let width = try FullBoxHead(content).version == 0 ? 4 : 8
        noteSurplus(of: box, behind: 4 + width)
        return try content.integer(at: 4, bytes: width)
    }

    /// - Parameter position: where a run without an offset begins.
    /// - Returns: the run, and how long it lasts.
    private mutating func run(
        _ box: Box, base: Int, from position: inout Int, _ defaults: MP4Extension.Defaults,
        _ window: inout ByteWindow
    ) throws -> (MP4Fragment.Run, duration: Int) {
        let content = try reader.content(of: box, &window)
        let head = try FullBoxHead(content)
        let count = try content.uint32(at: 4)
        (samples, runs) = (samples + count, runs + 1)
        guard samples <= limits.samples, runs <= limits.chunks else {
            throw ParseError(.limit, at: box.range.lowerBound, "too many samples")
        }
        var start = 8
        if head.flags & Fields.offset != 0 {
            position = base + Int(Int32(truncatingIfNeeded: try content.uint32(at: start)))
            start += 4
        }
        guard position >= 0 else {
            throw ParseError(.malformed, at: box.range.lowerBound, "samples in front of the file")
        }
        let first = head.flags & Fields.firstFlags != 0 ? 4 : 0
        let present = Fields.ofSample.filter { head.flags & $0 != 0 }
        let fields = try content.slice(at: start, count: first + 4 * present.count * count)
        let table = fields.indices
        func sum(_ field: Int, otherwise value: Int) throws(ParseError) -> Int {
            guard let place = present.firstIndex(of: field) else { return value * count }
            var sum = 0
            for sample in 0..<count {
                sum += try content.uint32(at: start + first + 4 * (present.count * sample + place))
            }
            return sum
        }
        let (size, duration) = (
            try sum(Fields.size, otherwise: defaults.size), try sum(Fields.duration, otherwise: defaults.duration)
        )
        noteSurplus(of: box, behind: start + table.count)
        let run = MP4Fragment.Run(
            range: position..<position + size, samples: count, version: UInt8(head.version & 1),
            flags: head.flags & Fields.kept,
            table: box.content.dropFirst(start).prefix(table.count), fields: ByteReader(Array(fields)))
        position += size
        return (run, duration)
    }
}
