internal import SecrBytes

/// Names what stands behind the end of a picture: videos, further pictures, and anything else.
struct JPEGTrailer {
    let limits: Limits

    /// Bytes of the heads of embedded pictures that have been looked into, over all of them: what begins like a picture
    /// at every other byte must not cost more than the file.
    private var examined = 0

    init(limits: Limits) {
        self.limits = limits
    }

    /// Nodes that tile `range`.
    mutating func nodes(in range: Range<Int>, _ window: inout ByteWindow) throws -> [JPEGNode] {
        let starts = try (pictures(in: range, &window) + videos(in: range, &window))
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
        let first = starts.first?.range.lowerBound ?? range.upperBound
        var nodes: [JPEGNode] = []
        if first > range.lowerBound {
            let before = range.lowerBound..<first
            nodes.append(JPEGNode(kind: .trailing, range: before, label: try label(of: before, &window)))
        }
        for (index, start) in starts.enumerated() {
            var node = start
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : range.upperBound
            node.range = start.range.lowerBound..<end
            if !node.range.isEmpty { nodes.append(node) }
        }
        return nodes
    }

    /// Where pictures begin; each range covers the head that was recognised.
    private mutating func pictures(in range: Range<Int>, _ window: inout ByteWindow) throws -> [JPEGNode] {
        var found: [JPEGNode] = []
        var from = range.lowerBound
        while found.count < limits.embeddedPictures,
            let hit = try window.firstOffset(of: 0xFF, in: from..<range.upperBound), hit + 4 <= range.upperBound
        {
            from = hit + 1
            guard try window.byte(at: hit + 1) == JPEGMarker.startOfImage, try window.byte(at: hit + 2) == 0xFF,
                let node = try pictureHead(at: hit, end: range.upperBound, &window)
            else { continue }
            found.append(node)
            from = node.range.upperBound
        }
        return found
    }

    /// Walks the segments of an embedded picture up to its first scan; `nil` where it is none after all.
    private mutating func pictureHead(at start: Int, end: Int, _ window: inout ByteWindow) throws -> JPEGNode? {
        var at = start + 2
        var isGainMap = false
        while at + 4 <= end, examined < limits.embeddedHeadBytes, try window.byte(at: at) == 0xFF {
            let marker = try window.byte(at: at + 1)
            let length = try window.bigEndian16(at: at + 2)
            guard (0xC0...0xFE).contains(marker), length >= 2, at + 2 + length <= end else { return nil }
            let payload = at + 4..<at + 2 + length
            examined += 4 + payload.count
            if marker == JPEGMarker.startOfScan {
                return JPEGNode(
                    kind: isGainMap ? .trailingGainMap : .trailingPicture, range: start..<payload.upperBound,
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

    /// Where videos begin: an ISO base media file starts with a box of type `ftyp`.
    private func videos(in range: Range<Int>, _ window: inout ByteWindow) throws -> [JPEGNode] {
        var found: [JPEGNode] = []
        var from = range.lowerBound + 4
        while found.count < limits.embeddedPictures, from + 4 <= range.upperBound,
            let hit = try window.firstOffset(of: UInt8(ascii: "f"), in: from..<range.upperBound),
            hit + 4 <= range.upperBound
        {
            from = hit + 1
            guard try window.byte(at: hit + 1) == UInt8(ascii: "t"),
                try window.bytes(in: hit..<hit + 4).hasPrefix("ftyp")
            else { continue }
            found.append(JPEGNode(kind: .trailingVideo, range: hit - 4..<hit + 4, label: "a video"))
        }
        return found
    }

    private func label(of range: Range<Int>, _ window: inout ByteWindow) throws -> String {
        let head = try window.bytes(in: range.prefix(64))
        let tail = try window.bytes(in: range.suffix(64))
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a ZIP archive behind the end" }
        if head.hasPrefix("%PDF-") { return "a PDF behind the end" }
        if tail.suffix(4).hasPrefix("SEFT") || head.firstOffset(of: "Image_UTC_Data") != nil {
            return "Samsung records"
        }
        if tail.firstOffset(of: "AXS!") != nil || head.hasPrefix("AXS") { return "AFCP records" }
        if tail.firstOffset(of: "CANON OPTIONAL DATA") != nil { return "Canon records" }
        if head.allSatisfy({ $0 == 0 }) { return "padding behind the end" }
        return "bytes behind the end"
    }
}

extension Range<Int> {
    fileprivate func prefix(_ count: Int) -> Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + count) }
    fileprivate func suffix(_ count: Int) -> Range<Int> { Swift.max(lowerBound, upperBound - count)..<upperBound }
}
