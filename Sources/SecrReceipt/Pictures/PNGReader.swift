internal import SecrBytes
internal import SecrCompression

/// A PNG file (third edition): its chunks, and its pictures unpacked.
struct PNGReader: FormatReader {
    let source: any ByteSource
    private var list = PartList()
    private var header = ByteReader([])
    /// Parts of the essence, in their order.
    private var shown: [Shown] = []
    /// The picture whose data are being read.
    private var last: Picture?
    private var orientation: Int?

    var parts: [Part] { list.parts }

    private enum Shown {
        /// A chunk that is said as it is.
        case chunk(FourCC, [UInt8])
        /// Where its data lie, and how many bytes of lines they become.
        case picture(Picture)
    }

    private struct Picture {
        var ranges: [Range<Int>] = []
        var lines: Int
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Of those that are said as they are.
    private static let longestChunk = 1_024
    private static let kinds: [FourCC: PartClass] = [
        "IHDR": .header, "PLTE": .table, "tRNS": .table, "acTL": .header, "fcTL": .header, "IDAT": .coded,
        "fdAT": .coded, "IEND": .framing, "gAMA": .color, "cHRM": .color, "sRGB": .color, "cICP": .color,
        "mDCV": .color, "cLLI": .color, "sBIT": .color, "pHYs": .density, "iCCP": .icc, "eXIf": .exif, "zxIf": .exif,
        "tEXt": .comment, "zTXt": .comment, "iTXt": .comment, "tIME": .time, "caBX": .c2pa, "bKGD": .auxiliary,
        "hIST": .auxiliary, "sPLT": .auxiliary, "oFFs": .auxiliary, "pCAL": .auxiliary, "sCAL": .auxiliary,
        "gIFg": .auxiliary, "gIFt": .auxiliary, "gIFx": .auxiliary, "sTER": .auxiliary, "fRAc": .auxiliary,
        "dSIG": .auxiliary,
    ]

    init(_ source: any ByteSource) throws {
        self.source = source
        var window = ByteWindow(source)
        guard source.size > 8, try window.bytes(in: 0..<8) == Self.signature else {
            throw ParseError(.malformed, at: 0, "no PNG picture")
        }
        list.add(.framing, to: 8)
        var at = 8
        while at + 8 <= source.size {
            let head = ByteReader(try window.bytes(in: at..<at + 8), base: at)
            let (length, type) = (try head.uint32(at: 0), try head.fourCC(at: 4))
            let isCoded = ["IDAT", "fdAT"].contains(type)
            // Of a picture that is cut off, what is there.
            let end = isCoded ? min(at + 12 + length, source.size) : at + 12 + length
            guard end <= source.size else { break }
            let payload = at + 8..<(at + 12 + length > source.size ? end : end - 4)
            try read(type, payload, &window)
            list.add(try kind(of: type, payload, &window), to: end)
            at = end
            if type == "IEND" { break }
        }
        list.add(.trailer, to: source.size)
        if let last { shown.append(.picture(last)) }
        guard shown.contains(where: { if case .picture = $0 { true } else { false } }) else {
            throw ParseError(.truncated, at: at, "no picture in it")
        }
    }

    /// Between length and type, and the checksum.
    func tiff(in part: [UInt8]) -> [UInt8] { Array(part.dropFirst(8).dropLast(4)) }

    private func kind(of type: FourCC, _ payload: Range<Int>, _ window: inout ByteWindow) throws -> PartClass {
        guard let kind = Self.kinds[type] else { return .vendor }
        guard kind == .comment else { return kind }
        let keyword = try window.bytes(in: payload.prefix(64))
        let names: [(StaticString, PartClass)] = [
            ("XML:com.adobe.xmp\0", .xmp), ("Raw profile type xmp\0", .xmp), ("Raw profile type exif\0", .exif),
            ("Raw profile type APP1\0", .exif), ("Raw profile type iptc\0", .iptc),
        ]
        return names.first { keyword.hasPrefix($0.0) }?.1 ?? .comment
    }

    private mutating func read(_ type: FourCC, _ payload: Range<Int>, _ window: inout ByteWindow) throws {
        if let picture = last, !["IDAT", "fdAT"].contains(type) {
            shown.append(.picture(picture))
            last = nil
        }
        switch type {
        case "IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI", "sBIT", "acTL", "fcTL":
            guard payload.count <= Self.longestChunk, shown.count < Limits().nodes else {
                throw ParseError(.limit, at: payload.lowerBound, "a part that is too large, or too many")
            }
            // The number of such a chunk says nothing of the picture.
            let bytes = try window.bytes(in: payload.dropFirst(type == "fcTL" ? 4 : 0))
            if type == "IHDR" { header = ByteReader(bytes, base: payload.lowerBound) }
            shown.append(.chunk(type, bytes))
        case "eXIf" where orientation == nil && payload.count <= Limits().chunkBytes:
            let bytes = try window.bytes(in: payload)
            orientation = ExifOrientation.value(in: Array(bytes.dropFirst(bytes.hasPrefix("Exif\0\0") ? 6 : 0))) ?? 1
        case "IDAT", "fdAT":
            let data = payload.dropFirst(type == "IDAT" ? 0 : 4)
            if last == nil { last = Picture(lines: try lines(isFrame: type == "fdAT")) }
            last?.ranges.append(data)
        default: break
        }
    }

    /// Bytes of all lines of a picture, with the byte that says how each is filtered.
    private func lines(isFrame: Bool) throws(ParseError) -> Int {
        var (width, height) = (try header.uint32(at: 0), try header.uint32(at: 4))
        if isFrame, case .chunk(_, let control)? = shown.last {
            let frame = ByteReader(control)
            (width, height) = (try frame.uint32(at: 0), try frame.uint32(at: 4))
        }
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][try header.uint8(at: 9)] ?? 1
        let bits = (try header.uint8(at: 8)) * channels
        // Where each pass begins, and how far its pixels are from one another.
        let passes =
            try header.uint8(at: 12) == 0
            ? [(0, 0, 1, 1)]
            : [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
            ]
        var sum = 0
        for (left, top, across, down) in passes {
            let columns = max(0, (width - left + across - 1) / across)
            let rows = max(0, (height - top + down - 1) / down)
            if columns == 0 { continue }
            let (bytes, overflows) = rows.multipliedReportingOverflow(by: 1 + (columns * bits + 7) / 8)
            guard !overflows, bytes < Int.max / passes.count else {
                throw ParseError(.limit, at: 0, "a picture that is too large")
            }
            sum += bytes
        }
        return sum
    }

    func addEssence(_ scope: EssenceScope, to hasher: inout EssenceHasher) throws {
        var window = ByteWindow(source)
        for part in shown {
            switch part {
            case .chunk(let type, let payload):
                hasher.add(type)
                hasher.add(payload)
            case .picture(let picture):
                let inflater = Inflater(limit: picture.lines)
                for range in picture.ranges {
                    try unsafe window.forEachPiece(in: range) { piece in
                        // Safe: the pointers do not leave the closures.
                        unsafe inflater.feed(piece) { unsafe hasher.addUncounted($0) }
                    }
                }
                hasher.add(inflater.produced)
            }
        }
        hasher.add(scope.hasOrientation ? orientation ?? 1 : 1)
    }
}
