internal import SecrBytes

/// Where the samples of a track lie, how large they are, and when they are shown (ISO/IEC 14496-12, 8.6 and 8.7).
struct MP4SampleTables: Sendable {
    /// Samples that lie one behind the other.
    struct Chunk: Sendable, Equatable {
        var range: Range<Int>
        var samples: Int
        /// Which of the track's descriptions is theirs, from 1.
        var description: Int
    }

    var sizes = MP4SampleSizes.uniform(size: 0, count: 0)
    private(set) var chunks: [Chunk] = []
    /// The tables that say nothing of places, as whole boxes in their written form and order.
    private(set) var others: [[UInt8]] = []
    /// Boxes of which not all was needed.
    private(set) var reduced: [Box] = []
    /// Groups of samples that players do not need.
    private(set) var dropped: [Box] = []

    /// Tables that are written in this order, each at most once; `sgpd` and `sbgp` come behind them.
    private static let order: [FourCC] = ["stts", "ctts", "cslg", "stss", "stps", "sdtp", "subs"]
    private static let places: Set<FourCC> = ["stsc", "stsz", "stz2", "stco", "co64"]
    private static let groups: Set<FourCC> = ["sgpd", "sbgp"]
    static func isKnown(_ type: FourCC) -> Bool {
        places.contains(type) || order.contains(type) || groups.contains(type)
    }

    /// Groups that decoders need: how many samples to decode before one can be heard or seen, layers, and which key.
    private static let groupTypes: Set<FourCC> = [
        "roll", "prol", "rap ", "sync", "tsas", "stsa", "tele", "tscl", "seig",
    ]

    static func isGroupKept(_ type: FourCC) -> Bool { groupTypes.contains(type) }

    /// Whether one of some boxes says where parts of samples are.
    static func havePlaces(_ boxes: [[UInt8]]) -> Bool {
        boxes.contains { $0.firstOffset(of: FourCC("subs").bytes) != nil }
    }

    /// Of a track without samples.
    init() {}

    init(sizes: MP4SampleSizes, chunks: [Chunk], others: [[UInt8]]) {
        (self.sizes, self.chunks, self.others) = (sizes, chunks, others)
    }

    /// - Parameters:
    ///   - boxes: the children of `stbl`.
    ///   - packets: for each description, how many samples of uniform size make how many bytes, where that isn't what the
    ///     table of sizes says.
    init(
        _ boxes: [Box], packets: [MP4Packet?], _ window: inout ByteWindow, _ reader: BoxReader, limits: Limits
    ) throws {
        var found: [FourCC: Box] = [:]
        for box in boxes where Self.places.contains(box.type) || Self.order.contains(box.type) {
            guard found.updateValue(box, forKey: box.type) == nil else {
                throw ParseError(.malformed, at: box.range.lowerBound, "a table that is there twice (\(box.type))")
            }
        }
        guard let box = found["stsz"] ?? found["stz2"] else { return }
        sizes = try MP4SampleSizes(reader.content(of: box, &window), isCompact: box.type == "stz2")
        // Of sound that is not compressed there is one for each moment, which no table lists.
        if case .table = sizes, sizes.count > limits.samples {
            throw ParseError(.limit, at: box.range.lowerBound, "too many samples")
        }
        for type in Self.order {
            guard let box = found[type] else { continue }
            try add(box, reader.content(of: box, &window))
        }
        for box in boxes where Self.groups.contains(box.type) {
            let content = try reader.content(of: box, &window)
            if Self.isGroupKept(try content.fourCC(at: FullBoxHead.size)) {
                try add(box, content)
            } else {
                dropped.append(box)
            }
        }
        guard let runs = found["stsc"], let offsets = found["co64"] ?? found["stco"] else { return }
        try readChunks(
            reader.content(of: runs, &window), reader.content(of: offsets, &window),
            width: offsets.type == "co64" ? 8 : 4, packets: packets, limits: limits)
    }

    private mutating func add(_ box: Box, _ content: ByteReader) throws(ParseError) {
        let written = try MP4TableRules.essence(of: box.type, content, samples: sizes.count)
        var bytes: [UInt8] = []
        bytes.appendBox(box.type, written)
        if written.count != content.count || written != content.bytes { reduced.append(box) }
        others.append(bytes)
    }

