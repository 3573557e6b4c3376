internal import SecrBytes

/// How many places on earth are in the tracks of a video that hold such, and of which time they are.
struct MP4Positions {
    private let document: MP4Document
    private let limits: Limits

    /// What was found in one track.
    struct Found {
        var points = 0
        var first: GeographicPosition?
        /// Seconds since 1904.
        var times: ClosedRange<Int>?

        mutating func add(_ time: Int) {
            times = times.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
        }

        mutating func add(_ position: GeographicPosition?) {
            // Near 0, 0 is where receivers are that know nothing yet.
            guard let position, max(position.latitude.magnitude, position.longitude.magnitude) > 0.000_1 else { return }
            points += 1
            if first == nil { first = position }
        }
    }

    /// Bytes of a track that are looked into; five hours of a GoPro have about as many.
    private static let largest = 32 << 20

    init(_ document: MP4Document, limits: Limits) {
        self.document = document
        self.limits = limits
    }

    func findings(_ window: inout ByteWindow) throws -> [Finding] {
        var findings: [Finding] = []
        for track in document.tracks where track.kind != .media {
            var (found, room) = (Found(), Self.largest)
            for range in document.ranges(of: track) where range.upperBound <= document.size && range.count <= room {
                room -= range.count
                let bytes = try window.bytes(in: range)
                Self.read(bytes, into: &found)
            }
            guard found.points > 0 else { continue }
            findings.append(
                Finding(
                    .timedMetadata, reveals: [.location], "GPS track", value: Self.text(found), range: track.range,
                    action: .removed))
        }
        return findings
    }

    private static func text(_ found: Found) -> String {
        var text = found.points == 1 ? "1 point" : "\(found.points) points"
        if let times = found.times {
            text += " between \(MP4Header.text(of: times.lowerBound)) and \(MP4Header.text(of: times.upperBound))"
        }
        return text + (found.first.map { ", the first at \($0)" } ?? "")
    }

    /// Tells the forms apart by what they begin with.
    private static func read(_ bytes: [UInt8], into found: inout Found) {
        let content = ByteReader(bytes)
        if bytes.hasPrefix("DEVC") {
            try? GoProTelemetry.read(content, into: &found)
        } else if bytes.contains(0x24), bytes.firstOffset(of: "RMC,") != nil {
            NMEASentences.read(bytes, into: &found)
        } else if bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, bytes[2] < 8, bytes[3] == 0 {
            try? CameraMotion.read(content, into: &found)
        }
    }
}

/// GoPro's form: keys, each with a type, a size and a count (github.com/gopro/gpmf-parser).
private enum GoProTelemetry {
    /// Of 2000, in seconds since 1904.
    private static let epoch = 3_029_529_600

    static func read(_ content: ByteReader, into found: inout MP4Positions.Found) throws(ParseError) {
        var (at, scales): (Int, [Int]) = (0, [])
        while at + 8 <= content.count {
            let (key, type) = (try content.fourCC(at: at), try content.uint8(at: at + 4))
            let (size, count) = (try content.uint8(at: at + 5), try content.uint16(at: at + 6))
            at += 8
            // A list of others.
            if type == 0 { continue }
            let end = at + (size * count + 3) / 4 * 4
            func number(_ place: Int) throws(ParseError) -> Int {
                Int(Int32(truncatingIfNeeded: try content.uint32(at: place)))
            }
            func position(_ place: Int, scale: Int = 0) throws(ParseError) -> GeographicPosition? {
                guard scales.count > scale + 1, scales[scale] != 0, scales[scale + 1] != 0 else { return nil }
                return GeographicPosition(
                    latitude: Double(try number(place)) / Double(scales[scale]),
                    longitude: Double(try number(place + 4)) / Double(scales[scale + 1]))
            }
            switch key {
            case "SCAL":
                scales =
                    size == 4
                    ? try (0..<count).map { index throws(ParseError) in try number(at + 4 * index) } : []
            case "GPS5" where size == 20:
                for entry in 0..<count { found.add(try position(at + size * entry)) }
            case "GPS9" where size == 32:
                for entry in 0..<count {
                    found.add(try position(at + size * entry))
                    let (days, seconds) = (try number(at + size * entry + 20), try number(at + size * entry + 24))
                    if (1..<100_000).contains(days), (0..<86_400_000).contains(seconds) {
                        found.add(epoch + 86_400 * days + seconds / 1_000)
                    }
                }
            case "GPRI" where size == 30:
                // Of the drone Karma; its times count from when it was switched on.
                for entry in 0..<count { found.add(try position(at + size * entry + 8, scale: 1)) }
            case "GPSU" where size * count >= 12:
                if let time = CalendarTime.seconds(Array(try content.slice(at: at, count: 12))) { found.add(time) }
            default: break
            }
            at = end
        }
    }
}

