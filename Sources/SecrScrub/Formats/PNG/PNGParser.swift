internal import SecrBytes
internal import SecrCompression

/// Assigns every byte of a PNG file to a node.
///
/// Lenient with what is dropped anyway, exact with what is kept: a chunk that reaches the output has the length and the
/// checksum that it must have, and coded data are opened once, to see where they really end.
struct PNGParser {
    private let limits: Limits
    /// Coded data that the caller is going to compare with others, byte by byte: their chunks are not opened.
    private let known: [PNGImageData]
    private var window: ByteWindow
    private var position = 0
    private var nodes: [PNGNode] = []
    private var images: [Int: PNGImageData] = [:]
    private var frames: [Int: PNGFrameControl] = [:]
    private var animation = PNGAnimation()
    private var paletteEntries: Int?
    private var transparencyBytes = 0
    private var primaries: PNGPrimaries?
    /// Kinds of chunks of which there may be one.
    private var seen: Set<PNGNodeKind> = []
    private var hasPicture = false
    private var icc: FoundProfile = nil
    private var exif: ExifBlock?
    private var aspect = PNGAspect()
    private var isTruncated = false

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init(_ window: ByteWindow, limits: Limits, known: [PNGImageData] = []) {
        self.window = window
        self.limits = limits
        self.known = known
    }

    mutating func parse() throws -> PNGDocument {
        guard window.size >= Self.signature.count, try window.bytes(in: 0..<Self.signature.count) == Self.signature
        else {
            throw ParseError(.malformed, at: 0, "its first bytes are not quite those of a PNG picture")
        }
        try addNext(.signature, to: Self.signature.count, "signature")
        let header = try parseHeader()
        while try parseNext(header) {}
        guard hasPicture else { throw ParseError(.truncated, at: position, "the file holds no picture") }
        try animation.finish(at: position)
        if position < window.size {
            var trailer = Trailer(limits: limits)
            for part in try trailer.parts(in: position..<window.size, &window) {
                try add(PNGNode(kind: PNGNodeKind(part.kind), range: part.range, label: part.label))
            }
        }
        precondition(Coverage.isComplete(nodes.lazy.map(\.range), size: window.size), "bytes without a node")
        return PNGDocument(
            size: window.size, nodes: nodes, header: header, images: images, frames: frames, icc: icc, exif: exif,
            aspect: aspect, primaries: primaries,
            isTruncated: isTruncated || images.values.contains { $0.flaws.contains(.truncated) })
    }

    private mutating func parseHeader() throws -> PNGHeader {
        let chunk = try PNGChunk(&window, at: position)
        guard chunk.type == "IHDR" else {
            if chunk.type == "CgBI" {
                throw ParseError(
                    .unsupported, at: position, "a picture in Apple's own form of PNG, for programs on phones")
            }
            throw ParseError(.malformed, at: position, "the file does not begin with a picture header")
        }
        try requireChecksum(chunk, "picture header")
        let header = try PNGHeader(payload(chunk))
        try addNext(.header, to: chunk.range.upperBound, "picture header")
        return header
    }

    /// Adds one or more nodes; returns whether the file goes on.
    private mutating func parseNext(_ header: PNGHeader) throws -> Bool {
        guard hasPicture || position < window.size else {
            throw ParseError(.truncated, at: position, "the file ends before the picture begins")
        }
        if position + PNGChunk.headSize > window.size && hasPicture { return endWithoutMark() }
        let chunk = try PNGChunk(&window, at: position, allowsCut: true)
        if chunk.isCut && !["IDAT", "fdAT"].contains(chunk.type) {
            guard hasPicture else { throw ParseError(.truncated, at: position, "the file ends within a chunk") }
            return endWithoutMark()
        }
        switch chunk.type {
        case "IDAT", "fdAT": try parseImage(chunk.type, header)
        case "IEND":
            try addNext(.end, to: chunk.range.upperBound, "end of the picture")
            return false
        case "IHDR": throw ParseError(.malformed, at: position, "a second picture header")
        case let type where PNGChunkNames.isText(type): try parseText(chunk)
        case let type:
            if let (kind, label) = PNGChunkNames.kept[type] {
                try parseKept(chunk, kind, label, header)
            } else if chunk.isCritical {
                throw ParseError(.unsupported, at: position, "a part that must be understood and is unknown (\(type))")
            } else {
                let (kind, label) = PNGChunkNames.dropped(type)
                try addNext(kind, to: chunk.range.upperBound, label)
            }
        }
        return true
    }

    /// What stands behind the last whole chunk becomes a trailer.
    private mutating func endWithoutMark() -> Bool {
        isTruncated = true
        return false
    }

