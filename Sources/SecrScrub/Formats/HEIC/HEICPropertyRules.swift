internal import SecrBytes

/// The properties that decide how a picture looks: how long each is, and what of it counts.
enum HEICPropertyRules {
    static let types: Set<FourCC> = Set(lengths.keys).union([
        "pixi", "a1lx", "cclv", "uncC", "cmpd", "icef", "rref", "jpgC",
    ])
    .union(CodecConfiguration.types).union(ofPairs)

    /// Where the cameras of a pair of pictures stood, and what they are.
    static let ofPairs: Set<FourCC> = ["cmin", "cmex"]

    /// Bytes of content, of those that always have as many.
    private static let lengths: [FourCC: Int] = [
        "ispe": 12, "pasp": 8, "clap": 32, "irot": 1, "imir": 1, "lsel": 2, "a1op": 1, "clli": 4, "mdcv": 24,
        "amve": 8, "rloc": 12, "iscl": 12, "cmpC": 9,
    ]

    /// The content as it is written, and how many bytes of what was found it is about; `nil` where there is no rule.
    ///
    /// - Throws: for a content that is too short.
    static func essence(
        of type: FourCC, _ content: ByteReader
    ) throws(ParseError) -> (content: [UInt8], used: Int)? {
        if CodecConfiguration.types.contains(type) {
            return try CodecConfiguration.essence(of: type, content)
        }
        if type == "pixi" {
            let count = 1 + (try content.uint8(at: FullBoxHead.size))
            // Bits of each channel. A later form goes on with names and places, which decoders take from the picture.
            return ([UInt8].fullBoxHead() + (try content.slice(at: FullBoxHead.size, count: count)), 4 + count)
        }
        let fixed = lengths[type]
        guard let length = fixed != nil ? fixed : try length(of: type, content) else { return nil }
        let essence = Array(try content.slice(at: 0, count: length))
        switch type {
        case "irot": return ([essence[0] & 3], length)
        case "imir": return ([essence[0] & 1], length)
        case "rref" where !isKnown(referenceTypes: essence): return nil
        default: return (essence, length)
        }
    }

    private static func length(of type: FourCC, _ content: ByteReader) throws(ParseError) -> Int? {
        switch type {
        case "a1lx": 1 + 3 * (try content.uint8(at: 0) & 1 == 0 ? 2 : 4)
        case "cclv": try contentColorVolumeLength(content)
        case "rref": try referenceTypesLength(content)
        case "uncC": try uncompressedLength(content)
        case "cmpd": try componentsLength(content)
        case "icef": try unitsLength(content)
        case "cmin": 16 + (try FullBoxHead(content).flags & 1 == 0 ? 0 : 8)
        case "cmex": cameraLength(try FullBoxHead(content).flags)
        case "jpgC": throw ParseError(.unsupported, at: content.base, "a JPEG picture in two parts")
        default: nil
        }
    }

    /// ISO/IEC 23008-12, 6.5.34: flags say which numbers there are.
    private static func cameraLength(_ flags: Int) -> Int {
        let orientation = flags & 0x08 == 0 ? 0 : flags & 0x10 == 0 ? 6 : 12
        return 4 + [0x01, 0x02, 0x04, 0x20].reduce(orientation) { $0 + (flags & $1 == 0 ? 0 : 4) }
    }

    /// ISO/IEC 23008-12, 6.5.17: a number in one byte, which some write in four, and as many types.
    private static func referenceTypesLength(_ content: ByteReader) throws(ParseError) -> Int {
        content.count % 4 == 1 ? 5 + 4 * (try content.uint8(at: 4)) : 8 + 4 * (try content.uint32(at: 4))
    }

    private static func isKnown(referenceTypes content: [UInt8]) -> Bool {
        let known = Set(["dimg", "auxl", "thmb"] + HEICItem.baseReferences)
        return stride(from: content.count % 4 == 1 ? 5 : 8, to: content.count, by: 4).allSatisfy { at in
            known.contains { $0.bytes.elementsEqual(content[at..<at + 4]) }
        }
    }

    /// ISO/IEC 14496-12, 12.1.8: flags in the first byte say what follows.
    private static func contentColorVolumeLength(_ content: ByteReader) throws(ParseError) -> Int {
        let flags = try content.uint8(at: 0)
        return 1 + (flags & 0x20 != 0 ? 24 : 0) + [0x10, 0x08, 0x04].reduce(0) { $0 + (flags & $1 != 0 ? 4 : 0) }
    }

    /// ISO/IEC 23001-17, 5.2: a profile alone, or every component and how they lie.
    private static func uncompressedLength(_ content: ByteReader) throws(ParseError) -> Int {
        guard try FullBoxHead(content).version == 0 else { return 8 }
        return 4 + 4 + 4 + 5 * (try content.uint32(at: 8)) + 24
    }

    /// ISO/IEC 23001-17, 5.1: types by number; one beyond them names an address, which can be anything.
    private static func componentsLength(_ content: ByteReader) throws(ParseError) -> Int {
        let count = try content.uint32(at: 0)
        _ = try content.slice(at: 4, count: 2 * count)
        for index in 0..<count where try content.uint16(at: 4 + 2 * index) >= 0x8000 {
            throw ParseError(.unsupported, at: content.base, "a component of a maker's own kind")
        }
        return 4 + 2 * count
    }

    /// ISO/IEC 23001-17, amendment 2: how the units of a packed picture lie.
    private static func unitsLength(_ content: ByteReader) throws(ParseError) -> Int {
        let (offset, size) = unitFields(try content.uint8(at: 4))
        return unitsStart + (offset + size) * (try content.uint32(at: 5))
    }

    /// Behind version, flags, the sizes of the fields and the number of units.
    private static let unitsStart = 9

    /// How many bytes the place and the size of a unit take.
    private static func unitFields(_ codes: Int) -> (offset: Int, size: Int) {
        ([0, 2, 3, 4, 8][min(codes >> 5, 4)], [1, 2, 3, 4, 8][min(codes >> 2 & 7, 4)])
    }

    /// Sizes of parts of an item's content have to be about what there is.
    static func requireParts(_ type: FourCC, _ content: ByteReader, within size: Int) throws(ParseError) {
        var end = 0
        func require(_ part: Int) throws(ParseError) {
            guard part <= size else {
                throw ParseError(.malformed, at: content.base, "a property that speaks of more than there is (\(type))")
            }
        }
        switch type {
        case "a1lx":
            // Sizes of all layers but the last (AV1-AVIF 1.2, 2.3.2.3).
            let width = try content.uint8(at: 0) & 1 == 0 ? 2 : 4
            for layer in 0..<3 { end += try content.integer(at: 1 + width * layer, bytes: width) }
            try require(end)
        case "icef":
            let fields = unitFields(try content.uint8(at: 4))
            for unit in 0..<(try content.uint32(at: 5)) {
                let at = unitsStart + (fields.offset + fields.size) * unit
                // Without places they follow one another.
                if fields.offset > 0 { end = try content.integer(at: at, bytes: fields.offset) }
                end += try content.integer(at: at + fields.offset, bytes: fields.size)
                try require(end)
            }
        default: break
        }
    }
}
