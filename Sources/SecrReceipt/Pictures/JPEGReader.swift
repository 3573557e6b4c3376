internal import SecrBytes

/// A JPEG file (ITU-T T.81): its segments, and what a decoder is told at each scan of its first picture.
struct JPEGReader: FormatReader {
    let source: any ByteSource
    private var list = PartList()
    private var frame: [UInt8] = []
    private var scans: [Scan] = []
    private var lines: [UInt8] = []
    private var tables: [Slot: [UInt8]] = [:]
    private var hasJFIF = false
    private var transform: UInt8?
    private var orientation: Int?

    var parts: [Part] { list.parts }

    private struct Scan {
        var header: [UInt8]
        var data: Range<Int>
        var tables: [Slot: [UInt8]]
    }

    /// Where a table goes: the marker of its segment, and the number that it has there.
    private struct Slot: Hashable, Comparable {
        var marker: UInt8
        var number: UInt8

        static func < (left: Slot, right: Slot) -> Bool { (left.marker, left.number) < (right.marker, right.number) }
    }

    private enum Marker {
        static let (quantization, huffman, conditioning, restart): (UInt8, UInt8, UInt8, UInt8) = (
            0xDB, 0xC4, 0xCC, 0xDD
        )
        static let (start, end, scan, lines, comment): (UInt8, UInt8, UInt8, UInt8, UInt8) = (
            0xD8, 0xD9, 0xDA, 0xDC, 0xFE
        )
    }

    init(_ source: any ByteSource) throws {
        self.source = source
        var window = ByteWindow(source)
        guard source.size > 2, try window.bytes(in: 0..<2) == [0xFF, Marker.start] else {
            throw ParseError(.malformed, at: 0, "no JPEG picture")
        }
        list.add(.framing, to: 2)
        var end = try readPicture(from: 2, isFirst: true, &window)
        // Pictures behind it; whatever is no picture is a trailer.
        while let next = try Self.start(in: end..<source.size, &window) {
            list.add(.trailer, to: next)
            list.add(.picture, to: next + 2)
            end = try readPicture(from: next + 2, isFirst: false, &window)
        }
        list.add(.trailer, to: source.size)
    }

    private static func start(in range: Range<Int>, _ window: inout ByteWindow) throws -> Int? {
        var from = range.lowerBound
        while let hit = try window.firstOffset(of: 0xFF, in: from..<range.upperBound), hit + 3 <= range.upperBound {
            if try window.bytes(in: hit..<hit + 3) == [0xFF, Marker.start, 0xFF] { return hit }
            from = hit + 1
        }
        return nil
    }

    /// - Returns: where it ends.
    private mutating func readPicture(from start: Int, isFirst: Bool, _ window: inout ByteWindow) throws -> Int {
        var position = start
        func kind(_ kind: PartClass) -> PartClass { isFirst || kind.role != .shown ? kind : .picture }
        while position + 2 <= window.size {
            let marker = try window.byte(at: position + 1)
            guard try window.byte(at: position) == 0xFF, marker != 0xFF else {
                position += 1
                list.add(.free, to: position)
                continue
            }
            guard (0xC0...0xFE).contains(marker), !(0xD0...0xD8).contains(marker) else {
                position += 2
                list.add(.free, to: position)
                continue
            }
            position += 2
            if marker == Marker.end {
                list.add(kind(.framing), to: position)
                return position
            }
            guard position + 2 <= window.size else { break }
            // Decoders pass over a segment of an application that says that it has less than its own length.
            let isOthers = (0xE0...0xEF).contains(marker) || marker == Marker.comment
            let length = max(try window.bigEndian16(at: position), isOthers ? 2 : 0)
            guard length >= 2, length <= window.size - position else { break }
            let payload = try window.bytes(in: position + 2..<position + length)
            position += length
            list.add(kind(Self.kind(of: marker, payload)), to: position)
            if isFirst { try learn(marker, payload) }
            guard marker == Marker.scan else { continue }
            let end = try Self.endOfScan(from: position, &window)
            list.add(kind(.coded), to: end)
            guard scans.count < Limits().nodes else { throw ParseError(.limit, at: position, "too many scans") }
            if isFirst { scans.append(Scan(header: payload, data: position..<end, tables: tables)) }
            position = end
        }
        list.add(isFirst ? .trailer : .unknown, to: window.size)
        return window.size
    }

    /// Coded bytes go to the first marker that is no restart.
    private static func endOfScan(from start: Int, _ window: inout ByteWindow) throws -> Int {
        var from = start
        while let hit = try window.firstOffset(of: 0xFF, notBefore: 0, in: from..<window.size) {
            guard hit + 1 < window.size, (0xD0...0xD7).contains(try window.byte(at: hit + 1)) else { return hit }
            from = hit + 2
        }
        return window.size
    }