/// Google's form: records of fixed sizes by their kind (developers.google.com/streetview/publish/camm-spec).
private enum CameraMotion {
    private static let sizes = [12, 8, 12, 12, 12, 24, 56, 12]
    /// Of the clock of GPS, in seconds since 1904.
    private static let epoch = 2_398_809_600

    static func read(_ content: ByteReader, into found: inout MP4Positions.Found) throws(ParseError) {
        let content = ByteReader(content.bytes, endianness: .little)
        var at = 0
        func number(_ place: Int) throws(ParseError) -> Double {
            Double(bitPattern: UInt64(try content.uint32(at: place + 4)) << 32 | UInt64(try content.uint32(at: place)))
        }
        while at + 4 <= content.count {
            let kind = try content.uint16(at: at + 2)
            guard kind < sizes.count else { return }
            at += 4
            if kind == 5 {
                found.add(GeographicPosition(latitude: try number(at), longitude: try number(at + 8)))
            } else if kind == 6 {
                found.add(GeographicPosition(latitude: try number(at + 12), longitude: try number(at + 20)))
                let time = try number(at)
                if time > 0, time < 4e9 { found.add(epoch + Int(time)) }
            }
            at += sizes[kind]
        }
    }
}

/// Sentences of a receiver (NMEA 0183): `$GPRMC,081836.00,A,3751.65,S,14507.36,E,000.0,360.0,130998,...`
private enum NMEASentences {
    static func read(_ bytes: [UInt8], into found: inout MP4Positions.Found) {
        for sentence in bytes.split(separator: 0x24) where sentence.dropFirst(2).hasPrefix("RMC,") {
            let fields = sentence.split(separator: 0x2C, omittingEmptySubsequences: false).map {
                String(decoding: $0.prefix(16), as: UTF8.self)
            }
            guard fields.count > 9 else { continue }
            if let latitude = degrees(fields[3], 2, isNegative: fields[4] == "S"),
                let longitude = degrees(fields[5], 3, isNegative: fields[6] == "W")
            {
                found.add(GeographicPosition(latitude: latitude, longitude: longitude))
            }
            // Day, month, year; the time of day is in front.
            let (date, time) = (Array(fields[9].utf8), Array(fields[1].utf8.prefix(6)))
            guard date.count >= 6, time.count == 6 else { continue }
            var digits = Array(date[4..<6])
            digits += date[2..<4]
            digits += date[..<2]
            if let time = CalendarTime.seconds(digits + time) { found.add(time) }
        }
    }

    /// Degrees, of `digits` digits, and minutes.
    private static func degrees(_ text: String, _ digits: Int, isNegative: Bool) -> Double? {
        guard let whole = Double(text.prefix(digits)), let minutes = Double(text.dropFirst(digits)), minutes < 60 else {
            return nil
        }
        let value = whole + minutes / 60
        return isNegative ? -value : value
    }
}

extension CalendarTime {
    /// Seconds since 1904 of year (of this century), month, day, hour, minute and second, each in two digits; `nil` where
    /// they are none.
    fileprivate static func seconds(_ digits: [UInt8]) -> Int? {
        let time = CalendarTime("20" + String(decoding: digits.prefix(12), as: UTF8.self))
        return time.map { $0.secondsSince1970 + MP4Header.secondsTo1970 }
    }
}
