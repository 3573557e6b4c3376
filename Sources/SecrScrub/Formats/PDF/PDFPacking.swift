internal import SecrBytes

/// Data of a stream as they are written.
struct PDFPacked: Sendable {
    var filters: [PDFFilter]
    var pieces: [OutputPlan.Piece]
    var drops: Set<PDFPart> = []
    /// Of a picture that is a file of its own.
    var inner: PreparedScrub?
    /// Whether it is a file that nobody looked into.
    var isOpaque = false
    /// Whether it has been found to be the same as in the document that it was written from.
    var isKnown = false

    var count: Int { pieces.reduce(0) { $0 + $1.count } }
}

/// Cuts data of streams down to what decoders read of them.
struct PDFPacking {
    let source: any ByteSource
    let policy: Policy
    let allowList: AllowList
    let limits: Limits
    /// Scrubs a JPEG picture.
    let picture: @Sendable (any ByteSource) throws -> PreparedScrub
    /// Scrubs a file of any kind but this one.
    let file: @Sendable (any ByteSource) throws -> PreparedScrub
    /// What the document was written from.
    let original: (any ByteSource)?
    private var window: ByteWindow

    init(
        _ source: any ByteSource, from original: (any ByteSource)? = nil, policy: Policy, allowList: AllowList,
        limits: Limits,
        picture: @escaping @Sendable (any ByteSource) throws -> PreparedScrub,
        file: @escaping @Sendable (any ByteSource) throws -> PreparedScrub
    ) {
        (self.source, self.policy, self.allowList, self.limits) = (source, policy, allowList, limits)
        self.picture = picture
        self.file = file
        self.original = original
        window = ByteWindow(source)
    }

    private static let flate = PDFFilter(name: "FlateDecode")

    /// - Parameter known: of the document that this one was written from.
    mutating func packed(_ stream: PDFStreamData, _ kind: PDFKind?, known: PDFPacked?) throws -> PDFPacked {
        if let known, let known = try same(stream, as: known) { return known }
        if kind == .embeddedFile { return try attached(stream) }
        if kind == .profile, let profile = try profile(stream) { return profile }
        switch stream.filters.last?.name {
        case "DCTDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            return try jpeg(stream)
        case "JPXDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            let bytes = try stream.bytes(from: &window)
            let (ranges, isWhole) = try PDFJPEG2000.needed(bytes)
            return PDFPacked(
                filters: stream.filters, pieces: pieces(ranges, of: stream, bytes),
                drops: isWhole ? [] : [.pictureMetadata])
        case "FlateDecode" where allowList.rule(for: PDFPart.slack, policy: policy) == nil: return try flate(stream)
        default: return PDFPacked(filters: stream.filters, pieces: pieces(stream))
        }
    }

    /// Data that were cut down already, if they are the same.
    private func same(_ stream: PDFStreamData, as known: PDFPacked) throws -> PDFPacked? {
        guard let original, case .range(let range) = stream.place, range.count == known.count,
            stream.filters == known.filters
        else { return nil }
        var start = range.lowerBound
        for piece in known.pieces {
            let part = start..<start + piece.count
            let isSame =
                switch piece {
                case .copy(let from): try source.isCopy(part, of: from, in: original)
                case .bytes(let bytes):
                    try MemorySource(bytes).holdsSameBytes(in: 0..<bytes.count, as: source, in: part)
                }
            guard isSame else { return nil }
            start = part.upperBound
        }
        try known.inner?.verify(SliceSource(source, range))
        return PDFPacked(filters: known.filters, pieces: pieces(stream), isOpaque: known.isOpaque, isKnown: true)
    }

    private func pieces(_ stream: PDFStreamData) -> [OutputPlan.Piece] {
        switch stream.place {
        case .range(let range): [.copy(range)]
        case .bytes(let bytes): [.bytes(bytes)]
        }
    }

    private func pieces(_ ranges: [Range<Int>], of stream: PDFStreamData, _ bytes: [UInt8]) -> [OutputPlan.Piece] {
        switch stream.place {
        case .range(let whole):
            ranges.map { .copy(whole.lowerBound + $0.lowerBound..<whole.lowerBound + $0.upperBound) }
        case .bytes: [.bytes(ranges.flatMap { bytes[$0] })]
        }
    }

    /// What lies behind the end of the packed data goes; data without an end are packed anew.
    private mutating func flate(_ stream: PDFStreamData) throws -> PDFPacked {
        let inflater = Inflater(limit: limits.unpackedBytes)
        try feed(stream, to: inflater)
        switch inflater.state {
        case .finished:
            let end = inflater.consumed
            guard end < stream.count else { return PDFPacked(filters: stream.filters, pieces: pieces(stream)) }
            let part = pieces([0..<end], of: stream, try stream.bytes(from: &window))
            return PDFPacked(filters: stream.filters, pieces: part, drops: [.slack])
        case .full: throw ParseError(.limit, at: 0, "data that become too large when they are unpacked")
        case .hungry, .failed:
            let data = try unpacked(stream)
            return PDFPacked(filters: stream.filters, pieces: [.bytes(Self.deflated(data))], drops: [.slack])
        }
    }

    private mutating func feed(_ stream: PDFStreamData, to inflater: Inflater) throws {
        switch stream.place {
        case .bytes(let bytes): inflater.take(bytes)
        case .range(let range):
            var position = range.lowerBound
            while position < range.upperBound, inflater.state == .hungry {
                let end = min(range.upperBound, position + 64 * 1024)
                inflater.take(try window.bytes(in: position..<end))
                position = end
            }
        }
    }