    private mutating func readChunks(
        _ runs: ByteReader, _ offsets: ByteReader, width: Int, packets: [MP4Packet?], limits: Limits
    ) throws(ParseError) {
        let (runCount, count) = (try runs.uint32(at: 4), try offsets.uint32(at: 4))
        guard count <= limits.chunks else { throw ParseError(.limit, at: offsets.base, "too many chunks") }
        var (run, sample) = (0, 0)
        var (perChunk, description) = (0, 1)
        for chunk in 0..<count {
            if sample == sizes.count { break }
            while run < runCount, try runs.uint32(at: 8 + 12 * run) <= chunk + 1 {
                perChunk = try runs.uint32(at: 12 + 12 * run)
                description = try runs.uint32(at: 16 + 12 * run)
                run += 1
            }
            let samples = min(perChunk, sizes.count - sample)
            if samples == 0 { continue }
            guard description >= 1, description <= packets.count else {
                throw ParseError(.malformed, at: runs.base, "samples that nothing describes")
            }
            var size = try sizes.bytes(of: sample..<sample + samples)
            if case .uniform = sizes, let packet = packets[description - 1] { size = packet.bytes(of: samples) }
            let start = try offsets.integer(at: 8 + width * chunk, bytes: width)
            chunks.append(Chunk(range: start..<start + size, samples: samples, description: description))
            sample += samples
        }
        guard sample == sizes.count else {
            throw ParseError(.truncated, at: offsets.base, "samples that are nowhere")
        }
    }
}

/// Samples that are coded together, of which only all have a size: those of sound that is not compressed, or packed in
/// one of the ways of QuickTime.
struct MP4Packet: Sendable, Equatable {
    var samples: Int
    var size: Int

    func bytes(of count: Int) -> Int { (count / samples) * size }
}

/// How many bytes each sample has (ISO/IEC 14496-12, 8.7.3).
enum MP4SampleSizes: Sendable {
    case uniform(size: Int, count: Int)
    /// Numbers of 4, 8, 16 or 32 bits from an offset on.
    case table(ByteReader, bits: Int, from: Int, count: Int)

    /// Of samples that all have the same; with it the bytes of all can be counted.
    private static let largest = 1 << 30

    init(_ content: ByteReader, isCompact: Bool) throws(ParseError) {
        let (size, count) = (try content.uint32(at: 4), try content.uint32(at: 8))
        if isCompact {
            let bits = size & 0xFF
            guard [4, 8, 16].contains(bits) else {
                throw ParseError(.malformed, at: content.base, "numbers of a size that can't be (stz2)")
            }
            self = .table(content, bits: bits, from: 12, count: count)
            _ = try content.slice(at: 12, count: (count * bits + 7) / 8)
        } else if size > 0 {
            guard size <= Self.largest else {
                throw ParseError(.limit, at: content.base, "samples that are too large")
            }
            self = .uniform(size: size, count: count)
        } else {
            self = .table(content, bits: 32, from: 12, count: count)
            _ = try content.slice(at: 12, count: 4 * count)
        }
    }

    var count: Int {
        switch self {
        case .uniform(_, let count), .table(_, _, _, let count): count
        }
    }

    func size(of sample: Int) throws(ParseError) -> Int {
        switch self {
        case .uniform(let size, _): return size
        case .table(let reader, let bits, let from, _):
            switch bits {
            case 4: return try reader.uint8(at: from + sample / 2) >> (sample % 2 == 0 ? 4 : 0) & 0xF
            case 8: return try reader.uint8(at: from + sample)
            case 16: return try reader.uint16(at: from + 2 * sample)
            default: return try reader.uint32(at: from + 4 * sample)
            }
        }
    }

    func bytes(of samples: Range<Int>) throws(ParseError) -> Int {
        if case .uniform(let size, _) = self { return size * samples.count }
        var sum = 0
        for sample in samples { sum += try size(of: sample) }
        return sum
    }

    func part(_ samples: Range<Int>) throws(ParseError) -> MP4SampleSizes {
        if case .uniform(let size, _) = self { return .uniform(size: size, count: samples.count) }
        var sizes: [Int] = []
        sizes.reserveCapacity(samples.count)
        for sample in samples { sizes.append(try size(of: sample)) }
        return MP4SampleSizes(sizes)
    }

    init(_ sizes: [Int]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * sizes.count)
        for size in sizes { bytes.appendBigEndian32(size) }
        self = .table(ByteReader(bytes), bits: 32, from: 0, count: sizes.count)
    }

    /// The content of `stsz`.
    var written: [UInt8] {
        var bytes = [UInt8].fullBoxHead()
        switch self {
        case .uniform(let size, let count):
            bytes.appendBigEndian32(size)
            bytes.appendBigEndian32(count)
        case .table(_, _, _, let count):
            bytes.appendBigEndian32(0)
            bytes.appendBigEndian32(count)
            bytes.reserveCapacity(bytes.count + 4 * count)
            for sample in 0..<count { bytes.appendBigEndian32((try? size(of: sample)) ?? 0) }
        }
        return bytes
    }
}
