internal import SecrBytes

/// Samples of a fragment that lie one behind the other (ISO/IEC 14496-12, 8.8.8).
struct FragmentRun {
    var track: Int
    /// Of the first run of a part, when its first sample is decoded.
    var decodeTime: Int?
    var description: Int
    /// Of its data.
    private(set) var range: Range<Int>
    private let duration: Int
    private let size: Int
    let count: Int
    private let flags: Int
    private let fields: ByteReader
    private let first: Int

    private enum Field {
        static let (offset, firstFlags) = (0x1, 0x4)
        static let (duration, size, flags, shift) = (0x100, 0x200, 0x400, 0x800)
        static let all = [duration, size, flags, shift]
    }

    /// Bytes of what is said of each sample.
    private var stride: Int { 4 * Field.all.count { flags & $0 != 0 } }

    /// What is true of samples of which nothing else is said (8.8.3, 8.8.7).
    struct Defaults {
        var description = 1
        var duration = 0
        var size = 0
    }

    /// - Parameters:
    ///   - base: from where its place is counted.
    ///   - position: where it begins where it does not say so; afterwards, where it ends.
    init(
        _ content: ByteReader, of track: Int, _ defaults: Defaults, base: Int, from position: inout Int, fileSize: Int
    ) throws(ParseError) {
        self.track = track
        (description, duration, size) = (defaults.description, defaults.duration, defaults.size)
        (fields, flags, count) = (content, try content.uint32(at: 0) & 0xFF_FFFF, try content.uint32(at: 4))
        var start = 8
        if flags & Field.offset != 0 {
            position = base + Int(Int32(truncatingIfNeeded: try content.uint32(at: start)))
            start += 4
        }
        first = start + (flags & Field.firstFlags != 0 ? 4 : 0)
        range = 0..<0
        guard count <= Limits().samples, stride == 0 || content.count - first >= stride * count else {
            throw ParseError(.truncated, at: content.base, "a table of a fragment that ends early")
        }
        var bytes = 0
        if flags & Field.size == 0 {
            bytes = try count.product(size, at: content.base)
        } else {
            for sample in 0..<count { bytes += try field(Field.size, of: sample) ?? 0 }
        }
        guard position >= 0, position <= fileSize, bytes <= fileSize - position else {
            throw ParseError(.truncated, at: content.base, "samples that are not in the file")
        }
        range = position..<position + bytes
        position += bytes
    }

    private func field(_ field: Int, of sample: Int) throws(ParseError) -> Int? {
        guard flags & field != 0 else { return nil }
        let before = Field.all.prefix { $0 != field }.count { flags & $0 != 0 }
        return try fields.uint32(at: first + stride * sample + 4 * before)
    }

    /// Shows each sample, in order: where it is, how long it lasts, and how much later it is shown.
    func forEachSample(_ body: (Range<Int>, Int, Int) throws -> Void) throws {
        var at = range.lowerBound
        for sample in 0..<count {
            let size = try field(Field.size, of: sample) ?? self.size
            let shift = Int(Int32(truncatingIfNeeded: try field(Field.shift, of: sample) ?? 0))
            try body(at..<at + size, field(Field.duration, of: sample) ?? duration, shift)
            at += size
        }
    }
}

extension FragmentRun {
    /// All of a file's, in order.
    ///
    /// - Parameter defaults: of each track.
    static func all(
        in fragments: [Box], _ defaults: [Int: Defaults], _ scanner: inout BoxScanner
    ) throws -> [FragmentRun] {
        var (runs, samples) = ([FragmentRun](), 0)
        for moof in fragments {
            // Data for which no base is given go on where those of the part before end.
            var position = moof.range.lowerBound
            for traf in try scanner.boxes(in: moof.content) where traf.type == "traf" {
                let part = try part(traf, of: moof, from: &position, defaults, &scanner)
                samples += part.reduce(0) { $0 + $1.count }
                runs += part
            }
            guard runs.count <= Limits().chunks, samples <= Limits().samples else {
                throw ParseError(.limit, at: 0, "too many fragments")
            }
        }
        return runs
    }

    private static func part(
        _ traf: Box, of moof: Box, from position: inout Int, _ defaults: [Int: Defaults], _ scanner: inout BoxScanner
    ) throws -> [FragmentRun] {
        let boxes = try scanner.boxes(in: traf.content)
        guard let header = try boxes.first(where: { $0.type == "tfhd" }).map({ try scanner.content(of: $0) }) else {
            return []
        }
        let (flags, track) = (try header.uint32(at: 0) & 0xFF_FFFF, try header.uint32(at: 4))
        var own = defaults[track] ?? Defaults()
        var at = 8
        func next(_ flag: Int, bytes: Int = 4) throws(ParseError) -> Int? {
            guard flags & flag != 0 else { return nil }
            at += bytes
            return try header.integer(at: at - bytes, bytes: bytes)
        }
        let base = try next(0x1, bytes: 8) ?? (flags & 0x2_0000 == 0 ? position : moof.range.lowerBound)
        if let description = try next(0x2) { own.description = description }
        if let duration = try next(0x8) { own.duration = duration }
        if let size = try next(0x10) { own.size = size }
        guard base <= scanner.window.size else {
            throw ParseError(.truncated, at: traf.range.lowerBound, "samples that are not in the file")
        }
        position = base
        var (runs, time): ([FragmentRun], Int?) = ([], nil)
        for box in boxes {
            let content = ["tfdt", "trun"].contains(box.type) ? try scanner.content(of: box) : ByteReader([])
            if box.type == "tfdt" {
                time = try content.integer(at: 4, bytes: content.uint8(at: 0) == 0 ? 4 : 8)
            } else if box.type == "trun" {
                var run = try FragmentRun(
                    content, of: track, own, base: base, from: &position, fileSize: scanner.window.size)
                run.decodeTime = time
                time = nil
                runs.append(run)
            }
        }
        return runs
    }
}
