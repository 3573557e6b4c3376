/// What the entries of an Exif block are called and what they give away (CIPA DC-008, tables 4 to 19).
enum ExifTags {
    struct Meaning: Sendable {
        var name: String
        var reveals: Revelation

        init(_ name: String, _ reveals: Revelation) {
            self.name = name
            self.reveals = reveals
        }
    }

    static func meaning(of entry: ExifBlock.Entry) -> Meaning? {
        switch entry.directory {
        case .primary: primary[entry.tag]
        case .exif: exif[entry.tag]
        case .gps: gps[entry.tag]
        case .interoperability, .thumbnail, .other: nil
        }
    }

    private static let primary: [Int: Meaning] = [
        0x010D: Meaning("document name", .text),
        0x010E: Meaning("description", .text),
        0x010F: Meaning("maker", .device),
        0x0110: Meaning("model", .device),
        0x0131: Meaning("software", .software),
        0x0132: Meaning("time of the last change", .time),
        0x013B: Meaning("artist", .person),
        0x013C: Meaning("host computer", .device),
        0x8298: Meaning("copyright", .person),
        0x9C9B: Meaning("title (Windows)", .text),
        0x9C9C: Meaning("comment (Windows)", .text),
        0x9C9D: Meaning("author (Windows)", .person),
        0x9C9E: Meaning("keywords (Windows)", .text),
        0x9C9F: Meaning("subject (Windows)", .text),
        0xC614: Meaning("unique model", .device),
        0xC62F: Meaning("camera serial number", .serial),
    ]

    private static let exif: [Int: Meaning] = [
        0x9003: Meaning("time taken", .time),
        0x9004: Meaning("time digitised", .time),
        0x9010: Meaning("time zone", .time),
        0x9011: Meaning("time zone when taken", .time),
        0x9012: Meaning("time zone when digitised", .time),
        0x9214: Meaning("subject area", .settings),
        0x927C: Meaning("maker note", .device),
        0x9286: Meaning("user comment", .text),
        0x9290: Meaning("fraction of a second", .time),
        0x9291: Meaning("fraction of a second when taken", .time),
        0x829A: Meaning("exposure time", .settings),
        0x829D: Meaning("aperture", .settings),
        0x8827: Meaning("sensitivity", .settings),
        0x920A: Meaning("focal length", .settings),
        0xA004: Meaning("related sound file", .identifier),
        0xA420: Meaning("unique id of the picture", .identifier),
        0xA430: Meaning("owner of the camera", .person),
        0xA431: Meaning("camera serial number", .serial),
        0xA433: Meaning("lens maker", .device),
        0xA434: Meaning("lens model", .device),
        0xA435: Meaning("lens serial number", .serial),
        0xA436: Meaning("title", .text),
        0xA437: Meaning("photographer", .person),
        0xA438: Meaning("editor", .person),
        0xA439: Meaning("camera firmware", .software),
        0xA43A: Meaning("raw developing software", .software),
        0xA43B: Meaning("editing software", .software),
        0xA43C: Meaning("metadata editing software", .software),
    ]

    private static let gps: [Int: Meaning] = [
        0x0002: Meaning("latitude", .location),
        0x0004: Meaning("longitude", .location),
        0x0006: Meaning("altitude", .location),
        0x0007: Meaning("GPS time", .time),
        0x000D: Meaning("speed", .location),
        0x0011: Meaning("direction of view", .location),
        0x0014: Meaning("latitude of the subject", .location),
        0x0016: Meaning("longitude of the subject", .location),
        0x001B: Meaning("positioning method", .location),
        0x001C: Meaning("name of the area", .location),
        0x001D: Meaning("GPS date", .time),
    ]
}
