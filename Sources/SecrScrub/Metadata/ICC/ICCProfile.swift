internal import SecrBytes

/// An ICC profile reduced to what decides colours (ICC.1:2010 and ICC.1:2001-04).
///
/// Dates, makers, models, serial numbers, descriptions, private tags, slack between tags and behind them do not survive:
/// ``normalForm(_:)`` is written anew from the tags on the allow-list and is the same for the same colours.
struct ICCProfile: Equatable, Sendable {
    /// The fields of the header that a colour engine reads.
    struct Header: Equatable, Sendable {
        var version: Int
        var deviceClass: FourCC
        var colorSpace: FourCC
        var connectionSpace: FourCC
        /// Rendering intent, 0...3.
        var intent: Int
    }

    let header: Header
    /// Rendering tags in the order of ``renderingTags``.
    let tags: [Tag]

    struct Tag: Equatable, Sendable {
        var signature: FourCC
        var data: [UInt8]
    }

    /// Tags that change colours. Everything else is dropped.
    static let renderingTags: [FourCC] =
        [
            "wtpt", "bkpt", "chad", "cicp", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC",
        ] + tableTags

    /// Those of them that hold look-up tables, which readers prefer to curves and matrices.
    static let tableTags: [FourCC] = [
        "A2B0", "A2B1", "A2B2", "A2B3", "B2A0", "B2A1", "B2A2", "B2A3",
        "D2B0", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1", "B2D2", "B2D3", "gamt",
    ]

    private static let headerSize = 128

    init(header: Header, tags: [Tag]) {
        self.header = header
        self.tags = tags
    }

    init(_ bytes: [UInt8], limits: Limits) throws(ParseError) {
        let whole = ByteReader(bytes)
        let size = try whole.uint32(at: 0)
        guard size >= Self.headerSize + 4, size <= bytes.count else {
            throw ParseError(.malformed, at: 0, "colour profile: its size is not that of its bytes")
        }
        let profile = ByteReader(Array(bytes[..<size]))
        guard try profile.fourCC(at: 36) == "acsp" else {
            throw ParseError(.malformed, at: 36, "colour profile: no signature")
        }
        header = try Header(profile)
        let count = try profile.uint32(at: 128)
        guard count <= limits.iccTags else { throw ParseError(.limit, at: 128, "colour profile: too many tags") }
        var found: [FourCC: [UInt8]] = [:]
        // Elements may overlap in the input and can't in the output, which could therefore become larger.
        var total = 0
        for index in 0..<count {
            let entry = Self.headerSize + 4 + 12 * index
            let signature = try profile.fourCC(at: entry)
            guard Self.renderingTags.contains(signature), found[signature] == nil else { continue }
            let element = try profile.slice(at: profile.uint32(at: entry + 4), count: profile.uint32(at: entry + 8))
            guard try ICCElement.kinds(of: signature).contains(ByteReader(Array(element)).fourCC(at: 0)) else {
                throw ParseError(.unsupported, at: entry, "colour profile: a tag of a kind that is not understood")
            }
            let essence = try ICCElement.essential(Array(element), at: entry)
            total += essence.count
            guard total <= limits.iccBytes else { throw ParseError(.limit, at: entry, "colour profile: too large") }
            found[signature] = essence
        }
        tags = Self.renderingTags.compactMap { name in found[name].map { Tag(signature: name, data: $0) } }
    }

    /// What careful readers demand beyond what is read here: every tag inside the profile, and an intent that exists.
    static func requireSound(_ bytes: [UInt8], limits: Limits) throws(ParseError) {
        let profile = ByteReader(bytes)
        guard try profile.uint32(at: 64) <= 3 else {
            throw ParseError(.malformed, at: 64, "colour profile: an unknown rendering intent")
        }
        let (size, count) = (try profile.uint32(at: 0), try profile.uint32(at: 128))
        guard count <= limits.iccTags else { throw ParseError(.limit, at: 128, "colour profile: too many tags") }
        for index in 0..<count {
            let entry = headerSize + 4 + 12 * index
            let (start, length) = (try profile.uint32(at: entry + 4), try profile.uint32(at: entry + 8))
            guard start + length <= size else {
                throw ParseError(.malformed, at: entry, "colour profile: a tag outside of it")
            }
        }
    }

    /// Whether colours look the same under both.
    func looksLike(_ other: ICCProfile) -> Bool {
        if self == other { return true }
        guard let mine = ICCColorModel(self), let theirs = ICCColorModel(other) else { return false }
        return mine.isClose(to: theirs, tolerance: 0.5)
    }

