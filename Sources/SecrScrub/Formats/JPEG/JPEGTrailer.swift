internal import SecrBytes

/// Names what stands behind the end of a picture: videos, further pictures, and anything else.
struct JPEGTrailer {
    let limits: Limits

    /// Nodes that tile `range`.
    func nodes(in range: Range<Int>, _ window: inout ByteWindow) throws -> [JPEGNode] {
        var starts: [JPEGNode] = []
        var from = range.lowerBound
        while starts.count < limits.embeddedPictures, let hit = try nextStart(in: from..<range.upperBound, &window) {
            starts.append(hit)
            from = hit.range.upperBound
        }
        guard let first = starts.first else {
            return [JPEGNode(kind: .trailing, range: range, label: try label(of: range, &window))]
        }
        var nodes: [JPEGNode] = []
        if first.range.lowerBound > range.lowerBound {
            let before = range.lowerBound..<first.range.lowerBound
            nodes.append(JPEGNode(kind: .trailing, range: before, label: try label(of: before, &window)))
        }
        for (index, start) in starts.enumerated() {
            var node = start
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : range.upperBound
            node.range = start.range.lowerBound..<end
            nodes.append(node)
        }
        return nodes
    }

    /// The next place where a picture or a video begins; its range covers the part that was recognised.
    private func nextStart(in range: Range<Int>, _ window: inout ByteWindow) throws -> JPEGNode? {
        let picture = try nextPicture(in: range, &window)
        if let video = try nextVideo(in: range.lowerBound..<(picture?.range.lowerBound ?? range.upperBound), &window) {
            return video
        }
        return picture
    }

    private func nextPicture(in range: Range<Int>, _ window: inout ByteWindow) throws -> JPEGNode? {
        var from = range.lowerBound
        while let hit = try window.firstOffset(of: 0xFF, in: from..<range.upperBound), hit + 4 <= range.upperBound {
            if try window.bytes(in: hit..<hit + 3) == [0xFF, 0xD8, 0xFF],
                let node = try pictureHeader(at: hit, end: range.upperBound, &window)
            {
                return node
            }
            from = hit + 1
        }
        return nil
    }

    /// Walks the segments of an embedded picture up to its first scan; `nil` where it is none after all.
    private func pictureHeader(at start: Int, end: Int, _ window: inout ByteWindow) throws -> JPEGNode? {
        var at = start + 2
        var isGainMap = false
        for _ in 0..<256 {
            guard at + 4 <= end, try window.byte(at: at) == 0xFF else { return nil }
            let marker = try window.byte(at: at + 1)
            let length = try window.bigEndian16(at: at + 2)
            guard length >= 2, at + 2 + length <= end else { return nil }
            let payload = at + 4..<at + 2 + length
            if marker == JPEGMarker.startOfScan {
                return JPEGNode(
                    kind: isGainMap ? .trailingGainMap : .trailingPicture, range: start..<payload.upperBound,
                    label: isGainMap ? "gain map" : "another picture")
            }
            switch marker {
            case 0xE1: isGainMap = try XMPPacket.mentionsGainMap(window.bytes(in: payload)) || isGainMap
            case 0xE2: isGainMap = try window.bytes(in: payload).hasPrefix("urn:iso:std:iso:ts:21496:-1\0") || isGainMap
            case 0xC0...0xFE: break
            default: return nil
            }
            at = payload.upperBound
        }
        return nil
    }

    private func nextVideo(in range: Range<Int>, _ window: inout ByteWindow) throws -> JPEGNode? {
        var from = range.lowerBound + 4
        while from + 4 <= range.upperBound,
            let hit = try window.firstOffset(of: UInt8(ascii: "f"), in: from..<range.upperBound),
            hit + 4 <= range.upperBound
        {
            if try window.bytes(in: hit..<hit + 4).hasPrefix("ftyp") {
                return JPEGNode(kind: .trailingVideo, range: hit - 4..<hit + 4, label: "a video")
            }
            from = hit + 1
        }
        return nil
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
