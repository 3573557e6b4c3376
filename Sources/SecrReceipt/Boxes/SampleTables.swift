internal import SecrBytes

/// Where the samples of a track lie (ISO/IEC 14496-12, 8.7), and when each is shown (8.6).
struct SampleTables {
    /// Samples that lie one behind the other.
    struct Chunk {
        var range: Range<Int>
        var samples: Int
        /// Which of the descriptions is theirs, from 1.
        var description: Int
    }

    private(set) var chunks: [Chunk] = []
    /// Pairs of how many samples, and what is true of each: how long it lasts, how much later it is shown.
    private(set) var durations: [Int] = []
    private(set) var shifts: [Int] = []
    /// Numbers of samples from which decoding can begin; `nil` for all.
    private(set) var syncSamples: [Int]?
    private(set) var count = 0
    /// Bytes of each sample, where all have as many.
    private var uniform: Int?
    private var sizes = ByteReader([])
    private var bits = 32

    /// Of a track without samples.
    init() {}

    /// - Parameter packets: of each description, how many samples of sound take how many bytes, where a table of sizes does
    ///   not tell that.
    init(_ boxes: [Box], packets: [(samples: Int, bytes: Int)?], _ scanner: inout BoxScanner) throws {
        var found: [FourCC: ByteReader] = [:]
        for box in boxes where ["stsz", "stz2", "stts", "ctts", "stss", "stsc", "stco", "co64"].contains(box.type) {
            found[box.type] = try scanner.content(of: box)
        }
        guard let sizes = found["stsz"] ?? found["stz2"] else { return }
        (self.sizes, count) = (sizes, try sizes.uint32(at: 8))
        if found["stsz"] == nil {
            bits = try sizes.uint32(at: 4) & 0xFF
        } else if try sizes.uint32(at: 4) > 0 {
            uniform = try sizes.uint32(at: 4)
        }
        if uniform == nil, sizes.count < 12 + count * bits / 8 {
            throw ParseError(.truncated, at: sizes.base, "a table of sizes that ends early")
        }
        durations = try Self.runs(found["stts"], count)
        shifts = try Self.runs(found["ctts"], count).enumerated().map {
            $0 % 2 == 0 ? $1 : Int(Int32(truncatingIfNeeded: $1))
        }
        if let table = found["stss"] {
            let numbers = try table.uint32(at: 4)
            guard numbers <= (table.count - 8) / 4 else {
                throw ParseError(.truncated, at: table.base, "a table that ends early")
            }
            syncSamples = try (0..<numbers).map { try table.uint32(at: 8 + 4 * $0) }.filter { $0 <= count }
        }
        if let runs = found["stsc"], let places = found["co64"] ?? found["stco"] {
            try readChunks(runs, places, width: found["co64"] == nil ? 4 : 8, packets, size: scanner.window.size)
        }
    }

    /// Neighbours that say the same are one; what is behind the last sample goes.
    private static func runs(_ table: ByteReader?, _ count: Int) throws(ParseError) -> [Int] {
        guard let table else { return [] }
        var (runs, left) = ([Int](), count)
        for entry in 0..<(try table.uint32(at: 4)) {
            if left == 0 { break }
            let samples = min(left, try table.uint32(at: 8 + 8 * entry))
            let value = try table.uint32(at: 12 + 8 * entry)
            left -= samples
            if samples == 0 { continue }
            if runs.last == value {
                runs[runs.count - 2] += samples
            } else {
                runs += [samples, value]
            }
        }
        return runs
    }

    private mutating func readChunks(
        _ runs: ByteReader, _ places: ByteReader, width: Int, _ packets: [(samples: Int, bytes: Int)?], size: Int
    ) throws(ParseError) {
        let (runCount, chunkCount) = (try runs.uint32(at: 4), try places.uint32(at: 4))
        guard chunkCount <= Limits().chunks else { throw ParseError(.limit, at: places.base, "too many chunks") }
        var (run, sample, perChunk, description) = (0, 0, 0, 1)
        for chunk in 0..<chunkCount where sample < count {
            while run < runCount, try runs.uint32(at: 8 + 12 * run) <= chunk + 1 {
                perChunk = try runs.uint32(at: 12 + 12 * run)
                description = try runs.uint32(at: 16 + 12 * run)
                run += 1
            }
            let samples = min(perChunk, count - sample)
            if samples == 0 { continue }
            let packet = packets.indices.contains(description - 1) ? packets[description - 1] : nil
            let bytes: Int
            if let uniform {
                let (count, size) = packet.map { (samples / $0.samples, $0.bytes) } ?? (samples, uniform)
                bytes = try count.product(size, at: places.base)
            } else {
                var sum = 0
                for number in sample..<sample + samples { sum += try self.size(of: number) }
                bytes = sum
            }
            let start = try places.integer(at: 8 + width * chunk, bytes: width)
            guard start <= size, bytes <= size - start else {
                throw ParseError(.truncated, at: places.base, "samples that are not in the file")
            }
            chunks.append(Chunk(range: start..<start + bytes, samples: samples, description: description))
            sample += samples
        }
    }

    private func size(of sample: Int) throws(ParseError) -> Int {
        if let uniform { return uniform }
        switch bits {
        case 4: return try sizes.uint8(at: 12 + sample / 2) >> (sample % 2 == 0 ? 4 : 0) & 15
        case 8: return try sizes.uint8(at: 12 + sample)
        case 16: return try sizes.uint16(at: 12 + 2 * sample)
        default: return try sizes.uint32(at: 12 + 4 * sample)
        }
    }

    /// Shows each sample, in order, with the number of its description. Where all have one size they go by the chunk.
    func forEachSample(_ body: (Range<Int>, Int) throws -> Void) throws {
        var sample = 0
        for chunk in chunks {
            if uniform != nil {
                try body(chunk.range, chunk.description)
                sample += chunk.samples
                continue
            }
            var at = chunk.range.lowerBound
            for _ in 0..<chunk.samples {
                let size = try size(of: sample)
                try body(at..<at + size, chunk.description)
                (at, sample) = (at + size, sample + 1)
            }
        }
    }
}
