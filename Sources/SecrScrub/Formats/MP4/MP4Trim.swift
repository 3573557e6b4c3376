internal import SecrBytes

/// Takes away samples that an edit list leaves out, as far as what is shown does not need them.
///
/// Pictures go by whole groups: decoding has to begin with one that needs no other, and goes on to the last one that is
/// shown. Of sound a few packets in front stay, from which a decoder finds its state. Nothing else changes: each sample
/// that stays is shown at the same time.
struct MP4Trim {
    private let document: MP4Document

    /// Samples in front of the first one that is heard.
    private static let preroll = 16
    private static let mostSamples = 1 << 22
    /// Sound of which each sample stands for itself.
    private static let independent: Set<FourCC> = [
        "alac", "fLaC", "sowt", "twos", "raw ", "NONE", "lpcm", "ipcm", "fpcm", "in24", "in32", "fl32", "fl64", "ulaw",
        "alaw",
    ]

    init(_ document: MP4Document) { self.document = document }

    /// The document without them, and how many seconds of which there is most are gone.
    var result: (document: MP4Document, seconds: Int) {
        guard document.segments.isEmpty else { return (document, 0) }
        var (trimmed, seconds) = (document, 0)
        for place in trimmed.tracks.indices where trimmed.tracks[place].kind == .media {
            guard let track = try? shortened(trimmed.tracks[place]) else { continue }
            let scale = max(1, track.mediaHeader.timescale)
            let gone = trimmed.tracks[place].mediaHeader.duration - track.mediaHeader.duration
            seconds = max(seconds, (gone + scale - 1) / scale)
            trimmed.tracks[place] = track
        }
        return (trimmed, seconds)
    }

    /// `nil` where nothing can go.
    private func shortened(_ track: MP4Track) throws -> MP4Track? {
        let shown = track.edits.filter { $0.start != nil }
        guard track.encryption == nil, shown.count == 1, let edit = shown.first, let start = edit.start,
            edit.rate == 0x1_0000, edit.duration > 0, edit.duration < 1 << 40, start < 1 << 40,
            document.header.timescale > 0, track.mediaHeader.timescale > 0, track.mediaHeader.duration < .max,
            track.samples.sizes.count <= Self.mostSamples, let tables = try MP4TimeTables(track.samples)
        else { return nil }
        // Rounded up, and one more: scales of movie and media need not fit.
        let scale = document.header.timescale
        let (product, isTooLong) = edit.duration.multipliedReportingOverflow(by: track.mediaHeader.timescale)
        guard !isTooLong else { return nil }
        let needed = tables.samples(shownIn: start..<start + product / scale + 2)
        guard var first = needed.first, let last = needed.last else { return nil }
        switch track.handler {
        case "vide":
            guard let group = tables.start(for: needed) else { return nil }
            first = group
        case "soun":
            guard tables.syncSamples == nil, let coding = track.entries.first?.type, track.entries.count == 1 else {
                return nil
            }
            if coding == "mp4a" {
                first = max(0, first - Self.preroll)
            } else if !Self.independent.contains(coding) {
                return nil
            }
        case "text", "sbtl", "subt": break
        default: return nil
        }
        let kept = first..<last + 1
        guard kept.count < track.samples.sizes.count, start >= tables.decodeTimes[first],
            let samples = try track.samples.part(kept, tables, packets: track.entries.map(\.packet))
        else { return nil }
        var track = track
        track.samples = samples
        for place in track.edits.indices where track.edits[place].start != nil {
            track.edits[place].start = start - tables.decodeTimes[first]
        }
        let end = last + 1 < tables.decodeTimes.count ? tables.decodeTimes[last + 1] : tables.end
        track.mediaHeader = track.mediaHeader.lasting(end - tables.decodeTimes[first])
        return track
    }
}

/// When each sample of a track is decoded and shown, and with which of them decoding can begin.
struct MP4TimeTables {
    /// In units of the media.
    private(set) var decodeTimes: [Int] = []
    /// Behind the last sample.
    private(set) var end = 0
    private(set) var shifts: [Int] = []
    /// `nil` where it can begin with each of them.
    private(set) var syncSamples: [Int]?

    /// - Returns: `nil` where there are tables that can't be cut.
    init?(_ tables: MP4SampleTables) throws(ParseError) {
        let count = tables.sizes.count
        shifts = [Int](repeating: 0, count: count)
        decodeTimes.reserveCapacity(count)
        for box in tables.others {
            let content = ByteReader(Array(box.dropFirst(Box.headerSize)))
            switch try ByteReader(box).fourCC(at: 4) {
            case "stts":
                for entry in 0..<(try content.uint32(at: 4)) {
                    let duration = try content.uint32(at: 12 + 8 * entry)
                    for _ in 0..<(try content.uint32(at: 8 + 8 * entry)) {
                        decodeTimes.append(end)
                        end += duration
                    }
                }
            case "ctts":
                var sample = 0
                for entry in 0..<(try content.uint32(at: 4)) {
                    let shift = Int(Int32(truncatingIfNeeded: try content.uint32(at: 12 + 8 * entry)))
                    for _ in 0..<(try content.uint32(at: 8 + 8 * entry)) where sample < count {
                        shifts[sample] = shift
                        sample += 1
                    }
                }
            case "stss":
                syncSamples = try (0..<(try content.uint32(at: 4))).map { entry throws(ParseError) in
                    try content.uint32(at: 8 + 4 * entry) - 1
                }
            case "sdtp", "sgpd", "sbgp", "cslg": continue
            default: return nil
            }
        }
        guard decodeTimes.count == count else { return nil }
    }

