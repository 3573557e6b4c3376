internal import SecrBytes

/// A track of a movie (ISO/IEC 14496-12, 8.3): what a player is told of it.
struct MovieTrack {
    let range: Range<Int>
    private(set) var id = 0
    private(set) var handler: FourCC = "none"
    /// Layer, group, loudness, matrix and size; language is not among them.
    private var shape: [UInt8] = []
    private var timescale = 0
    /// Three numbers for each edit: how long, from when on, how fast.
    private var edits: [Int] = []
    private var entries: [SampleEntry] = []
    /// Tracks that are its chapters.
    private(set) var chapters: [Int] = []
    private(set) var samples = SampleTables()

    static let shown: Set<FourCC> = ["vide", "soun", "auxv", "pict", "text", "sbtl", "subt", "subp", "clcp"]

    /// Whether a file that shows the same has it.
    var isNeeded: Bool { ["vide", "soun"].contains(handler) && !entries.contains(where: \.isAuxiliary) }

    init(_ trak: Box, _ scanner: inout BoxScanner) throws {
        range = trak.range
        for box in try scanner.boxes(in: trak.content) {
            switch box.type {
            case "tkhd": try readHeader(scanner.content(of: box))
            case "edts":
                if let list = try scanner.first("elst", in: box.content) {
                    edits = try Self.edits(scanner.content(of: list))
                }
            case "tref":
                for entry in try scanner.boxes(in: box.content) where entry.type == "chap" {
                    let content = try scanner.content(of: entry)
                    chapters += try (0..<min(content.count / 4, Limits().tracks)).map { try content.uint32(at: 4 * $0) }
                }
            case "mdia": try readMedia(box, &scanner)
            default: continue
            }
        }
    }

    /// 8.3.2.
    private mutating func readHeader(_ content: ByteReader) throws(ParseError) {
        let isLong = try content.uint8(at: 0) == 1
        id = try content.uint32(at: isLong ? 20 : 12)
        let rest = isLong ? 36 : 24
        shape = try Array(content.slice(at: rest + 8, count: 6)) + content.slice(at: rest + 16, count: 44)
    }

    private mutating func readMedia(_ media: Box, _ scanner: inout BoxScanner) throws {
        var tables: [Box] = []
        for box in try scanner.boxes(in: media.content) {
            switch box.type {
            case "mdhd":
                let content = try scanner.content(of: box)
                timescale = try content.uint32(at: try content.uint8(at: 0) == 1 ? 20 : 12)
            case "hdlr": handler = try scanner.content(of: box).fourCC(at: 8)
            case "minf":
                guard let table = try scanner.first("stbl", in: box.content) else { continue }
                tables = try scanner.boxes(in: table.content)
            default: continue
            }
        }
        if let descriptions = tables.first(where: { $0.type == "stsd" }), descriptions.content.count >= 8 {
            for box in try scanner.boxes(in: descriptions.content.dropFirst(8)).prefix(Limits().tracks) {
                entries.append(try SampleEntry(box, of: handler, &scanner))
            }
        }
        samples = try SampleTables(tables, packets: entries.map(\.packet), &scanner)
    }

    /// 8.6.6. The same numbers in either form.
    private static func edits(_ content: ByteReader) throws(ParseError) -> [Int] {
        let isLong = try content.uint8(at: 0) == 1
        let (count, width) = (try content.uint32(at: 4), isLong ? 8 : 4)
        guard count <= Limits().edits else { throw ParseError(.limit, at: content.base, "too many edits") }
        var (edits, at) = ([Int](), 8)
        for _ in 0..<count {
            let start = try content.slice(at: at + width, count: width)
            edits.append(try content.integer(at: at, bytes: width))
            edits.append(start.allSatisfy { $0 == 0xFF } ? -1 : try content.integer(at: at + width, bytes: width))
            edits.append(try content.uint32(at: at + 2 * width))
            at += 2 * width + 4
        }
        return edits
    }

    /// Of the description of a number, counted from 1.
    private func coding(_ description: Int) -> SampleCoding {
        entries.indices.contains(description - 1) ? entries[description - 1].coding : .other
    }

