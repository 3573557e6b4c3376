import SecrBytes

/// A reader of MP4 and QuickTime files that shares nothing with the one that is tested (ISO/IEC 14496-12, 8).
struct MP4File {
    struct Track {
        var id = 0
        var handler = ""
        /// Behind the kind of the handler.
        var name: [UInt8] = []
        /// Of the track and of its media.
        var dates: [Int] = []
        var entries: [[UInt8]] = []
        var samples: [Range<Int>] = []
        var edits: [[Int]] = []
        /// Of its fragments.
        var decodeTimes: [Int] = []
        /// Bytes of each sample of a fragment, unless it says otherwise.
        var defaultSize = 0
    }

    enum Failure: Error { case missing(String) }

    let bytes: [UInt8]
    private let reader: ByteReader
    let top: [FileBox]
    private(set) var dates: [Int] = []
    private(set) var tracks: [Track] = []
    /// Types of all boxes below the movie, but for those in descriptions of samples.
    private(set) var types: Set<String> = []
    /// Where the parts of a stream begin, and the last one ends, as the index says, and the one at the end.
    private(set) var index: [Int] = []
    private(set) var access: [Int] = []

    private static let containers: Set<String> = [
        "trak", "mdia", "minf", "stbl", "dinf", "edts", "tref", "udta", "tapt", "gmhd",
    ]

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        reader = ByteReader(bytes)
        top = try FileBox.all(in: 0..<bytes.count, reader)
        guard let movie = top.first(where: { $0.type == "moov" }) else { throw Failure.missing("moov") }
        for box in try FileBox.all(in: movie.content, reader) {
            types.insert(box.type)
            if box.type == "mvhd" { dates = try dates(of: box) }
            if box.type == "udta" { types.formUnion(try FileBox.all(in: box.content, reader).map(\.type)) }
            if box.type == "trak" {
                tracks.append(Track())
                try walk(box)
            }
            if box.type == "mvex" {
                for child in try FileBox.all(in: box.content, reader) {
                    types.insert(child.type)
                    guard child.type == "trex" else { continue }
                    let track = try track(reader.uint32(at: child.content.lowerBound + 4))
                    tracks[track].defaultSize = try reader.uint32(at: child.content.lowerBound + 16)
                }
            }
        }
        for box in top {
            switch box.type {
            case "moof": try readFragment(box)
            case "sidx":
                let start = box.content.lowerBound
                index = [box.range.upperBound + (try reader.uint32(at: start + 16))]
                for entry in 0..<(try reader.uint16(at: start + 22)) {
                    index.append(index[entry] + (try reader.uint32(at: start + 24 + 12 * entry)))
                }
            case "mfra":
                let table = box.content.lowerBound + 8
                for entry in 0..<(try reader.uint32(at: table + 12)) {
                    access.append(try reader.uint32(at: table + 20 + 20 * entry))
                }
            default: continue
            }
        }
    }

    /// Of those in the form in which we write them: places count from the fragment, and each run has one.
    private mutating func readFragment(_ fragment: FileBox) throws {
        for part in try FileBox.all(in: fragment.content, reader) {
            types.insert(part.type)
            guard part.type == "traf" else { continue }
            let boxes = try FileBox.all(in: part.content, reader)
            let header = try reader.uint32(at: boxes[0].content.lowerBound) & 0xFFFFFF
            guard boxes[0].type == "tfhd", header == 0x20000 else { throw Failure.missing("tfhd") }
            let track = try track(reader.uint32(at: boxes[0].content.lowerBound + 4))
            for box in boxes {
                let start = box.content.lowerBound
                types.insert(box.type)
                if box.type == "tfdt" {
                    let isLong = try reader.uint8(at: start) == 1
                    tracks[track].decodeTimes.append(try reader.uint32(at: start + (isLong ? 8 : 4)))
                }
                guard box.type == "trun" else { continue }
                let flags = try reader.uint32(at: start) & 0xFFFFFF
                guard flags & ~0x200 == 1 else { throw Failure.missing("offset") }
                var place = fragment.range.lowerBound + (try reader.uint32(at: start + 8))
                for sample in 0..<(try reader.uint32(at: start + 4)) {
                    let size = flags == 1 ? tracks[track].defaultSize : try reader.uint32(at: start + 12 + 4 * sample)
                    tracks[track].samples.append(place..<place + size)
                    place += size
                }
            }
        }
    }

    private func track(_ id: Int) throws -> Int {
        guard let place = tracks.firstIndex(where: { $0.id == id }) else { throw Failure.missing("track \(id)") }
        return place
    }

    func payload(of track: Track) -> [[UInt8]] { track.samples.map { Array(bytes[$0]) } }

    private func dates(of box: FileBox) throws -> [Int] {
        let start = box.content.lowerBound
        return try reader.uint8(at: start) == 1
            ? [reader.uint32(at: start + 8), reader.uint32(at: start + 16)]
            : [reader.uint32(at: start + 4), reader.uint32(at: start + 8)]
    }

    private mutating func walk(_ parent: FileBox) throws {
        var tables: [String: Int] = [:]
        for box in try FileBox.all(in: parent.content, reader) {
            types.insert(box.type)
            let (start, place) = (box.content.lowerBound, tracks.count - 1)
            switch box.type {
            case "tkhd":
                tracks[place].dates += try dates(of: box)
                tracks[place].id = try reader.uint32(at: start + (reader.uint8(at: start) == 1 ? 20 : 12))
            case "mdhd": tracks[place].dates += try dates(of: box)
            case "hdlr" where parent.type == "mdia":
                tracks[place].handler = try reader.fourCC(at: start + 8).description
                tracks[place].name = Array(bytes[start + 12..<box.content.upperBound])
            case "stsd":
                let entries = try FileBox.all(in: box.content.dropFirst(8), reader)
                tracks[place].entries = entries.map { Array(bytes[$0.range]) }
            case "elst":
                tracks[place].edits = try (0..<reader.uint32(at: start + 4)).map { entry in
                    try (0..<3).map { field in
                        Int(Int32(truncatingIfNeeded: try reader.uint32(at: start + 8 + 12 * entry + 4 * field)))
                    }
                }
            case let type where Self.containers.contains(type): try walk(box)
            default: tables[box.type] = start
            }
        }
        if parent.type == "stbl" { try readSamples(tables) }
    }

    private mutating func readSamples(_ tables: [String: Int]) throws {
        guard let runs = tables["stsc"], let sizes = tables["stsz"], let places = tables["co64"] ?? tables["stco"]
        else {
            throw Failure.missing("stsc, stsz or stco")
        }
        let isWide = tables["co64"] != nil
        let (uniform, count) = (try reader.uint32(at: sizes + 4), try reader.uint32(at: sizes + 8))
        var (sample, samples): (Int, [Range<Int>]) = (0, [])
        for chunk in 0..<(try reader.uint32(at: places + 4)) {
            var start =
                isWide
                ? try reader.uint32(at: places + 12 + 8 * chunk) : try reader.uint32(at: places + 8 + 4 * chunk)
            var perChunk = 0
            for run in 0..<(try reader.uint32(at: runs + 4))
            where try reader.uint32(at: runs + 8 + 12 * run) <= chunk + 1 {
                perChunk = try reader.uint32(at: runs + 12 + 12 * run)
            }
            for _ in 0..<perChunk where sample < count {
                let size = uniform > 0 ? uniform : try reader.uint32(at: sizes + 12 + 4 * sample)
                samples.append(start..<start + size)
                (start, sample) = (start + size, sample + 1)
            }
        }
        tracks[tracks.count - 1].samples = samples
    }
}
