internal import SecrBytes

/// A header box of a movie, of a track or of its media (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2): without dates, and in
/// the shorter form where that is enough.
struct MP4Header: Sendable, Equatable {
    /// The whole box as it is written.
    var written: [UInt8]
    /// Of a track.
    var id = 0
    /// Units in a second; of a movie and of media.
    var timescale = 0
    var duration = 0
    /// Seconds since 1904 that are not 0.
    var dates: [Int] = []
    /// Bytes of the content that it is about.
    var used: Int

    /// From 1904, where these dates begin, to 1970.
    static let secondsTo1970 = 2_082_844_800
    private static let largestShort = Int(UInt32.max) - 1

    init(_ type: FourCC, _ content: ByteReader) throws(ParseError) {
        let head = try FullBoxHead(content)
        let width = head.version == 0 ? 4 : 8
        used = 0
        var fields = FieldReader(content, at: FullBoxHead.size)
        for _ in 0..<2 {
            let date = try fields.date(width)
            if date != 0 { dates.append(date) }
        }
        var rest: [UInt8]
        switch type {
        case "tkhd":
            id = try fields.next(4)
            try fields.skip(4)
            duration = try fields.duration(width)
            rest = Array(try content.slice(at: fields.position, count: 60))
            // Reserved.
            rest.replaceSubrange(0..<8, with: [UInt8](repeating: 0, count: 8))
            rest.replaceSubrange(14..<16, with: [0, 0])
        case "mvhd":
            timescale = try fields.next(4)
            duration = try fields.duration(width)
            rest = Array(try content.slice(at: fields.position, count: 80))
            // Reserved, and where an editor stood; the next number of a track is for the writer to say.
            rest.replaceSubrange(6..<16, with: [UInt8](repeating: 0, count: 10))
            rest.replaceSubrange(52..<80, with: [UInt8](repeating: 0, count: 28))
        default:
            timescale = try fields.next(4)
            duration = try fields.duration(width)
            rest = Array(try content.slice(at: fields.position, count: 2)) + [0, 0]
        }
        used = fields.position + (type == "tkhd" ? 60 : type == "mvhd" ? 80 : 4)
        let isKnown = duration < .max
        let isLong = isKnown && duration > Self.largestShort
        var body = [UInt8](repeating: 0, count: isLong ? 16 : 8)
        body.appendBigEndian32(type == "tkhd" ? id : timescale)
        if type == "tkhd" { body += [0, 0, 0, 0] }
        body.appendBigEndian(isKnown ? duration : Int(UInt32.max), bytes: isLong ? 8 : 4)
        written = []
        // Of a track: enabled, in the movie, in the preview, and whether its size is only a shape.
        written.appendFullBox(
            type, version: isLong ? 1 : 0, flags: type == "tkhd" ? head.flags & 0xF : 0, body + rest)
    }

    /// Of media, the same with another duration.
    func lasting(_ duration: Int) -> MP4Header {
        var header = self
        let isLong = duration > Self.largestShort
        var body = [UInt8](repeating: 0, count: isLong ? 16 : 8)
        body.appendBigEndian32(timescale)
        body.appendBigEndian(duration, bytes: isLong ? 8 : 4)
        header.duration = duration
        header.written = []
        header.written.appendFullBox("mdhd", version: isLong ? 1 : 0, body + written.suffix(4))
        return header
    }

    /// What goes of it: dates, and bytes behind its last field.
    ///
    /// - Parameter name: of what it is the header.
    func facts(of name: String, in box: Box) -> [Finding] {
        var facts = dates.prefix(1).map { date in
            Finding(
                .time, reveals: [.time], "time of creation (\(name))", value: Self.text(of: date), range: box.range,
                action: .removed)
        }
        if let surplus = Finding.surplus(of: box, behind: used) { facts.append(surplus) }
        return facts
    }

    /// With a date of creation, in seconds since 1904 that fit into 32 bits.
    func written(on date: Int?) -> [UInt8] {
        guard let date else { return written }
        var (bytes, field) = (written, [UInt8]())
        // Behind version and flags; of longer forms, its lower half.
        let place = Box.headerSize + FullBoxHead.size + (written[Box.headerSize] == 1 ? 4 : 0)
        field.appendBigEndian32(date)
        bytes.replaceSubrange(place..<place + 4, with: field)
        return bytes
    }

    /// A date of the calendar and a time of day, in UTC, from seconds since 1904; the seconds themselves where there is none.
    static func text(of seconds: Int) -> String {
        guard let time = CalendarTime(secondsSince1970: seconds - secondsTo1970) else { return "\(seconds) s" }
        return time.iso.replacing("T", with: " ")
    }
}

extension FieldReader {
    fileprivate mutating func date(_ width: Int) throws(ParseError) -> Int {
        if width == 4 { return try next(4) }
        // Nobody's clock needs more.
        let high = try next(4)
        let low = try next(4)
        return min(high, 0xFFFF) << 32 | low
    }

    /// `Int.max` for one that is not known.
    fileprivate mutating func duration(_ width: Int) throws(ParseError) -> Int {
        let high = width == 8 ? try next(4) : 0
        let low = try next(4)
        if low == 0xFFFF_FFFF && (width == 4 || high == 0xFFFF_FFFF) { return .max }
        guard high < 1 << 28 else { throw ParseError(.malformed, at: position, "a duration that can't be") }
        return high << 32 | low
    }
}