    private mutating func parseText(_ chunk: PNGChunk) throws {
        let head = try window.bytes(in: chunk.payload.prefix(PNGChunkNames.keywordLength))
        let keyword = String(decoding: head.prefix { $0 != 0 }, as: UTF8.self)
        let (kind, label) = PNGChunkNames.text(keyword: keyword)
        try add(PNGNode(kind: kind, range: chunk.range, label: label, keyword: keyword))
        position = chunk.range.upperBound
    }

    // MARK: Chunks that decide how the picture is shown

    private mutating func parseKept(
        _ chunk: PNGChunk, _ kind: PNGNodeKind, _ label: String, _ header: PNGHeader
    ) throws {
        if kind != .frameControl, !seen.insert(kind).inserted { return try parseRepeated(chunk, kind, label) }
        if hasPicture, PNGValidity.mustPrecedePicture(kind) {
            if kind == .pixelSize {
                return try addNext(.auxiliary, to: chunk.range.upperBound, "behind the picture: \(label)")
            }
            throw ParseError(.malformed, at: position, "behind the picture, where some readers ignore it: \(label)")
        }
        try requireChecksum(chunk, label)
        let payload = try self.payload(chunk)
        guard PNGValidity.isValid(payload, kind, header) else {
            throw ParseError(.malformed, at: chunk.payload.lowerBound, "a wrong length or value: \(label)")
        }
        switch kind {
        case .palette: paletteEntries = payload.count / 3
        case .transparency: transparencyBytes = payload.count
        case .chromaticities: primaries = try PNGPrimaries(payload)
        case .iccProfile: icc = Result { () throws(ParseError) in try profile(payload) }
        case .exif: exif = Self.block(payload, limits: limits)
        case .pixelSize: aspect = try PNGAspect(payload)
        case .animationControl:
            guard !hasPicture else { throw ParseError(.malformed, at: position, "an animation behind its picture") }
            try animation.start(payload)
        case .frameControl:
            let frame = try PNGFrameControl(payload, in: header)
            try animation.add(frame, at: position)
            frames[position] = frame
        default: break
        }
        try addNext(kind, to: chunk.range.upperBound, label)
    }

    /// Decoders differ in which of two they believe.
    private mutating func parseRepeated(_ chunk: PNGChunk, _ kind: PNGNodeKind, _ label: String) throws {
        switch kind {
        case .exif: try addNext(.furtherExif, to: chunk.range.upperBound, "a further Exif block")
        case .pixelSize: try addNext(.auxiliary, to: chunk.range.upperBound, "repeated: \(label)")
        default: throw ParseError(.malformed, at: position, "two chunks for the same: \(label)")
        }
    }

    private func profile(_ payload: ByteReader) throws(ParseError) -> EmbeddedProfile {
        let damaged = ParseError(.malformed, at: payload.base, "colour profile: it can't be unpacked")
        guard let end = payload.bytes.prefix(PNGChunkNames.keywordLength).firstIndex(of: 0), end + 2 <= payload.count,
            PNGValidity.isKeyword(payload.bytes[..<end]), payload.bytes[end + 1] == 0,
            let bytes = Inflater.open(payload.bytes[(end + 2)...], limit: limits.iccBytes)
        else { throw damaged }
        // What libpng would not use must not be mended into something that it does.
        try ICCProfile.requireSound(bytes, limits: limits)
        return try EmbeddedProfile(bytes, limits: limits)
    }

    /// Some programs write the signature of JPEG's segment first.
    static func block(_ payload: ByteReader, limits: Limits) -> ExifBlock? {
        let hasPrefix = payload.bytes.hasPrefix("Exif\0\0")
        return ExifBlock(Array(payload.bytes.dropFirst(hasPrefix ? 6 : 0)), limits: limits)
    }

    private mutating func requireChecksum(_ chunk: PNGChunk, _ label: String) throws {
        guard try chunk.hasRightChecksum(&window) else {
            throw ParseError(.malformed, at: chunk.payload.upperBound, "a wrong checksum: \(label)")
        }
    }

    private mutating func payload(_ chunk: PNGChunk) throws -> ByteReader {
        guard chunk.payload.count <= limits.chunkBytes else {
            throw ParseError(.limit, at: position, "a part that is too large")
        }
        return ByteReader(try window.bytes(in: chunk.payload), base: chunk.payload.lowerBound)
    }

    // MARK: Coded pictures

