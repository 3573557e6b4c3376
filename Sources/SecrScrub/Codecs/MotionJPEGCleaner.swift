package import SecrBytes

/// Pictures as JPEG (ITU-T T.81, annex B): what programs wrote around the coded data of one, or of two fields.
package struct MotionJPEGCleaner: SampleCleaner {
    /// Markers that decoders look for, and those of them that have nothing behind them.
    private static let (markers, ends, restarts): (ClosedRange<UInt8>, ClosedRange<UInt8>, ClosedRange<UInt8>) =
        (0xC0...0xFE, 0xD0...0xD9, 0xD0...0xD7)
    private static let (start, end, scan): (UInt8, UInt8, UInt8) = (0xD8, 0xD9, 0xDA)

    /// Of one sample: segments that hold nothing any more, and whether something says where its fields are.
    private var (empty, isMeasured) = ([Range<Int>](), false)

    package let readsWholeSamples = true

    package init() {}

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard try Self.isPicture(sample, &window) else {
            // Motion-JPEG B has no markers, and so no room for texts.
            if sample.count >= 8, try window.bytes(in: sample.dropFirst(4).prefix(4)).hasPrefix("mjpg") { return }
            throw ParseError(.malformed, at: sample.lowerBound, "a picture that is no JPEG")
        }
        (empty, isMeasured) = ([], false)
        var rest = sample
        while !rest.isEmpty {
            rest = try cleanPicture(rest, &window, &found)..<sample.upperBound
            rest = try Self.next(rest, &window, &found)..<sample.upperBound
        }
        // Fields are not to move away from where they are said to be.
        if !isMeasured { for segment in empty { try found.leaveOut(segment) } }
    }

    private static func isPicture(_ sample: Range<Int>, _ window: inout ByteWindow) throws -> Bool {
        guard sample.count >= 2 else { return false }
        return try window.bigEndian16(at: sample.lowerBound) == 0xFFD8
    }

    /// Cleans what is between pictures, and behind the last: decoders skip it in search of a marker.
    ///
    /// - Returns: where the next picture begins, or the end.
    private static func next(
        _ rest: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws -> Int {
        var (gap, position) = (rest.lowerBound, rest.lowerBound)
        while let hit = try window.firstOffset(of: 0xFF, notBefore: 0, in: position..<rest.upperBound),
            hit + 1 < rest.upperBound
        {
            let marker = try window.byte(at: hit + 1)
            position = hit + (marker == 0xFF ? 1 : 2)
            guard markers.contains(marker) else { continue }
            guard ends.contains(marker) else {
                // Some decoders read it, some do not.
                throw ParseError(.unsupported, at: hit, "something behind a JPEG that is no other")
            }
            try fill(gap..<hit, &window, &found)
            if marker == start { return hit }
            gap = position
        }
        try fill(gap..<rest.upperBound, &window, &found)
        return rest.upperBound
    }

    private static func fill(
        _ gap: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        // What is all ones is what a recorder filled up with.
        if try window.endOfRun(of: 0xFF, from: gap.lowerBound) >= gap.upperBound { return }
        try found.zero(gap, &window)
    }

    /// - Returns: the end of the picture.
    private mutating func cleanPicture(
        _ picture: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws -> Int {
        var position = picture.lowerBound + 2
        while position + 2 <= picture.upperBound {
            guard try window.byte(at: position) == 0xFF else {
                throw ParseError(.malformed, at: position, "no marker in a JPEG")
            }
            let marker = try window.byte(at: position + 1)
            switch marker {
            // Fill.
            case 0xFF: position += 1
            case Self.end: return position + 2
            case 0x01, Self.ends: position += 2
            default:
                let segment = try Self.segment(at: position, picture, &window)
                try clean(segment, marker, &window, &found)
                position = segment.upperBound
                if marker == Self.scan { position = try Self.endOfScan(position..<picture.upperBound, &window) }
            }
        }
        return picture.upperBound
    }

    private static func segment(
        at position: Int, _ picture: Range<Int>, _ window: inout ByteWindow
    ) throws -> Range<Int> {
        let room = picture.upperBound - position - 2
        let length = room < 2 ? 0 : try window.bigEndian16(at: position + 2)
        guard length >= 2, length <= room else {
            throw ParseError(.truncated, at: position, "a part of a JPEG that ends early")
        }
        return position..<position + 2 + length
    }

    private mutating func clean(
        _ segment: Range<Int>, _ marker: UInt8, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard marker >= 0xE0 else { return }
        let content = segment.dropFirst(4)
        let old = try window.bytes(in: content)
        if old.hasPrefix("AVI1") || old.dropFirst(4).hasPrefix("mjpg") { isMeasured = true }
        guard let new = Self.kept(of: old, marker) else { return }
        try found.replace(content, old, by: new, as: .message)
        if new.allSatisfy({ $0 == 0 }) { empty.append(segment) }
    }

    /// Where coded data end: within them, other bytes follow each 0xFF than in front of them.
    private static func endOfScan(_ data: Range<Int>, _ window: inout ByteWindow) throws -> Int {
        var position = data.lowerBound
        while let hit = try window.firstOffset(of: 0xFF, notBefore: 0, in: position..<data.upperBound),
            hit + 1 < data.upperBound
        {
            let marker = try window.byte(at: hit + 1)
            if markers.contains(marker), !restarts.contains(marker) { return hit }
            position = hit + (marker == 0xFF ? 1 : 2)
        }
        return data.upperBound
    }

    /// Names of segments that decoders read, where they are if they are only read in one kind, and how many bytes.
    private static let segments: [(name: StaticString, marker: UInt8?, size: Int)] = [
        ("JFIF\0", 0xE0, .max), ("AVI1", nil, 14), ("Adobe", nil, 12), ("ICC_PROFILE\0", 0xE2, .max),
        // Lossless pictures; colours and turns of some cameras; two pictures in one.
        ("LJIF", nil, 13), ("colr", nil, 5), ("rloc", nil, 5), ("xfrm", nil, 5), ("mrfx", nil, 5), ("_JPS", 0xE3, 14),
    ]

    /// The same in a comment: by these, ffmpeg turns pictures over, stretches them, or reads their colours in another way.
    private static let comments: [StaticString] = [
        "Intel(R) JPEG Library, version 1", "Intel(R) JPEG Library", "Metasoft MJPEG Codec", "MULTISCOPE II",
    ]

    /// As much as decoders read, then zeros; `nil` where that does not concern them.
    private static func kept(of content: [UInt8], _ marker: UInt8) -> [UInt8]? {
        switch marker {
        case 0xE0...0xEF: zeroing(content, behind: segmentSize(content, marker))
        case 0xFE: comment(content)
        default: nil
        }
    }

    private static func segmentSize(_ content: [UInt8], _ marker: UInt8) -> Int {
        if marker == 0xE1, content.dropFirst(4).hasPrefix("mjpg") { return 40 }
        return segments.first { content.hasPrefix($0.name) && ($0.marker ?? marker) == marker }?.size ?? 0
    }

    private static func comment(_ content: [UInt8]) -> [UInt8] {
        // A line.
        let text = content.last == 0x0A ? content.dropLast() : content[...]
        if text.prefix(while: { $0 != 0 }).elementsEqual("CS=ITU601".utf8) { return zeroing(content, behind: 9) }
        if content.hasPrefix("AVID") {
            var new = zeroing(content, behind: 4)
            // Which field is the first.
            if content.count > 12, content[12] == 1 { new[12] = 1 }
            return new
        }
        return zeroing(content, behind: comments.first { content.hasPrefix($0) }?.utf8CodeUnitCount ?? 0)
    }

    private static func zeroing(_ content: [UInt8], behind size: Int) -> [UInt8] {
        content.prefix(size) + [UInt8](repeating: 0, count: max(0, content.count - size))
    }
}
