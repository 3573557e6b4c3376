internal import SecrBytes

/// An Exif block that was written anew: it may hold how the picture is turned, which colours it has, and what a policy lets it
/// say, and not a byte beside that (CIPA DC-008).
struct WrittenExif {
    private enum Directory { case primary, exif, gps, interoperability }

    private struct Value {
        var type: Int
        var count: Int
        var place: Int
    }

    private let reader: ByteReader
    private let said: SaidValues
    /// Which bytes mean something.
    private var used: [Bool]
    private var coordinates: [Int: Double] = [:]
    private var references: [Int: String] = [:]

    private init(_ tiff: [UInt8], _ said: SaidValues) {
        (reader, self.said) = (ByteReader(tiff), said)
        used = [Bool](repeating: false, count: tiff.count)
    }

    /// - Parameter tiff: from its header on.
    static func isAllowed(_ tiff: [UInt8], _ said: SaidValues) -> Bool {
        var block = WrittenExif(tiff, said)
        guard tiff.starts(with: [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]), block.use(0..<8),
            (try? block.walk(.primary, at: 8)) == true, block.hasMiddle
        else { return false }
        return zip(tiff, block.used).allSatisfy { $0 == 0 || $1 }
    }

    /// Each byte once.
    private mutating func use(_ range: Range<Int>) -> Bool {
        guard range.upperBound <= used.count, !used[range].contains(true) else { return false }
        for place in range { used[place] = true }
        return true
    }

    private mutating func walk(_ directory: Directory, at start: Int) throws -> Bool {
        let count = try reader.uint16(at: start)
        guard count > 0, use(start..<start + 2), try reader.uint32(at: start + 2 + 12 * count) == 0 else {
            return false
        }
        for entry in 0..<count {
            guard try isAllowed(start + 2 + 12 * entry, in: directory) else { return false }
        }
        return true
    }

    private static let widths = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8]

    private mutating func isAllowed(_ entry: Int, in directory: Directory) throws -> Bool {
        let (tag, type) = (try reader.uint16(at: entry), try reader.uint16(at: entry + 2))
        let count = try reader.uint32(at: entry + 4)
        guard let width = Self.widths[type], count > 0, count < 1 << 16, use(entry..<entry + 8) else { return false }
        let size = count * width
        let place = size <= 4 ? entry + 8 : try reader.uint32(at: entry + 8)
        guard size <= 4 || use(entry + 8..<entry + 12), use(place..<place + size) else { return false }
        return try isAllowed(tag, Value(type: type, count: count, place: place), in: directory)
    }

    private mutating func isAllowed(_ tag: Int, _ value: Value, in directory: Directory) throws -> Bool {
        switch (directory, tag) {
        case (.primary, 0x0112): return value.type == 3 && value.count == 1
        case (.primary, 0x8769): return try walk(.exif, at: reader.uint32(at: value.place))
        case (.primary, 0x8825): return try said.allows(.position) && walk(.gps, at: reader.uint32(at: value.place))
        case (.exif, 0xA005): return try walk(.interoperability, at: reader.uint32(at: value.place))
        case (.exif, 0xA001):
            return try value.type == 3 && value.count == 1 && [1, 0xFFFF].contains(reader.uint16(at: value.place))
        case (.exif, 0xA500):
            return try value.type == 5 && value.count == 1 && reader.uint32(at: value.place) < 1_000
                && reader.uint32(at: value.place + 4) == 100
        case (.interoperability, 1): return text(value) == "R03"
        case (.primary, 0x0110): return said.allows(.device) && text(value).map(said.isDevice) == true
        case (.primary, 0x013B): return said.allows(.author) && text(value) != nil
        case (.primary, 0x8298): return said.allows(.copyright) && text(value) != nil
        case (.exif, 0x9003): return said.allows(.date) && text(value).map(said.isDate) == true
        case (.gps, 0):
            return try value.type == 1 && reader.slice(at: value.place, count: 4).elementsEqual([2, 3, 0, 0])
        case (.gps, 1), (.gps, 3):
            references[tag] = text(value)
            return true
        case (.gps, 2), (.gps, 4):
            coordinates[tag] = try degrees(value)
            return coordinates[tag] != nil
        default: return false
        }
    }

    /// Without the NUL at its end.
    private func text(_ value: Value) -> String? {
        guard value.type == 2, let bytes = try? reader.slice(at: value.place, count: value.count), bytes.last == 0,
            !bytes.dropLast().contains(0)
        else { return nil }
        return String(validating: bytes.dropLast(), as: UTF8.self)
    }

    /// Of degrees, minutes, and hundredths of seconds.
    private func degrees(_ value: Value) throws -> Double? {
        guard value.type == 5, value.count == 3 else { return nil }
        var sum = 0.0
        for (place, unit, share, limit) in [(0, 1, 1.0, 181), (8, 1, 60, 60), (16, 100, 360_000, 6_000)] {
            let number = try reader.uint32(at: value.place + place)
            guard number < limit, try reader.uint32(at: value.place + place + 4) == unit else { return nil }
            sum += Double(number) / share
        }
        return sum
    }

    /// Of the position, where there is one.
    private var hasMiddle: Bool {
        if coordinates.isEmpty && references.isEmpty { return true }
        guard let latitude = coordinates[2], let longitude = coordinates[4], let north = references[1],
            let east = references[3], ["N", "S"].contains(north), ["E", "W"].contains(east)
        else { return false }
        return said.isMiddle(north == "N" ? latitude : -latitude, east == "E" ? longitude : -longitude)
    }
}
