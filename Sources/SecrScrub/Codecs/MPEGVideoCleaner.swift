package import SecrBytes

/// MPEG-1, MPEG-2 and MPEG-4 part 2: what stands in front of a sample's first picture, each part behind a start code.
///
/// Coded data are searched only where they are those of one field, as something can be in front of the other.
package struct MPEGVideoCleaner: SampleCleaner {
    package enum Coding: Sendable {
        /// ISO/IEC 11172-2 and 13818-2.
        case video
        /// ISO/IEC 14496-2, as `mp4v`. Other names for it make decoders guess who encoded it where nothing says so.
        case visual
    }

    private static let (userData, extensionData, groupOfPictures): (UInt8, UInt8, UInt8) = (0xB2, 0xB5, 0xB8)
    /// In front of what a start code says.
    private static let codeSize = 4
    /// A time code, and what could become a start code with its last zeros.
    private static let timeCodeSearch = 6

    private let coding: Coding
    private let limits: Limits

    package init(_ coding: Coding, limits: Limits) {
        self.coding = coding
        self.limits = limits
    }

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        let searched = sample.prefix(limits.codedPartBytes)
        var (place, isField) = (try Self.startCode(in: searched, &window), false)
        while let code = place {
            let name = try window.byte(at: code + 3)
            if isPicture(name), !isField { return }
            place = try Self.startCode(in: code + Self.codeSize..<searched.upperBound, &window)
            if place == nil, searched.count < sample.count { break }
            let content = code + Self.codeSize..<(place ?? searched.upperBound)
            if name == Self.extensionData, coding == .video, try Self.isOfField(content, &window) { isField = true }
            if name == Self.userData { try cleanUserData(content, &window, &found) }
            // That of MPEG-4 (0xB3) stays: decoders count the times of pictures from there.
            if name == Self.groupOfPictures, coding == .video { try cleanTimeCode(content, &window, &found) }
        }
        if searched.count < sample.count {
            throw ParseError(.limit, at: searched.upperBound, "too much around a picture")
        }
    }

    /// Where three bytes announce a fourth.
    private static func startCode(in range: Range<Int>, _ window: inout ByteWindow) throws -> Int? {
        var from = range.lowerBound + 2
        while from + 1 < range.upperBound,
            let one = try window.firstOffset(of: 1, in: from..<range.upperBound - 1)
        {
            if try window.bigEndian16(at: one - 2) == 0 { return one - 2 }
            from = one + 1
        }
        return nil
    }

    /// Whether coded pictures begin there: a slice, or a plane of a video object.
    private func isPicture(_ name: UInt8) -> Bool {
        switch coding {
        case .video: (0x01...0xAF).contains(name)
        case .visual: name == 0xB6
        }
    }

    /// ISO/IEC 13818-2, 6.2.3.1: whether that is the extension of a picture, and says that it is one field.
    private static func isOfField(_ content: Range<Int>, _ window: inout ByteWindow) throws -> Bool {
        guard content.count >= 3, try window.byte(at: content.lowerBound) >> 4 == 8 else { return false }
        return try window.byte(at: content.lowerBound + 2) & 3 != 3
    }

    private func cleanUserData(
        _ content: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        let old = try window.bytes(in: content)
        // Zeros can stand in front of any start code.
        let size = Self.withoutZeros(old[...]).count
        let essence = Self.essence(old[..<size], coding)
        let fill = [UInt8](repeating: 0xFF, count: size - essence.count)
        try found.replace(content, old, by: essence + fill + old[size...], as: .message)
        if essence.isEmpty { try found.leaveOut(content.lowerBound - Self.codeSize..<content.upperBound) }
    }

    private static func withoutZeros(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        content.prefix((content.lastIndex { $0 != 0 } ?? content.startIndex - 1) + 1 - content.startIndex)
    }

    private static func essence(_ content: ArraySlice<UInt8>, _ coding: Coding) -> [UInt8] {
        switch coding {
        case .video: MPEG2UserData.essence(content)
        case .visual: MPEG4UserData.essence(content)
        }
    }

    /// ISO/IEC 13818-2, 6.3.8: when a group of pictures begins, by a clock; what is behind that stays.
    private func cleanTimeCode(
        _ content: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard content.count >= 4 else { return }
        let old = try window.bytes(in: content.prefix(Self.timeCodeSearch))
        var new = old
        // The bit that is always set makes that it does not look like a start code.
        new.setBits(0..<25, to: 1 << 12)
        guard old[0] != 0 || old[1] & 0xF7 != 0 || old[2] != 0 || old[3] & 0x80 != 0 else { return }
        if new.firstOffset(of: [0, 0, 1]) != nil {
            throw ParseError(.malformed, at: content.lowerBound, "a group of pictures that is too long")
        }
        try found.replace(content.prefix(old.count), old, by: new, as: .clock)
    }

    /// How a decoder is set up, without texts; what changes how it decodes stays.
    package static func withoutTexts(_ bytes: [UInt8], _ coding: Coding) -> [UInt8] {
        let codes = bytes.indices.filter {
            $0 + 3 < bytes.count && bytes[$0] == 0 && bytes[$0 + 1] == 0 && bytes[$0 + 2] == 1
        }
        var kept = Array(bytes[..<(codes.first ?? bytes.count)])
        // Where the last start code ends that stays.
        var end = 0
        for (code, next) in zip(codes, codes.dropFirst() + [bytes.count]) {
            if bytes[code + 3] != userData {
                kept += bytes[code..<next]
                end = code + codeSize
                continue
            }
            let essence = essence(withoutZeros(bytes[code + codeSize..<max(next, code + codeSize)]), coding)
            if essence.isEmpty {
                // The zero that it begins with can be what the one in front of it says.
                kept += bytes[code..<max(code, end)]
            } else {
                kept += bytes[code..<code + codeSize] + withoutZeros(essence[...])
            }
        }
        return kept
    }
}
