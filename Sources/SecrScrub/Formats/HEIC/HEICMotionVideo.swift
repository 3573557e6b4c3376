internal import SecrBytes

/// What somebody has to know of a video that hides in a picture.
enum HEICMotionVideo {
    /// - Parameter box: holds a whole MP4 file.
    static func label(_ box: Box, _ window: inout ByteWindow, limits: Limits) throws -> String {
        var seconds: Int?
        var hasSound = false
        // Whatever is wrong with a video that goes away, it goes away.
        try? look(in: box.content, depth: 0, &window, limits: limits, &seconds, &hasSound)
        let length = seconds.flatMap { $0 > 0 ? "a \($0)-second video" : nil } ?? "a video"
        return hasSound ? "\(length) with sound" : length
    }

    private static func look(
        in range: Range<Int>, depth: Int, _ window: inout ByteWindow, limits: Limits, _ seconds: inout Int?,
        _ hasSound: inout Bool
    ) throws {
        var reader = BoxReader(limits: limits)
        for box in try reader.cut(range, isFile: depth == 0, &window).boxes {
            switch box.type {
            case "moov", "trak", "mdia":
                guard depth < 4 else { continue }
                try look(in: box.content, depth: depth + 1, &window, limits: limits, &seconds, &hasSound)
            case "mvhd":
                let head = ByteReader(try window.bytes(in: box.content.prefix(36)))
                let isLong = try FullBoxHead(head).version == 1
                let scale = try head.uint32(at: isLong ? 20 : 12)
                let duration = try head.integer(at: isLong ? 24 : 16, bytes: isLong ? 8 : 4)
                if scale > 0 { seconds = duration / scale + (2 * (duration % scale) >= scale ? 1 : 0) }
            case "hdlr":
                let head = try window.bytes(in: box.content.prefix(12))
                if head.dropFirst(8).hasPrefix("soun") { hasSound = true }
            default: continue
            }
        }
    }
}