    /// As much as can be had.
    private mutating func unpacked(_ stream: PDFStreamData) throws -> [UInt8] {
        let bytes = try stream.bytes(from: &window)
        if stream.filters.isEmpty { return bytes }
        return Inflater(limit: limits.wholePictureBytes).output(of: bytes)
    }

    static func deflated(_ data: [UInt8]) -> [UInt8] {
        let deflater = Deflater()
        deflater.add(data)
        return deflater.finish()
    }

    /// Of a profile, what decides colours.
    private mutating func profile(_ stream: PDFStreamData) throws -> PDFPacked? {
        if policy.keep.contains(.icc) || allowList.rule(for: PDFPart.profileTexts, policy: policy) != nil { return nil }
        guard stream.filters.count <= 1, stream.filters.allSatisfy({ $0 == Self.flate }) else { return nil }
        let data = try unpacked(stream)
        // Readers take a profile that they can't read for one of the plain spaces, and so does everybody else then.
        guard let profile = try? EmbeddedProfile(data, limits: limits) else { return nil }
        if profile.isNormal { return nil }
        return PDFPacked(
            filters: [Self.flate], pieces: [.bytes(Self.deflated(profile.normalForm))], drops: [.profileTexts])
    }

    /// A file of a known kind is scrubbed as it is elsewhere; any other one stays as it is.
    private mutating func attached(_ stream: PDFStreamData) throws -> PDFPacked {
        var whole = PDFPacked(filters: stream.filters, pieces: pieces(stream), isOpaque: true)
        guard stream.filters.count <= 1, stream.filters.allSatisfy({ $0 == Self.flate }) else { return whole }
        let data = try unpacked(stream)
        let memory = MemorySource(data)
        guard data.count <= limits.attachedBytes, let scrub = try? file(memory) else { return whole }
        whole.isOpaque = scrub.limitations.contains(where: \.isOpaque)
        if scrub.findings.isClean, try scrub.plan.isIdentity(of: memory) { return whole }
        let output = try scrub.plan.bytes(from: memory)
        try scrub.verify(MemorySource(output))
        whole.filters = [Self.flate]
        whole.pieces = [.bytes(Self.deflated(output))]
        whole.drops = [.attachmentDetails]
        return whole
    }

    private mutating func jpeg(_ stream: PDFStreamData) throws -> PDFPacked {
        let scrub: PreparedScrub
        let pieces: [OutputPlan.Piece]
        switch stream.place {
        case .range(let range):
            scrub = try picture(SliceSource(source, range))
            pieces = scrub.plan.pieces.map { $0.moved(by: range.lowerBound) }
        case .bytes(let bytes):
            let memory = MemorySource(bytes)
            scrub = try picture(memory)
            pieces = [.bytes(try scrub.plan.bytes(from: memory))]
        }
        return PDFPacked(
            filters: stream.filters, pieces: pieces, drops: scrub.findings.isClean ? [] : [.pictureMetadata],
            inner: scrub)
    }
}

/// JPEG 2000 pictures (ISO/IEC 15444-1).
enum PDFJPEG2000 {
    /// Boxes that decoders need: the signature, the type, how samples become colours, and the coded picture.
    private static let needed: Set<FourCC> = ["jP  ", "ftyp", "jp2h", "jp2c"]

    /// Ranges of what decoders need, and whether that is all.
    static func needed(_ bytes: [UInt8]) throws(ParseError) -> (ranges: [Range<Int>], isWhole: Bool) {
        if bytes.starts(with: [0xFF, 0x4F]) {
            let ranges = try codestream(bytes, 0..<bytes.count)
            return (ranges, ranges.reduce(0) { $0 + $1.count } == bytes.count)
        }
        let reader = ByteReader(bytes)
        var (position, ranges): (Int, [Range<Int>]) = (0, [])
        while position + 8 <= bytes.count {
            var size = try reader.uint32(at: position)
            if size == 0 { size = bytes.count - position }
            guard size >= 8, size <= bytes.count - position else {
                throw ParseError(.malformed, at: position, "a JPEG 2000 picture that makes no sense")
            }
            let type = try reader.fourCC(at: position + 4)
            if needed.contains(type) {
                // The size of the box with the coded picture stays right only where nothing of it goes.
                ranges.append(position..<position + size)
            }
            position += size
        }
        guard !ranges.isEmpty else {
            throw ParseError(.malformed, at: 0, "a JPEG 2000 picture that makes no sense")
        }
        return (ranges, ranges.reduce(0) { $0 + $1.count } == bytes.count)
    }

    /// Comments in the main header go (A.9.2); nothing counts from there.
    private static func codestream(_ bytes: [UInt8], _ range: Range<Int>) throws(ParseError) -> [Range<Int>] {
        let reader = ByteReader(bytes)
        var (ranges, position, start) = ([Range<Int>](), range.lowerBound + 2, range.lowerBound)
        while position + 4 <= range.upperBound {
            let marker = try reader.uint16(at: position)
            if marker == 0xFF90 { break }
            let end = position + 2 + (try reader.uint16(at: position + 2))
            guard marker >= 0xFF50, end <= range.upperBound, end > position + 3 else {
                throw ParseError(.malformed, at: position, "a JPEG 2000 picture that makes no sense")
            }
            if marker == 0xFF64 {
                ranges.append(start..<position)
                start = end
            }
            position = end
        }
        return (ranges + [start..<range.upperBound]).filter { !$0.isEmpty }
    }
}
