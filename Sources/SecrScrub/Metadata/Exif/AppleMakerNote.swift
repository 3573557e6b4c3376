internal import SecrBytes

/// The maker's note of Apple's phones: one directory behind a head of 14 bytes, with offsets from the note's start.
struct AppleMakerNote {
    private let note: ByteReader
    /// Where the note begins, relative to the TIFF header.
    private let start: Int

    /// Numbers that are the same in all pictures of a burst, in a Live Photo and its video, or in no other picture.
    private static let identifiers: [(tag: Int, name: String)] = [
        (0x000B, "id of the burst"), (0x0011, "id shared with the video of a Live Photo"),
        (0x0015, "id of the picture"), (0x0020, "id of the exposure"), (0x002B, "id of the photo"),
    ]

    private static let mostEntries = 256
    private static let (ascii, signedRational) = (2, 10)

    init?(_ block: ExifBlock) {
        guard let entry = block.first(0x927C, in: .exif), block.tiff.bytes[entry.value].hasPrefix("Apple iOS\0") else {
            return nil
        }
        start = entry.value.lowerBound
        note = ByteReader(Array(block.tiff.bytes[entry.value]))
    }

    /// A signed fraction.
    func rational(_ tag: Int) -> Double? {
        guard let place = value(tag, type: Self.signedRational)?.lowerBound, let top = try? note.uint32(at: place),
            let bottom = try? note.uint32(at: place + 4), bottom > 0
        else { return nil }
        return Double(Int32(truncatingIfNeeded: top)) / Double(bottom)
    }

    /// What tells that two files belong together; ranges are relative to the TIFF header.
    var identifiers: [(name: String, text: String, range: Range<Int>)] {
        Self.identifiers.compactMap { tag, name in
            guard let range = value(tag, type: Self.ascii) else { return nil }
            let text = String(decoding: note.bytes[range].prefix(300).prefix { $0 != 0 }, as: UTF8.self)
            return text.isEmpty ? nil : (name, text, start + range.lowerBound..<start + range.upperBound)
        }
    }

    /// Where the value of a tag lies in the note.
    private func value(_ tag: Int, type: Int) -> Range<Int>? {
        guard let count = try? note.uint16(at: 14) else { return nil }
        for index in 0..<min(count, Self.mostEntries) {
            let entry = 16 + 12 * index
            guard let found = try? note.uint16(at: entry), let kind = try? note.uint16(at: entry + 2) else {
                return nil
            }
            guard found == tag, kind == type, let elements = try? note.uint32(at: entry + 4),
                let pointer = try? note.uint32(at: entry + 8)
            else { continue }
            let size = kind == Self.ascii ? elements : 8 * elements
            let place = size <= 4 ? entry + 8 : pointer
            if size > 0, (try? note.slice(at: place, count: size)) != nil { return place..<place + size }
        }
        return nil
    }
}
