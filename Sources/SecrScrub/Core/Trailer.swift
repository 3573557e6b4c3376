internal import SecrBytes

/// The kinds of nodes of a format whose files can go on behind their own end.
protocol TrailedNodeKind: NodeKind {
    static var trailingPicture: Self { get }
    /// A second picture that belongs to the first; where a format knows none, another picture.
    static var trailingGainMap: Self { get }
    static var trailingVideo: Self { get }
    static var trailingRemains: Self { get }
    static var trailing: Self { get }
}

extension TrailedNodeKind {
    init(_ kind: Trailer.Part.Kind) {
        switch kind {
        case .picture: self = .trailingPicture
        case .gainMap: self = .trailingGainMap
        case .video: self = .trailingVideo
        case .remains: self = .trailingRemains
        case .other: self = .trailing
        }
    }
}

/// Names what stands behind the end of a file's own structure: videos, further pictures, and anything else.
struct Trailer {
    struct Part {
        enum Kind {
            case picture, gainMap, video
            /// The rest of a longer picture that was overwritten by a shorter one.
            case remains
            case other
        }

        var kind: Kind
        var range: Range<Int>
        var label: String
    }

    private let limits: Limits

    /// Bytes of the heads of embedded pictures that have been looked into, over all of them: what begins like a picture
    /// at every other byte must not cost more than the file.
    private var examined = 0

    init(limits: Limits) {
        self.limits = limits
    }

    /// Parts that tile `range`.
    mutating func parts(in range: Range<Int>, _ window: inout ByteWindow) throws -> [Part] {
        let starts = try (jpegs(in: range, &window) + pngs(in: range, &window) + videos(in: range, &window))
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
        let first = starts.first?.range.lowerBound ?? range.upperBound
        var parts: [Part] = []
        if first > range.lowerBound { parts.append(try other(range.lowerBound..<first, &window)) }
        for (index, start) in starts.enumerated() {
            var part = start
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : range.upperBound
            part.range = start.range.lowerBound..<end
            if !part.range.isEmpty { parts.append(part) }
        }
        return parts
    }

    /// Where JPEG pictures begin; each range covers the head that was recognised.
    private mutating func jpegs(in range: Range<Int>, _ window: inout ByteWindow) throws -> [Part] {
        var found: [Part] = []
        var from = range.lowerBound
        while found.count < limits.embeddedPictures,
            let hit = try window.firstOffset(of: 0xFF, in: from..<range.upperBound), hit + 4 <= range.upperBound
        {
            from = hit + 1
            guard try window.byte(at: hit + 1) == Self.startOfImage, try window.byte(at: hit + 2) == 0xFF,
                let part = try jpegHead(at: hit, end: range.upperBound, &window)
            else { continue }
            found.append(part)
            from = part.range.upperBound
        }
        return found
    }

    /// Walks the segments of an embedded picture up to its first scan; `nil` where it is none after all.
    private mutating func jpegHead(at start: Int, end: Int, _ window: inout ByteWindow) throws -> Part? {
        var at = start + 2
        var isGainMap = false
        while at + 4 <= end, examined < limits.embeddedHeadBytes, try window.byte(at: at) == 0xFF {
            let marker = try window.byte(at: at + 1)
            let length = try window.bigEndian16(at: at + 2)
            guard (0xC0...0xFE).contains(marker), length >= 2, at + 2 + length <= end else { return nil }
            let payload = at + 4..<at + 2 + length
            examined += 4 + payload.count
            if marker == Self.startOfScan {
                return Part(
                    kind: isGainMap ? .gainMap : .picture, range: start..<payload.upperBound,
                    label: isGainMap ? "gain map" : "another picture")
            }
            if !isGainMap && (marker == 0xE1 || marker == 0xE2) {
                let bytes = try window.bytes(in: payload)
                isGainMap = bytes.hasPrefix("urn:iso:std:iso:ts:21496:-1\0") || XMPPacket.mentionsGainMap(bytes)
            }
            at = payload.upperBound
        }
        return nil
    }

    /// Markers of JPEG.
    private static let (startOfImage, startOfScan): (UInt8, UInt8) = (0xD8, 0xDA)

    private func pngs(in range: Range<Int>, _ window: inout ByteWindow) throws -> [Part] {
        let signature = PNGParser.signature
        var found: [Part] = []
        var from = range.lowerBound
        while found.count < limits.embeddedPictures,
            let hit = try window.firstOffset(of: signature[0], in: from..<range.upperBound),
            hit + signature.count <= range.upperBound
        {
            from = hit + 1
            guard try window.byte(at: hit + 1) == signature[1] else { continue }
            let head = hit..<hit + signature.count
            guard try window.bytes(in: head) == signature else { continue }
            found.append(Part(kind: .picture, range: head, label: "another picture"))
        }
        return found
    }

    /// Where videos begin: an ISO base media file starts with a box of type `ftyp`.
    private func videos(in range: Range<Int>, _ window: inout ByteWindow) throws -> [Part] {
        var found: [Part] = []
        var from = range.lowerBound + 4
        while found.count < limits.embeddedPictures, from + 4 <= range.upperBound,
            let hit = try window.firstOffset(of: UInt8(ascii: "f"), in: from..<range.upperBound),
            hit + 4 <= range.upperBound
        {
            from = hit + 1
            guard try window.byte(at: hit + 1) == UInt8(ascii: "t"),
                try window.bytes(in: hit..<hit + 4).hasPrefix("ftyp")
            else { continue }
            found.append(Part(kind: .video, range: hit - 4..<hit + 4, label: "a video"))
        }
        return found
    }

    private func other(_ range: Range<Int>, _ window: inout ByteWindow) throws -> Part {
        let head = try window.bytes(in: range.prefix(64))
        let tail = try window.bytes(in: range.suffix(64))
        if let name = name(head: head, tail: tail) { return Part(kind: .other, range: range, label: name) }
        let endsLikePicture = tail.suffix(8).hasPrefix("IEND") || tail.suffix(2).elementsEqual([0xFF, 0xD9])
        return endsLikePicture
            ? Part(kind: .remains, range: range, label: "remains of an earlier picture")
            : Part(kind: .other, range: range, label: "bytes behind the end")
    }

    private func name(head: [UInt8], tail: [UInt8]) -> String? {
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a ZIP archive behind the end" }
        if head.hasPrefix("%PDF-") { return "a PDF behind the end" }
        if tail.suffix(4).hasPrefix("SEFT") || head.firstOffset(of: "Image_UTC_Data") != nil {
            return "Samsung records"
        }
        if tail.firstOffset(of: "AXS!") != nil || head.hasPrefix("AXS") { return "AFCP records" }
        if tail.firstOffset(of: "CANON OPTIONAL DATA") != nil { return "Canon records" }
        if head.allSatisfy({ $0 == 0 }) { return "padding behind the end" }
        return nil
    }
}
