import SecrBytes
import SecrTestSupport

/// Builders for files that no camera writes.
enum Segments {
    static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, marker]
        bytes.appendBigEndian16(payload.count + 2)
        return bytes + payload
    }

    /// `picture` with something right behind its start.
    static func inserting(_ bytes: [UInt8], in picture: [UInt8]) -> [UInt8] {
        Array(picture[..<2]) + bytes + picture[2...]
    }

    /// APP2 segments with a profile.
    static func icc(_ profile: [UInt8], chunk: Int = 60_000) -> [UInt8] {
        let count = (profile.count + chunk - 1) / chunk
        return (0..<count).flatMap { index in
            let part = profile[index * chunk..<min(profile.count, (index + 1) * chunk)]
            return segment(0xE2, Array("ICC_PROFILE\0".utf8) + [UInt8(index + 1), UInt8(count)] + part)
        }
    }

    /// A display profile with elements placed where the caller says, relative to the end of the tag table.
    static func profile(
        colorSpace: FourCC = "RGB ", tags: [(name: FourCC, offset: Int, count: Int)], elements: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        let start = 132 + 12 * tags.count
        bytes.appendBigEndian32(start + elements.count)
        bytes.appendBigEndian32(0)
        bytes.appendBigEndian32(0x0240_0000)
        for code in ["mntr", colorSpace, "XYZ "] as [FourCC] { bytes.append(code) }
        bytes += [UInt8](repeating: 0, count: 12) + Array("acsp".utf8) + [UInt8](repeating: 0, count: 88)
        bytes.appendBigEndian32(tags.count)
        for tag in tags {
            bytes.append(tag.name)
            bytes.appendBigEndian32(start + tag.offset)
            bytes.appendBigEndian32(tag.count)
        }
        return bytes + elements
    }

    /// A big-endian Exif segment whose first directory has these entries of type SHORT.
    static func exif(_ entries: [(tag: Int, value: Int)]) -> [UInt8] {
        var tiff: [UInt8] = Array("MM".utf8) + [0, 42, 0, 0, 0, 8]
        tiff.appendBigEndian16(entries.count)
        for entry in entries {
            tiff.appendBigEndian16(entry.tag)
            tiff.appendBigEndian16(3)
            tiff.appendBigEndian32(1)
            tiff.appendBigEndian16(entry.value)
            tiff.appendBigEndian16(0)
        }
        tiff.appendBigEndian32(0)
        return segment(0xE1, Array("Exif\0\0".utf8) + tiff)
    }

    /// Where each marker with a segment begins, outside coded data.
    static func offsets(of marker: UInt8, in picture: [UInt8]) -> [Int] {
        picture.indices.dropLast().filter { picture[$0] == 0xFF && picture[$0 + 1] == marker }
    }
}
