internal import SecrBytes

/// How the samples of a track are coded: one entry of `stsd` (ISO/IEC 14496-12, 8.5.2; QuickTime File Format).
struct MP4SampleEntry: Sendable {
    let type: FourCC
    let range: Range<Int>
    /// The whole box as it is written.
    private(set) var written: [UInt8] = []
    /// Of sound whose table of sizes does not tell them.
    private(set) var packet: MP4Packet?
    /// Of pictures that belong to others: what they are.
    private(set) var auxiliaryType: String?
    private(set) var setUp = CodecSetUp()
    /// Of samples that are encrypted.
    private(set) var protection: MP4Protection?
    var needsSampleEncryption: Bool { protection?.isPerSample == true }
    /// What goes of it.
    private(set) var facts: [Finding] = []
    /// Codings whose decoders need no more than what is kept here. Others could be told from what goes, and break.
    private static let pictures: Set<FourCC> = [
        "avc1", "avc2", "avc3", "avc4", "hvc1", "hev1", "dvh1", "dvhe", "dva1", "dvav", "dav1", "av01", "vp08", "vp09",
        "mp4v", "s263", "h263", "H263", "jpeg", "png ", "apcn", "apch", "apcs", "apco", "ap4h", "ap4x", "dvc ", "dvcp",
        "dvpp", "dv5n", "dv5p", "dvh2", "dvh3", "dvh5", "dvh6", "dvhp", "dvhq", "m2v1", "mp1v", "m1v ", "hdv1", "hdv2",
        "hdv3", "hdv4", "hdv5", "hdv6", "hdv7", "hdv8", "hdv9", "hdva", "xdv1", "xdv2", "xdv3", "xdv4", "xdv5", "xdv6",
        "xdv7", "xdv8", "xdv9", "xdva", "xdvb", "xdvc", "xdvd", "xdve", "xdvf", "mx3n", "mx3p", "mx4n", "mx4p", "mx5n",
        "mx5p", "raw ", "2vuy", "yuv2", "v210", "v308", "v408", "rle ", "rpza", "cvid", "Hap1", "Hap5", "HapY",
    ]
    private static let sounds: Set<FourCC> = [
        "mp4a", ".mp3", "alac", "fLaC", "Opus", "ac-3", "ec-3", "ac-4", "samr", "sawb", "sowt", "twos", "raw ", "NONE",
        "lpcm", "ipcm", "fpcm", "in24", "in32", "fl32", "fl64", "ulaw", "alaw", "ima4", "MAC3", "MAC6", "agsm", "mha1",
        "mha2", "mhm1", "mhm2", "mlpa",
    ]
    /// The part without which nobody can decode them.
    private static let needed: [FourCC: FourCC] = [
        "avc1": "avcC", "avc2": "avcC", "avc3": "avcC", "avc4": "avcC", "hvc1": "hvcC", "hev1": "hvcC", "dvh1": "hvcC",
        "dvhe": "hvcC", "dva1": "avcC", "dvav": "avcC", "av01": "av1C", "dav1": "av1C", "vp08": "vpcC", "vp09": "vpcC",
        "mp4v": "esds", "alac": "alac", "fLaC": "dfLa", "Opus": "dOps", "mha1": "mhaC", "mha2": "mhaC", "mlpa": "dmlp",
    ]

    /// Reserved bytes and the number of a data reference.
    private static let headSize = 8

    init(
        _ box: Box, of handler: FourCC, _ window: inout ByteWindow, _ reader: inout BoxReader, limits: Limits
    ) throws {
        type = box.type
        range = box.range
        let content = try reader.content(of: box, &window)
        guard content.count >= Self.headSize else {
            throw ParseError(.truncated, at: box.range.lowerBound, "a description that ends early")
        }
        let known = handler == "soun" ? Self.sounds : Self.pictures
        let isProtected = ["encv", "enca"].contains(type)
        if ["vide", "pict", "auxv", "soun"].contains(handler), !known.contains(type), !isProtected {
            throw ParseError(.unsupported, at: box.range.lowerBound, "a coding that is not known (\(type))")
        }
        let fields: [UInt8]
        switch handler {
        case "vide", "pict", "auxv": fields = try video(content)
        case "soun": fields = try sound(content)
        default: fields = try text(content)
        }
        let used = Self.headSize + fields.count
        var parts = MP4EntryParts(limits: limits)
        let rest = box.content.dropFirst(used)
        if rest.count >= Box.headerSize { try parts.read(rest, of: type, isSound: handler == "soun", &window, &reader) }
        (protection, auxiliaryType) = (parts.protection, parts.auxiliaryType)
        setUp = parts.setUp
        let coding = protection?.coding ?? type
        if isProtected != (protection != nil) || isProtected && !known.contains(coding) {
            throw ParseError(
                .malformed, at: box.range.lowerBound, "a protected track that does not say how it is coded")
        }
        if let part = Self.needed[coding], !parts.types.contains(part), !parts.types.contains("wave") {
            throw ParseError(.malformed, at: box.range.lowerBound, "samples of which it is not said how they are coded")
        }
        facts += parts.facts
        // The data are in the same file: the first reference.
        written.appendBox(type, [0, 0, 0, 0, 0, 0, 0, 1] + fields + parts.written)
    }

