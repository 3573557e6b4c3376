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
    /// Bytes that data may still become when they are unpacked.
    private var room: Int

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
        room = limits.unpackedBytes
    }

    private static let flate = PDFFilter(name: "FlateDecode")

    /// - Parameter known: of the document that this one was written from.
    mutating func packed(_ stream: PDFStreamData, _ kind: PDFKind?, known: PDFPacked?) throws -> PDFPacked {
        if let known, let known = try same(stream, as: known) { return known }
        if case .unreadable(let error) = stream.place { throw error }
        if kind == .embeddedFile { return try attached(stream) }
        if kind == .profile, let profile = try profile(stream) { return profile }
        switch stream.filters.last?.name {
        case "DCTDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            return try jpeg(stream)
        case "JPXDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            let bytes = try stream.bytes(from: &window)
            let parts = try PDFJPEG2000.needed(bytes)
            let isWhole = parts == [.range(0..<bytes.count)]
            return PDFPacked(
                filters: stream.filters, pieces: isWhole ? pieces(stream) : pieces(parts, of: stream, bytes),
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
        case .unreadable: []
        }
    }

    private func pieces(
        _ parts: [PDFJPEG2000.Part], of stream: PDFStreamData, _ bytes: [UInt8]
    ) -> [OutputPlan.Piece] {
        parts.map { part in
            switch (part, stream.place) {
            case (.bytes(let new), _): .bytes(new)
            case (.range(let range), .range(let whole)):
                .copy(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
            case (.range(let range), _): .bytes(Array(bytes[range]))
            }
        }
    }

    /// What lies behind the end of the packed data goes; data without an end are packed anew.
    private mutating func flate(_ stream: PDFStreamData) throws -> PDFPacked {
        let inflater = Inflater(limit: room)
        try feed(stream, to: inflater)
        room -= inflater.produced
        switch inflater.state {
        case .finished:
            let end = inflater.consumed
            guard end < stream.count else { return PDFPacked(filters: stream.filters, pieces: pieces(stream)) }
            return PDFPacked(filters: stream.filters, pieces: beginning(end, of: stream), drops: [.slack])
        case .full: throw ParseError(.limit, at: 0, "data that become too large when they are unpacked")
        case .hungry, .failed:
            let plain = PDFStreamData(place: stream.place, filters: [Self.flate])
            let data = Self.deflated(try unpacked(plain))
            return PDFPacked(filters: stream.filters, pieces: [.bytes(data)], drops: [.slack])
        }
    }

    private func beginning(_ count: Int, of stream: PDFStreamData) -> [OutputPlan.Piece] {
        switch stream.place {
        case .range(let range): [.copy(range.prefix(count))]
        case .bytes(let bytes): [.bytes(Array(bytes[..<count]))]
        case .unreadable: []
        }
    }

    private mutating func feed(_ stream: PDFStreamData, to inflater: Inflater) throws {
        switch stream.place {
        case .unreadable: return
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
        try PDFFilters.undo(stream.filters, stream.bytes(from: &window), limit: limits.wholePictureBytes)
    }

    static func deflated(_ data: [UInt8]) -> [UInt8] {
        let deflater = Deflater()
        deflater.add(data)
        return deflater.finish()
    }

    /// Of a profile, what decides colours.
    private mutating func profile(_ stream: PDFStreamData) throws -> PDFPacked? {
        if policy.keep.contains(.icc) || allowList.rule(for: PDFPart.profileTexts, policy: policy) != nil { return nil }
        let data = try unpacked(stream)
        guard data.dropFirst(36).starts(with: Array("acsp".utf8)) else {
            // No profile at all: readers take one of the plain spaces, as they do for nothing.
            return PDFPacked(filters: [], pieces: [], drops: data.isEmpty ? [] : [.profileTexts])
        }
        let profile = try EmbeddedProfile(data, limits: limits)
        if profile.isNormal { return nil }
        return PDFPacked(
            filters: [Self.flate], pieces: [.bytes(Self.deflated(profile.normalForm))], drops: [.profileTexts])
    }

    /// A file of a known kind is scrubbed as it is elsewhere; any other one stays as it is.
    private mutating func attached(_ stream: PDFStreamData) throws -> PDFPacked {
        var whole = PDFPacked(filters: stream.filters, pieces: pieces(stream), isOpaque: true)
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
        case .unreadable(let error): throw error
        case .range(var range):
            let head = try window.bytes(in: range.prefix(16))
            range = range.dropFirst(head.prefix(while: PDFLexer.isWhite).count)
            scrub = try picture(SliceSource(source, range))
            pieces = scrub.plan.pieces.map { $0.moved(by: range.lowerBound) }
        case .bytes(let bytes):
            let memory = MemorySource(Array(bytes.dropFirst(bytes.prefix(16).prefix(while: PDFLexer.isWhite).count)))
            scrub = try picture(memory)
            pieces = [.bytes(try scrub.plan.bytes(from: memory))]
        }
        return PDFPacked(
            filters: stream.filters, pieces: pieces, drops: scrub.findings.isClean ? [] : [.pictureMetadata],
            inner: scrub)
    }
}