    func duration(of sample: Int) -> Int {
        (sample + 1 < decodeTimes.count ? decodeTimes[sample + 1] : end) - decodeTimes[sample]
    }

    func time(of sample: Int) -> Int { decodeTimes[sample] + shifts[sample] }

    /// In the order in which they are decoded.
    func samples(shownIn range: Range<Int>) -> [Int] {
        decodeTimes.indices.filter {
            time(of: $0) < range.upperBound && time(of: $0) + max(1, duration(of: $0)) > range.lowerBound
        }
    }

    /// With which picture decoding has to begin so that those that are needed come out as they do from the beginning.
    func start(for needed: [Int]) -> Int? {
        guard let first = needed.first, let earliest = needed.lazy.map(time).min() else { return nil }
        guard let syncSamples else { return first }
        // What is shown before it, but decoded behind it, can need the group before.
        let start = syncSamples.last { $0 <= first && time(of: $0) <= earliest }
        return start ?? (syncSamples.first == 0 ? 0 : nil)
    }
}

extension MP4SampleTables {
    /// Tables of a part of the samples; `nil` where it does not begin or end between packets.
    func part(_ kept: Range<Int>, _ times: MP4TimeTables, packets: [MP4Packet?]) throws(ParseError) -> MP4SampleTables?
    {
        var (chunks, sample): ([Chunk], Int) = ([], 0)
        for chunk in self.chunks {
            let own = sample..<sample + chunk.samples
            sample = own.upperBound
            let part = own.clamped(to: kept)
            if part.isEmpty { continue }
            let packet = packets[chunk.description - 1]
            guard let skipped = try bytes(of: own.lowerBound..<part.lowerBound, packet),
                let size = try bytes(of: part, packet)
            else { return nil }
            let start = chunk.range.lowerBound + skipped
            chunks.append(Chunk(range: start..<start + size, samples: part.count, description: chunk.description))
        }
        var others: [[UInt8]] = []
        for box in self.others {
            let type = try ByteReader(box).fourCC(at: 4)
            let content = ByteReader(Array(box.dropFirst(Box.headerSize)))
            var written: [UInt8] = []
            written.appendBox(type, try Self.part(kept, of: type, content, times))
            others.append(written)
        }
        return MP4SampleTables(sizes: try sizes.part(kept), chunks: chunks, others: others)
    }

    private func bytes(of samples: Range<Int>, _ packet: MP4Packet?) throws(ParseError) -> Int? {
        guard case .uniform = sizes, let packet else { return try sizes.bytes(of: samples) }
        return samples.count.isMultiple(of: packet.samples) ? packet.bytes(of: samples.count) : nil
    }

    /// The content of a table that is about the samples `kept`.
    private static func part(
        _ kept: Range<Int>, of type: FourCC, _ content: ByteReader, _ times: MP4TimeTables
    ) throws(ParseError) -> [UInt8] {
        let head = Array(try content.slice(at: 0, count: FullBoxHead.size))
        switch type {
        case "stts", "ctts": return head + (try runs(kept, content, at: 4))
        case "sbgp":
            let start = try FullBoxHead(content).version == 0 ? 8 : 12
            return Array(try content.slice(at: 0, count: start)) + (try runs(kept, content, at: start))
        case "stss":
            var (count, numbers): ([UInt8], [UInt8]) = ([], [])
            let found = (times.syncSamples ?? []).filter(kept.contains)
            for sample in found { numbers.appendBigEndian32(sample - kept.lowerBound + 1) }
            count.appendBigEndian32(found.count)
            return head + count + numbers
        case "sdtp":
            let flags = content.bytes.dropFirst(FullBoxHead.size)
            return head + flags.dropFirst(kept.lowerBound).prefix(kept.count)
        case "cslg":
            let width = try FullBoxHead(content).version == 0 ? 4 : 8
            let first = times.decodeTimes[kept.lowerBound]
            let shown = kept.map { times.time(of: $0) - first }
            let shifts = times.shifts[kept]
            let ends = kept.map { times.time(of: $0) + times.duration(of: $0) - first }
            var written = head + (try content.slice(at: FullBoxHead.size, count: width))
            for value in [shifts.min() ?? 0, shifts.max() ?? 0, shown.min() ?? 0, ends.max() ?? 0] {
                for index in (0..<width).reversed() { written.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
            }
            return written
        default: return content.bytes
        }
    }

    /// Pairs of how many samples and what is said of each, with their number in front.
    private static func runs(_ kept: Range<Int>, _ content: ByteReader, at start: Int) throws(ParseError) -> [UInt8] {
        var (count, written, entries, sample): ([UInt8], Int, [UInt8], Int) = ([], 0, [], 0)
        for entry in 0..<(try content.uint32(at: start)) {
            let place = start + 4 + 8 * entry
            let own = sample..<sample + (try content.uint32(at: place))
            sample = own.upperBound
            let part = own.clamped(to: kept)
            if part.isEmpty { continue }
            entries.appendBigEndian32(part.count)
            entries += try content.slice(at: place + 4, count: 4)
            written += 1
        }
        count.appendBigEndian32(written)
        return count + entries
    }
}