    /// Pixels across and down, and the depth (12.1.3). Who compressed it, with which program and how well, goes.
    private mutating func video(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let fields = Array(try content.slice(at: Self.headSize, count: 70))
        let name = fields[34..<66].dropFirst().prefix(min(31, Int(fields[34])))
        if name.contains(where: { $0 != 0 }) {
            note("name of the compressor", String(decoding: name, as: UTF8.self), at: 42..<74)
        }
        if fields[8..<12].contains(where: { $0 != 0 }) {
            note("maker of the compressor", String(decoding: fields[8..<12], as: UTF8.self), at: 16..<20)
        }
        var written = [UInt8](repeating: 0, count: 16)
        written += fields[16..<20]
        // 72 dots for an inch, and one picture in each sample.
        written += [0, 0x48, 0, 0, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 32)
        let palette = try content.uint16(at: 76)
        let depth = try content.uint16(at: 74) & 0x1F
        guard palette == 0xFFFF || palette == 0 && ![1, 2, 4, 8].contains(depth) else {
            throw ParseError(.unsupported, at: content.base, "a video with a palette of its own")
        }
        return written + fields[66..<70]
    }

    /// Channels, bits and rate (12.2.3), and the two longer forms of QuickTime.
    private mutating func sound(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let version = try content.uint16(at: Self.headSize)
        let size = [0: 20, 1: 36, 2: 56][version]
        guard let size else { throw ParseError(.unsupported, at: content.base, "sound of a later kind") }
        var fields = Array(try content.slice(at: Self.headSize, count: size))
        if fields[4..<8].contains(where: { $0 != 0 }) {
            note("maker of the compressor", String(decoding: fields[4..<8], as: UTF8.self), at: 12..<16)
        }
        fields.replaceSubrange(2..<8, with: [UInt8](repeating: 0, count: 6))
        if version == 1 {
            let (samples, bytes) = (try content.uint32(at: 28), try content.uint32(at: 36))
            if samples > 1, (1...1 << 30).contains(bytes) { packet = MP4Packet(samples: samples, size: bytes) }
        }
        if packet == nil, let bits = try bitsOfUncompressed(content, version: version) {
            let channels = version == 2 ? try content.uint32(at: 40) : try content.uint16(at: 16)
            if channels > 0, channels <= 0xFFFF { packet = MP4Packet(samples: 1, size: channels * bits / 8) }
        }
        return fields
    }

    private func bitsOfUncompressed(_ content: ByteReader, version: Int) throws(ParseError) -> Int? {
        let known: [FourCC: Int] = [
            "ulaw": 8, "alaw": 8, "in24": 24, "in32": 32, "fl32": 32, "fl64": 64,
        ]
        if let bits = known[type] { return bits }
        guard ["sowt", "twos", "raw ", "lpcm", "NONE"].contains(type) else { return nil }
        let bits = version == 2 ? try content.uint32(at: 48) : try content.uint16(at: 18)
        return [8, 16, 24, 32, 64].contains(bits) ? bits : nil
    }

    /// What says where and how texts are shown.
    private func text(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        switch type {
        // 3GPP TS 26.245, 5.16: how, where, and in which style.
        case "tx3g": return Array(try content.slice(at: Self.headSize, count: 30))
        case "wvtt", "c608", "c708", "mp4s": return []
        case "stpp", "sbtt", "stxt":
            // Three strings (12.6.3), or two.
            let rest = content.bytes.dropFirst(Self.headSize)
            var end = rest.startIndex
            for _ in 0..<(type == "stpp" ? 3 : 2) {
                end = (rest[end...].firstIndex(of: 0) ?? rest.endIndex - 1) + 1
            }
            return Array(rest[..<end])
        default: throw ParseError(.unsupported, at: content.base, "texts of an unknown kind (\(type))")
        }
    }

    private mutating func note(_ name: String, _ value: String, at place: Range<Int>) {
        let start = range.lowerBound + Box.headerSize
        facts.append(
            Finding(
                .encoder, reveals: [.software], name, value: value,
                range: start + place.lowerBound..<start + place.upperBound, action: .removed))
    }
}