    func addEssence(
        _ scope: EssenceScope, fragments: [FragmentRun], to hasher: inout EssenceHasher, _ window: inout ByteWindow
    ) throws {
        hasher.add(id)
        hasher.add(handler)
        hasher.add(shape)
        hasher.add([timescale, edits.count / 3] + edits + [entries.count])
        for entry in entries { entry.addEssence(to: &hasher) }
        hasher.add([samples.count, samples.durations.count] + samples.durations)
        hasher.add([samples.shifts.count] + samples.shifts)
        hasher.add(samples.syncSamples.map { [$0.count] + $0 } ?? [-1])
        try samples.forEachSample { sample, description in
            try hasher.add(sample, coding(description), scope, &window)
        }
        let start = fragments.first?.decodeTime ?? 0
        for run in fragments {
            if let time = run.decodeTime { hasher.add(time - start) }
            try run.forEachSample { sample, duration, shift in
                hasher.add([duration, shift])
                try hasher.add(sample, coding(run.description), scope, &window)
            }
        }
    }
}

/// How samples are coded: one entry of `stsd` (8.5.2).
struct SampleEntry {
    private let type: FourCC
    /// Width, height and depth, or channels, bits and rate.
    private var fields: [UInt8] = []
    private var setUps: [(type: FourCC, essence: [UInt8])] = []
    private(set) var coding: SampleCoding
    private(set) var packet: (samples: Int, bytes: Int)?
    /// Whether its pictures belong to others.
    private(set) var isAuxiliary = false

    init(_ box: Box, of handler: FourCC, _ scanner: inout BoxScanner) throws {
        type = box.type
        coding = .other
        let content = try scanner.content(of: box)
        let size: Int
        switch handler {
        case "vide", "pict", "auxv":
            size = 78
            fields = try Array(content.slice(at: 24, count: 4)) + content.slice(at: 74, count: 2)
        case "soun":
            let version = try content.uint16(at: 8)
            size = [0: 28, 1: 44, 2: 64][version] ?? content.count
            fields = Array(try content.slice(at: 16, count: max(0, size - 16)))
            packet = try Self.packet(type, content, version)
        default: return
        }
        var setUp: [UInt8] = []
        for part in try scanner.boxes(in: box.content.dropFirst(size)) {
            if part.type == "auxi" { isAuxiliary = true }
            let content = try scanner.content(of: part)
            guard let essence = try CodedSetUp.essence(of: part.type, content) else { continue }
            setUps.append((part.type, essence))
            if part.type == "avcC" || part.type == "hvcC" { setUp = content.bytes }
        }
        coding = SampleCoding(type, setUp: setUp)
    }

    /// QuickTime File Format: of sound whose table of sizes counts moments, how many there are in how many bytes.
    private static func packet(
        _ type: FourCC, _ content: ByteReader, _ version: Int
    ) throws(ParseError) -> (samples: Int, bytes: Int)? {
        if version == 1 {
            let (samples, bytes) = (try content.uint32(at: 28), try content.uint32(at: 36))
            if samples > 1, (1...1 << 30).contains(bytes) { return (samples, bytes) }
        }
        let known: [FourCC: Int] = ["ulaw": 8, "alaw": 8, "in24": 24, "in32": 32, "fl32": 32, "fl64": 64]
        let isPlain = ["sowt", "twos", "raw ", "lpcm", "NONE"].contains(type)
        guard isPlain || known[type] != nil else { return nil }
        let said = version == 2 ? try content.uint32(at: 48) : try content.uint16(at: 18)
        let bits = known[type] ?? said
        guard [8, 16, 24, 32, 64].contains(bits) else { return nil }
        let channels = version == 2 ? try content.uint32(at: 40) : try content.uint16(at: 16)
        return (1...0xFFFF).contains(channels) ? (1, channels * bits / 8) : nil
    }

    func addEssence(to hasher: inout EssenceHasher) {
        hasher.add(type)
        hasher.add(fields)
        hasher.add(setUps.count)
        for setUp in setUps {
            hasher.add(setUp.type)
            hasher.add(setUp.essence)
        }
    }
}
