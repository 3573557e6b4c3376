package import SecrBytes

/// AV1 (bitstream specification, 5.3 to 5.8): a sample is a row of units, and what nobody needs becomes padding.
package struct AV1Cleaner: SampleCleaner {
    /// An open bitstream unit.
    private struct Unit {
        var type: Int
        /// With its header.
        var range: Range<Int>
        var payload: Range<Int>
    }

    private let limits: Limits
    private static let padding = 15

    package init(limits: Limits) { self.limits = limits }

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        var position = sample.lowerBound
        while position < sample.upperBound {
            let unit = try Self.unit(at: position, before: sample.upperBound, &window)
            if let part = try Self.part(in: unit, &window) { try pad(unit, as: part, &window, &found) }
            position = unit.range.upperBound
        }
    }

    private static func unit(at start: Int, before end: Int, _ window: inout ByteWindow) throws -> Unit {
        let header = try window.byte(at: start)
        // A layer's number follows, and the size; without that it goes to the end.
        var position = start + (header & 0x04 != 0 ? 2 : 1)
        var size = end - position
        if header & 0x02 != 0 { size = try number(at: &position, before: end, &window) }
        guard header & 0x80 == 0 else { throw ParseError(.malformed, at: start, "no AV1") }
        guard position <= end, size >= 0, size <= end - position else {
            throw ParseError(.truncated, at: start, "a unit of AV1 that ends early")
        }
        let payload = position..<position + size
        return Unit(type: Int(header >> 3 & 15), range: start..<payload.upperBound, payload: payload)
    }

    /// A number in groups of seven bits (4.10.5).
    private static func number(at position: inout Int, before end: Int, _ window: inout ByteWindow) throws -> Int {
        var value = 0
        for group in 0..<8 {
            guard position < end else { break }
            let byte = try window.byte(at: position)
            position += 1
            value |= Int(byte & 0x7F) << (7 * group)
            if byte < 0x80 { return value }
        }
        throw ParseError(.malformed, at: min(position, end), "a number without an end")
    }

    /// As what it goes; `nil` where it stays.
    private static func part(in unit: Unit, _ window: inout ByteWindow) throws -> CodedPart? {
        switch unit.type {
        // Sequence headers, delimiters, and what pictures consist of.
        case 1...4, 6...8: nil
        case 5: try metadata(unit.payload, &window)
        case padding: .fill
        // Reserved: decoders pass over them.
        default: .userData
        }
    }

    /// 5.8: kept is how bright the picture is, how it is layered, and what players show.
    private static func metadata(_ payload: Range<Int>, _ window: inout ByteWindow) throws -> CodedPart? {
        var position = payload.lowerBound
        switch try? number(at: &position, before: payload.upperBound, &window) {
        case 1, 2, 3: return nil
        case 4:
            let start = try window.bytes(in: position..<min(payload.upperBound, position + 16))
            return RegisteredUserData.isRendering(start[...]) ? nil : .userData
        case 5: return .clock
        default: return .userData
        }
    }

    /// 5.7: decoders want one bit that ends it, and then nothing more.
    private func pad(
        _ unit: Unit, as part: CodedPart, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard unit.range.count <= limits.codedPartBytes else {
            throw ParseError(.limit, at: unit.range.lowerBound, "too much in a unit of AV1")
        }
        let old = try window.bytes(in: unit.range)
        var new = old
        new[0] = old[0] & 0x87 | UInt8(Self.padding << 3)
        let head = old.count - unit.payload.count
        new.replaceSubrange(head..., with: repeatElement(0, count: unit.payload.count))
        if !unit.payload.isEmpty { new[new.count - 1] = 0x80 }
        try found.replace(unit.range, old, by: new, as: part)
        try found.leaveOut(unit.range)
    }
}