    private static func kind(of marker: UInt8, _ payload: [UInt8]) -> PartClass {
        switch marker {
        case Marker.quantization, Marker.huffman, Marker.conditioning, Marker.restart: return .table
        case Marker.scan, Marker.lines, 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: return .header
        case Marker.comment: return .comment
        case 0xE0...0xEF: break
        default: return .unknown
        }
        let signatures: [(marker: UInt8, text: StaticString, kind: PartClass)] = [
            (0xE0, "JFIF\0", .density), (0xE0, "JFXX\0", .thumbnail), (0xE1, "Exif\0", .exif),
            (0xE1, "http://ns.adobe.com/x", .xmp), (0xE2, "ICC_PROFILE\0", .icc), (0xE2, "MPF\0", .mpf),
            (0xE2, "urn:iso:std:iso:ts:21496:-1\0", .gainMap), (0xEA, "UNICODE\0", .comment), (0xEB, "JP", .c2pa),
            (0xED, "Photoshop 3.0\0", .iptc), (0xEE, "Adobe", .color),
        ]
        return signatures.first { $0.marker == marker && payload.hasPrefix($0.text) }?.kind ?? .vendor
    }

    /// Behind marker, length and signature.
    func tiff(in part: [UInt8]) -> [UInt8] {
        let isOne = part.count > 10 && Int(part[2]) << 8 | Int(part[3]) == part.count - 2
        return isOne && part[4...].starts(with: "Exif\0\0".utf8) ? Array(part[10...]) : []
    }

    // MARK: What a decoder learns

    private mutating func learn(_ marker: UInt8, _ payload: [UInt8]) throws(ParseError) {
        switch marker {
        case Marker.quantization, Marker.huffman, Marker.conditioning, Marker.restart:
            try learnTables(marker, ByteReader(payload))
        case 0xC0...0xC3, 0xC9...0xCB:
            guard payload.count >= 6 else { throw ParseError(.truncated, at: 0, "a frame header that ends early") }
            frame = [marker] + payload
        case Marker.lines: if lines.isEmpty { lines = payload }
        case 0xE0 where scans.isEmpty:
            if payload.count >= 14, payload.hasPrefix("JFIF\0") { hasJFIF = true }
        case 0xE1 where scans.isEmpty && orientation == nil:
            if payload.hasPrefix("Exif\0") { orientation = ExifOrientation.value(in: Array(payload.dropFirst(6))) }
        case 0xEE where scans.isEmpty:
            if payload.count >= 12, payload.hasPrefix("Adobe") { transform = payload[11] }
        default: break
        }
    }

    private mutating func learnTables(_ marker: UInt8, _ segment: ByteReader) throws(ParseError) {
        var at = 0
        while at < segment.count {
            let head = UInt8(try segment.uint8(at: at))
            var (number, count) = (head, 2)
            switch marker {
            case Marker.quantization: (number, count) = (head & 15, 1 + 64 * (head >> 4 == 0 ? 1 : 2))
            case Marker.huffman:
                count = 17 + (try segment.slice(at: at + 1, count: 16)).reduce(0) { $0 + Int($1) }
            case Marker.restart: number = 0
            default: break
            }
            tables[Slot(marker: marker, number: number)] = Array(try segment.slice(at: at, count: count))
            at += count
        }
    }

    /// Those that any scan of the picture can refer to.
    private var usedSlots: Set<Slot> {
        var used: Set<Slot> = [Slot(marker: Marker.restart, number: 0)]
        // Of components: number, factors, table.
        for place in stride(from: 9, to: frame.count, by: 3) {
            used.insert(Slot(marker: Marker.quantization, number: frame[place]))
        }
        for scan in scans {
            for place in stride(from: 2, to: scan.header.count - 3, by: 2) {
                for (number, high) in [(scan.header[place] >> 4, UInt8(0)), (scan.header[place] & 15, 0x10)] {
                    used.insert(Slot(marker: Marker.huffman, number: number | high))
                    used.insert(Slot(marker: Marker.conditioning, number: number | high))
                }
            }
        }
        return used
    }

    func addEssence(_ scope: EssenceScope, to hasher: inout EssenceHasher) throws {
        guard !frame.isEmpty, !scans.isEmpty else { throw ParseError(.malformed, at: 0, "no picture in it") }
        hasher.add(frame)
        hasher.add(frame[2] == 0 && frame[3] == 0 ? lines : [])
        hasher.add([hasJFIF ? 1 : 0, transform.map { Int($0) } ?? -1])
        hasher.add(scope.hasOrientation ? orientation ?? 1 : 1)
        let used = usedSlots
        var window = ByteWindow(source)
        for scan in scans {
            for (slot, table) in scan.tables.filter({ used.contains($0.key) }).sorted(by: { $0.key < $1.key }) {
                hasher.add([Int(slot.marker)])
                hasher.add(table)
            }
            hasher.add(scan.header)
            try hasher.add([scan.data], of: &window)
        }
    }
}
