internal import SecrBytes

/// The directories of one Exif block: a TIFF header and what hangs on it (CIPA DC-008, TIFF 6.0 section 2).
///
/// Reading never fails: a damaged block simply has fewer entries, and it is rebuilt from scratch in any case.
struct ExifBlock: Sendable {
    enum Directory: Sendable, Hashable { case primary, exif, gps, interoperability, thumbnail, other }

    struct Entry: Sendable {
        var directory: Directory
        var tag: Int
        var type: Int
        var count: Int
        /// Where the value lies, relative to the TIFF header; empty where it points outside.
        var value: Range<Int>
    }

    let tiff: ByteReader
    private(set) var entries: [Entry] = []

    /// - Parameter bytes: from the TIFF header on.
    init?(_ bytes: [UInt8], limits: Limits) {
        let endianness: ByteReader.Endianness
        switch bytes.prefix(4) {
        case [0x49, 0x49, 0x2A, 0]: endianness = .little
        case [0x4D, 0x4D, 0, 0x2A]: endianness = .big
        default: return nil
        }
        tiff = ByteReader(bytes, endianness: endianness)
        var walk = Walk(tiff: tiff, limits: limits)
        if let first = try? tiff.uint32(at: 4) { walk.chain(from: first) }
        entries = walk.entries
    }

    func first(_ tag: Int, in directory: Directory) -> Entry? {
        entries.first { $0.directory == directory && $0.tag == tag }
    }

    /// The first number of an integer entry.
    func integer(_ entry: Entry) -> Int? {
        guard entry.count > 0, !entry.value.isEmpty else { return nil }
        switch entry.type {
        case 1, 6: return try? tiff.uint8(at: entry.value.lowerBound)
        case 3, 8: return try? tiff.uint16(at: entry.value.lowerBound)
        case 4, 9: return try? tiff.uint32(at: entry.value.lowerBound)
        default: return nil
        }
    }

    /// The bytes of a value up to the first NUL, at most 300 of them.
    func ascii(_ entry: Entry) -> String {
        String(decoding: tiff.bytes[entry.value].prefix(300).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Numerators and denominators.
    func rationals(_ entry: Entry) -> [(Int, Int)] {
        guard entry.type == 5 || entry.type == 10 else { return [] }
        return stride(from: entry.value.lowerBound, to: entry.value.upperBound - 7, by: 8).compactMap { at in
            guard let top = try? tiff.uint32(at: at), let bottom = try? tiff.uint32(at: at + 4) else { return nil }
            return (top, bottom)
        }
    }

    /// How to turn the picture, 1...8; 1 where nothing sensible is said.
    var orientation: Int {
        guard let entry = first(0x0112, in: .primary), let value = integer(entry), (1...8).contains(value) else {
            return 1
        }
        return value
    }

    /// The bytes of the thumbnail in the second directory, relative to the TIFF header.
    var thumbnail: Range<Int>? {
        guard let start = first(0x0201, in: .thumbnail).flatMap(integer),
            let length = first(0x0202, in: .thumbnail).flatMap(integer),
            length > 0, (try? tiff.slice(at: start, count: length)) != nil
        else { return nil }
        return start..<start + length
    }
}

/// Follows directories once each, in bounded number.
private struct Walk {
    let tiff: ByteReader
    let limits: Limits
    var visited: Set<Int> = []
    var entries: [ExifBlock.Entry] = []

    /// Bytes per element of TIFF types 1...13.
    static let widths = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]

    init(tiff: ByteReader, limits: Limits) {
        self.tiff = tiff
        self.limits = limits
    }

    /// The primary directory and those that follow it.
    mutating func chain(from first: Int) {
        var offset = first
        var directory = ExifBlock.Directory.primary
        while offset != 0, let next = read(at: offset, as: directory) {
            offset = next
            directory = directory == .primary ? .thumbnail : .other
        }
    }

    /// Reads one directory and those it points to; returns the offset of the following one.
    private mutating func read(at offset: Int, as directory: ExifBlock.Directory) -> Int? {
        guard visited.count < limits.exifDirectories, visited.insert(offset).inserted,
            let count = try? tiff.uint16(at: offset)
        else { return nil }
        for index in 0..<min(count, limits.exifEntries) {
            guard let entry = entry(at: offset + 2 + 12 * index, in: directory) else { return nil }
            entries.append(entry)
            if let child = child(of: entry), !entry.value.isEmpty,
                let target = try? tiff.uint32(at: entry.value.lowerBound)
            {
                _ = read(at: target, as: child)
            }
        }
        return try? tiff.uint32(at: offset + 2 + 12 * count)
    }

    private func child(of entry: ExifBlock.Entry) -> ExifBlock.Directory? {
        switch (entry.directory, entry.tag) {
        case (.primary, 0x8769): .exif
        case (.primary, 0x8825): .gps
        case (.exif, 0xA005): .interoperability
        case (.primary, 0x014A): .other
        default: nil
        }
    }

    private func entry(at offset: Int, in directory: ExifBlock.Directory) -> ExifBlock.Entry? {
        guard let tag = try? tiff.uint16(at: offset), let type = try? tiff.uint16(at: offset + 2),
            let count = try? tiff.uint32(at: offset + 4), let pointer = try? tiff.uint32(at: offset + 8)
        else { return nil }
        let width = type < Self.widths.count ? Self.widths[type] : 0
        let length = count * width
        let start = length <= 4 ? offset + 8 : pointer
        let fits = (try? tiff.slice(at: start, count: length)) != nil
        return ExifBlock.Entry(
            directory: directory, tag: tag, type: type, count: count,
            value: fits ? start..<start + length : 0..<0)
    }
}