    /// The profile in its smallest normal form: that of the standard it means, else its rendering tags.
    ///
    /// - Parameter standard: what `ICCStandard` finds, which takes a moment.
    func normalForm(_ standard: ICCStandard?) -> [UInt8] {
        guard let standard else { return bytes(label: header.label) }
        return ICCProfile(header: standard.header, tags: standard.tags).bytes(label: standard.name)
    }

    private func bytes(label: String) -> [UInt8] {
        let texts = [
            Tag(signature: "desc", data: text(label, v2: "desc")),
            Tag(signature: "cprt", data: text("none", v2: "text")),
        ]
        let all = texts + tags
        var table: [UInt8] = []
        var elements: [UInt8] = []
        var placed: [ByteKey: Int] = [:]
        let start = Self.headerSize + 4 + 12 * all.count
        table.appendBigEndian32(all.count)
        for tag in all {
            let key = ByteKey(tag.data)
            let offset = placed[key] ?? start + elements.count
            if placed.updateValue(offset, forKey: key) == nil {
                elements += tag.data
                elements += [UInt8](repeating: 0, count: -tag.data.count & 3)
            }
            table.append(tag.signature)
            table.appendBigEndian32(offset)
            table.appendBigEndian32(tag.data.count)
        }
        var bytes = header.bytes(size: start + elements.count) + table + elements
        // ICC.1:2010, 7.2.18: computed with flags, intent and id zero. The other two are written zero in any case.
        if header.version >> 24 >= 4 {
            var blank = bytes
            blank.replaceSubrange(64..<68, with: [0, 0, 0, 0])
            bytes.replaceSubrange(84..<100, with: MD5.digest(blank))
        }
        return bytes
    }

    /// A text element: a plain type up to version 3, `mluc` from version 4 on.
    private func text(_ text: String, v2 type: FourCC) -> [UInt8] {
        var data: [UInt8] = []
        if header.version >> 24 >= 4 {
            data.append("mluc" as FourCC)
            for field in [0, 1, 12] { data.appendBigEndian32(field) }
            data += Array("enUS".utf8)
            data.appendBigEndian32(2 * text.utf8.count)
            data.appendBigEndian32(28)
            for unit in text.utf16 { data.appendBigEndian16(Int(unit)) }
            return data
        }
        data.append(type)
        data.appendBigEndian32(0)
        if type == "desc" { data.appendBigEndian32(text.utf8.count + 1) }
        data += Array(text.utf8) + [0]
        // textDescriptionType goes on with empty Unicode and Macintosh forms of the text.
        if type == "desc" { data += [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67) }
        return data
    }
}

extension ICCProfile.Header {
    fileprivate init(_ profile: ByteReader) throws(ParseError) {
        // The lower half of the version field is reserved.
        version = try profile.uint32(at: 8) & 0xFFFF_0000
        deviceClass = try profile.fourCC(at: 12)
        colorSpace = try profile.fourCC(at: 16)
        connectionSpace = try profile.fourCC(at: 20)
        intent = try profile.uint32(at: 64) & 3
        guard ["scnr", "mntr", "prtr", "spac"].contains(deviceClass), ["RGB ", "GRAY", "CMYK"].contains(colorSpace),
            ["XYZ ", "Lab "].contains(connectionSpace)
        else {
            throw ParseError(.unsupported, at: 12, "colour profile: of a kind that does not belong in a picture")
        }
    }

    /// Names the family, never the device.
    fileprivate var label: String {
        switch colorSpace {
        case "RGB ": "RGB"
        case "GRAY": "Gray"
        case "CMYK": "CMYK"
        default: "Colour"
        }
    }

    /// 128 bytes; date, platform, flags, maker, model, attributes, creator and id are zero, the illuminant is D50.
    fileprivate func bytes(size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian32(size)
        bytes.appendBigEndian32(0)
        bytes.appendBigEndian32(version)
        bytes.append(deviceClass)
        bytes.append(colorSpace)
        bytes.append(connectionSpace)
        bytes += [UInt8](repeating: 0, count: 12)
        bytes.append("acsp" as FourCC)
        bytes += [UInt8](repeating: 0, count: 24)
        bytes.appendBigEndian32(intent)
        for component in [0xF6D6, 0x10000, 0xD32D] { bytes.appendBigEndian32(component) }
        bytes += [UInt8](repeating: 0, count: 48)
        return bytes
    }
}