    private mutating func parseImage(_ type: FourCC, _ header: PNGHeader) throws {
        let start = position
        let isDefault = type == "IDAT"
        if isDefault {
            guard !hasPicture else { throw ParseError(.malformed, at: position, "coded data in two places") }
            guard header.color != .palette || (1...256).contains(paletteEntries ?? 0) else {
                throw ParseError(.malformed, at: position, "a picture without its palette")
            }
            guard header.color != .palette || transparencyBytes <= paletteEntries ?? 0 else {
                throw ParseError(.malformed, at: position, "transparency of more colours than there are")
            }
            hasPicture = true
            if let frame = animation.frames.first {
                guard frame.width == header.width, frame.height == header.height else {
                    throw ParseError(.malformed, at: position, "a first frame of another size")
                }
                try animation.addData(at: position)
            }
        } else {
            guard hasPicture else { throw ParseError(.malformed, at: position, "a frame in front of the picture") }
            try animation.addData(at: position)
        }
        let frame = isDefault ? nil : animation.frames.last
        let size = (frame?.width ?? header.width, frame?.height ?? header.height)
        guard let expected = header.scanlineBytes(width: size.0, height: size.1), expected < .max else {
            throw ParseError(.limit, at: position, "a picture that is too large")
        }
        let image = try readImage(type, expected: expected)
        images[start] = image
        let kind: PNGNodeKind = isDefault ? .imageData : .frameData
        try addNext(kind, to: image.streamEnd, "coded picture")
        try addNext(.imageTail, to: image.chunks.upperBound, "bytes behind the coded picture")
    }

    private mutating func readImage(_ type: FourCC, expected: Int) throws -> PNGImageData {
        let start = position
        let isKnown = known.count > images.count
        let inflater = Inflater(limit: expected + 1)
        var image = PNGImageData(
            type: type, chunks: start..<start, length: 0, streamLength: 0, streamEnd: start, expected: expected,
            available: 0, flaws: [])
        var at = start
        var count = 0
        while let chunk = try nextChunk(of: type, at: at) {
            count += 1
            guard count <= limits.imageChunks else { throw ParseError(.limit, at: at, "too many parts") }
            let prefix = PNGImageData.prefixLength(type)
            guard chunk.payload.count >= prefix else {
                throw ParseError(.malformed, at: at, "a frame without a number")
            }
            if prefix > 0 {
                let number = ByteReader(try window.bytes(in: chunk.payload.prefix(prefix)))
                try animation.take(number.uint32(at: 0), at: at)
            }
            if !isKnown {
                try read(chunk, data: chunk.payload.dropFirst(prefix), into: inflater, &image)
            }
            image.length += chunk.payload.count - prefix
            at = chunk.range.upperBound
        }
        image.chunks = start..<at
        if isKnown {
            let twin = known[images.count]
            image.streamLength = twin.streamLength
            image.available = twin.available
            image.flaws = twin.flaws.intersection([.truncated])
            if image.length > image.streamLength { image.flaws.insert(.tail) }
            image.streamEnd = at
            return image
        }
        try judge(inflater, &image)
        return image
    }

    private mutating func nextChunk(of type: FourCC, at offset: Int) throws -> PNGChunk? {
        guard offset + PNGChunk.headSize <= window.size else { return nil }
        let chunk = try PNGChunk(&window, at: offset, allowsCut: true)
        return chunk.type == type ? chunk : nil
    }

    /// Opens one chunk's data, unless the stream has ended before.
    private mutating func read(
        _ chunk: PNGChunk, data: Range<Int>, into inflater: Inflater, _ image: inout PNGImageData
    ) throws {
        if inflater.state == .hungry {
            let before = inflater.consumed
            // Safe: the pointer does not leave the closure.
            try unsafe window.forEachPiece(in: data) { try unsafe inflater.feed($0) }
            let taken = inflater.consumed - before
            // The frame of the chunk in which the stream ends belongs to it, if nothing stands between.
            image.streamEnd = taken == data.count ? chunk.range.upperBound : data.lowerBound + taken
        }
        if try !chunk.hasRightChecksum(&window) { image.flaws.insert(.checksum) }
    }

    /// What can be said of a stream once all of it has been read.
    private func judge(_ inflater: Inflater, _ image: inout PNGImageData) throws(ParseError) {
        image.streamLength = inflater.consumed
        image.available = min(inflater.produced, image.expected)
        if inflater.produced > image.expected { image.flaws.insert(.surplus) }
        if image.available < image.expected {
            guard inflater.state != .failed else {
                throw ParseError(.malformed, at: image.streamEnd, "the coded picture can not be unpacked")
            }
            image.flaws.insert(.truncated)
        }
        if inflater.state != .finished, !image.flaws.contains(.surplus) { image.flaws.insert(.unfinished) }
        if image.needsRecoding {
            image.streamLength = image.length
            image.streamEnd = image.chunks.upperBound
        } else if image.streamEnd < image.chunks.upperBound {
            image.flaws.insert(.tail)
        }
    }

    // MARK: Nodes

    private mutating func addNext(_ kind: PNGNodeKind, to end: Int, _ label: String) throws {
        if end > position { try add(PNGNode(kind: kind, range: position..<end, label: label)) }
        position = end
    }

    private mutating func add(_ node: PNGNode) throws {
        guard nodes.count < limits.nodes else {
            throw ParseError(.limit, at: node.range.lowerBound, "too many parts")
        }
        nodes.append(node)
    }
}
