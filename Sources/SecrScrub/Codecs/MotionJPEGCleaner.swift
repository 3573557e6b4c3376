package import SecrBytes

/// Pictures as JPEG (ITU-T T.81, annex B): what programs wrote in front of the coded data of one, or of two fields.
package struct MotionJPEGCleaner: SampleCleaner {
    package init() {}

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        var field = sample
        for place in 0..<2 {
            guard try Self.isPicture(field, &window) else {
                // Motion-JPEG B has no markers, and so no room for texts.
                if place > 0 { return }
                if field.count >= 8, try window.bytes(in: field.dropFirst(4).prefix(4)).hasPrefix("mjpg") { return }
                throw ParseError(.malformed, at: field.lowerBound, "a picture that is no JPEG")
            }
            let size = try Self.cleanField(field, &window, &found)
            guard size > 0, size < field.count else { return }
            field = field.dropFirst(size)
        }
    }

    private static func isPicture(_ field: Range<Int>, _ window: inout ByteWindow) throws -> Bool {
        guard field.count >= 2 else { return false }
        return try window.bigEndian16(at: field.lowerBound) == 0xFFD8
    }

    /// - Returns: where the second field begins, from the start of this one; 0 if nothing says that there is one.
    private static func cleanField(
        _ field: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws -> Int {
        var (position, size) = (field.lowerBound + 2, 0)
        while position + 4 <= field.upperBound {
            guard try window.byte(at: position) == 0xFF else {
                throw ParseError(.malformed, at: position, "no marker in a JPEG")
            }
            let marker = try window.byte(at: position + 1)
            switch marker {
            // Fill.
            case 0xFF: position += 1
            case 0x01, 0xD0...0xD8: position += 2
            // From there on it is coded.
            case 0xD9, 0xDA: return size
            default:
                let length = try window.bigEndian16(at: position + 2)
                guard length >= 2, length <= field.upperBound - position - 2 else {
                    throw ParseError(.truncated, at: position, "a part of a JPEG that ends early")
                }
                let content = position + 4..<position + 2 + length
                if marker >= 0xE0 {
                    let old = try window.bytes(in: content)
                    if marker < 0xF0 { size = max(size, fieldSize(in: old)) }
                    if let new = kept(of: old, marker) {
                        try found.replace(content, old, by: new, as: .message)
                        if new.allSatisfy({ $0 == 0 }) { try found.leaveOut(position..<content.upperBound) }
                    }
                }
                position = content.upperBound
            }
        }
        return size
    }

    /// As two makers say it: Apple (QuickTime File Format, Motion-JPEG A) and the authors of OpenDML.
    private static func fieldSize(in content: [UInt8]) -> Int {
        let reader = ByteReader(content)
        if content.dropFirst(4).hasPrefix("mjpg") { return (try? reader.uint32(at: 16)) ?? 0 }
        if content.hasPrefix("AVI1") { return (try? reader.uint32(at: 6)) ?? 0 }
        return 0
    }

    /// Names of segments that decoders read, where they are if they are only read in one kind, and how many bytes.
    private static let segments: [(name: StaticString, marker: UInt8?, size: Int)] = [
        ("JFIF\0", 0xE0, .max), ("AVI1", nil, 14), ("Adobe", nil, 12), ("ICC_PROFILE\0", 0xE2, .max),
        // Lossless pictures; colours and turns of some cameras; two pictures in one.
        ("LJIF", nil, 13), ("colr", nil, 5), ("rloc", nil, 5), ("xfrm", nil, 5), ("mrfx", nil, 5), ("_JPS", 0xE3, 14),
    ]

    /// The same in a comment: by these, ffmpeg turns pictures over, or reads their colours in another way.
    private static let comments: [StaticString] = [
        "Intel(R) JPEG Library, version 1", "Intel(R) JPEG Library", "Metasoft MJPEG Codec",
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
