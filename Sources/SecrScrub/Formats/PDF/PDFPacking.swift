internal import SecrBytes
internal import SecrCompression

/// Data of a stream as they are written.
struct PDFPacked: Sendable {
    var filters: [PDFFilter]
    var pieces: [OutputPlan.Piece]
    var drops: Set<PDFPart> = []
    /// Of a picture that is a file of its own.
    var inner: PreparedScrub?
    /// Whether it is a file that nobody looked into.
    var isOpaque = false
    /// Of instructions, what stays between them.
    var notes = Notes()
    /// Whether it has been found to be the same as in the document that it was written from.
    var isKnown = false

    struct Notes: Sendable {
        var comments = 0
        /// Pictures that could not be looked into.
        var photos = 0
        var isWhole = true
    }

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
    /// One for all streams.
    private let inflater = Inflater(limit: 0)

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
        if kind == .segments { return try segments(stream) }
        if kind?.paints == true, stream.filters.allSatisfy({ !PDFFilters.pictures.contains($0.name) }) {
            return try instructions(stream)
        }
        switch stream.filters.last?.name {
        case "DCTDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            return try jpeg(stream)
        case "JPXDecode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            let bytes = try stream.bytes(from: &window)
            let parts = try PDFJPEG2000.needed(bytes) { [self] in try normalProfile($0) }
            return cut(stream, bytes, to: parts)
        case "JBIG2Decode" where allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil:
            return try segments(stream)
        case "CCITTFaxDecode" where allowList.rule(for: PDFPart.slack, policy: policy) == nil:
            let bytes = try stream.bytes(from: &window)
            guard let end = PDFFax.end(of: bytes, stream.filters.last), end < bytes.count else {
                return PDFPacked(filters: stream.filters, pieces: pieces(stream))
            }
            return PDFPacked(filters: stream.filters, pieces: beginning(end, of: stream), drops: [.slack])
        case "FlateDecode" where allowList.rule(for: PDFPart.slack, policy: policy) == nil:
            return unsafe try flate(stream)
        default: return PDFPacked(filters: stream.filters, pieces: pieces(stream))
        }
    }

    /// Data that were cut down already, if they are the same.
    private mutating func same(_ stream: PDFStreamData, as known: PDFPacked) throws -> PDFPacked? {
        guard let original, case .range(let range) = stream.place, range.count == known.count,
            stream.filters == known.filters
        else { return nil }
        var start = range.lowerBound
        for piece in known.pieces {
            let part = start..<start + piece.count
            let isSame =
                switch piece {
                case .copy(let from): try source.isCopy(part, of: from, in: original)
                case .bytes(let bytes) where bytes.count <= ByteWindow.defaultCapacity:
                    try window.bytes(in: part).holdsSameBytes(as: bytes)
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

    private func cut(_ stream: PDFStreamData, _ bytes: [UInt8], to parts: [PDFJPEG2000.Part]) -> PDFPacked {
        let isWhole = parts == [.copy(0..<bytes.count)]
        return PDFPacked(
            filters: stream.filters, pieces: isWhole ? pieces(stream) : placed(parts, of: stream, bytes),
            drops: isWhole ? [] : [.pictureMetadata])
    }

    /// JBIG2, or what several of its pictures have in common, which can be packed once more.
    private mutating func segments(_ stream: PDFStreamData) throws -> PDFPacked {
        guard stream.filters.first?.name != "FlateDecode" else {
            var packed = unsafe try flate(stream)
            let data = try unpacked(stream)
            guard let kept = PDFJBIG2.withoutNotes(data) else { return packed }
            packed.filters = [Self.flate]
            packed.pieces = [.bytes(Self.deflated(kept.flatMap { data[$0] }))]
            packed.drops.insert(.pictureMetadata)
            return packed
        }
        let bytes = try stream.bytes(from: &window)
        let kept = PDFJBIG2.withoutNotes(bytes) ?? [0..<bytes.count]
        return cut(stream, bytes, to: kept.map { .copy($0) })
    }

    /// Of a part of the data: where it lies in the file.
    private func placed(
        _ parts: [PDFJPEG2000.Part], of stream: PDFStreamData, _ bytes: [UInt8]
    ) -> [OutputPlan.Piece] {
        parts.map { part in
            switch (part, stream.place) {
            case (_, .range(let whole)): part.moved(by: whole.lowerBound)
            case (.copy(let range), _): .bytes(Array(bytes[range]))
            case (.bytes, _): part
            }
        }
    }

    /// What lies behind the end of the packed data goes; data without an end are packed anew.
    ///
    /// - Parameter use: gets what is unpacked, piece by piece.
    private mutating func flate(
        _ stream: PDFStreamData, _ use: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws -> PDFPacked {
        inflater.restart(limit: room)
        unsafe try feed(stream, use)
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

    private mutating func feed(
        _ stream: PDFStreamData, _ use: (UnsafeRawBufferPointer) -> Void
    ) throws {
        // Safe: the pointers do not leave the closures.
        switch stream.place {
        case .unreadable: return
        case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe inflater.feed($0, use) }
        case .range(let range):
            var position = range.lowerBound
            while position < range.upperBound, inflater.state == .hungry {
                let end = min(range.upperBound, position + 64 * 1024)
                unsafe try window.bytes(in: position..<end).withUnsafeBytes { unsafe inflater.feed($0, use) }
                position = end
            }
        }
    }

    /// As much as can be had.
    private mutating func unpacked(_ stream: PDFStreamData) throws -> [UInt8] {
        var spent = 0
        defer { room = max(0, room - spent) }
        return try PDFFilters.undo(
            stream.filters, stream.bytes(from: &window), limit: min(room, limits.wholePictureBytes), spent: &spent)
    }

    static func deflated(_ data: [UInt8]) -> [UInt8] {
        let deflater = Deflater()
        deflater.add(data)
        return deflater.finish()
    }

    /// Of a profile, what decides colours.
    private mutating func profile(_ stream: PDFStreamData) throws -> PDFPacked? {
        if keepsProfiles { return nil }
        let data = try unpacked(stream)
        guard data.dropFirst(36).starts(with: Array("acsp".utf8)) else {
            // No profile at all: readers take one of the plain spaces, as they do for nothing.
            return PDFPacked(filters: [], pieces: [], drops: data.isEmpty ? [] : [.profileTexts])
        }
        guard let normal = try normalProfile(data) else { return nil }
        return PDFPacked(filters: [Self.flate], pieces: [.bytes(Self.deflated(normal))], drops: [.profileTexts])
    }

    /// `nil` where it is that already, or is to stay.
    private func normalProfile(_ data: [UInt8]) throws -> [UInt8]? {
        if keepsProfiles { return nil }
        let profile = try EmbeddedProfile(data, limits: limits)
        return profile.isNormal ? nil : profile.normalForm
    }

    private var keepsProfiles: Bool {
        policy.keep.contains(.icc) || allowList.rule(for: PDFPart.profileTexts, policy: policy) != nil
    }

    /// A file of a known kind is scrubbed as it is elsewhere; any other one stays as it is.
    private mutating func attached(_ stream: PDFStreamData) throws -> PDFPacked {
        var whole =
            stream.filters == [Self.flate]
            ? unsafe try flate(stream) : PDFPacked(filters: stream.filters, pieces: pieces(stream))
        whole.isOpaque = true
        let data = try unpacked(stream)
        let memory = MemorySource(data)
        guard data.count <= limits.attachedBytes, let scrub = try? file(memory) else { return whole }
        whole.isOpaque = scrub.limitations.contains(where: \.isOpaque)
        if scrub.findings.isClean, try scrub.plan.isIdentity(of: memory) { return whole }
        let output = try scrub.plan.bytes(from: memory)
        try scrub.verify(MemorySource(output))
        whole.filters = [Self.flate]
        whole.pieces = [.bytes(Self.deflated(output))]
        whole.drops.insert(.attachmentDetails)
        return whole
    }

    /// Pictures among instructions become what they would be elsewhere; comments go where the policy is strict.
    private mutating func instructions(_ stream: PDFStreamData) throws -> PDFPacked {
        var data: [UInt8] = []
        var packed = PDFPacked(filters: stream.filters, pieces: pieces(stream))
        if stream.filters.isEmpty {
            data = try stream.bytes(from: &window)
        } else {
            // Safe: only copied.
            packed = unsafe try flate(stream) { unsafe data += $0 }
            if stream.filters != [Self.flate] { data = try unpacked(stream) }
        }
        guard PDFInstructions.areSuspect(data) else { return packed }
        let found = PDFInstructions(data)
        packed.notes = PDFPacked.Notes(comments: found.comments.count, isWhole: found.isWhole)
        var edits: [PDFInstructions.Edit] = []
        if policy.profile == .strict, !found.comments.isEmpty {
            edits += found.commentEdits
            packed.notes.comments = 0
            packed.drops.insert(.instructionComments)
        }
        if allowList.rule(for: PDFPart.pictureMetadata, policy: policy) == nil {
            for photo in found.photos {
                guard let (own, isClean) = try? photoEdits(photo, data) else {
                    packed.notes.photos += 1
                    continue
                }
                if !isClean { packed.drops.insert(.pictureMetadata) }
                edits += own
            }
        }
        guard !edits.isEmpty else { return packed }
        packed.filters = [Self.flate]
        packed.pieces = [.bytes(Self.deflated(found.replacing(edits)))]
        return packed
    }

    /// Nothing where the picture is as it has to be. Filters around it become the simplest one, whose end everybody finds.
    private func photoEdits(
        _ photo: PDFInstructions.Photo, _ data: [UInt8]
    ) throws -> (edits: [PDFInstructions.Edit], isClean: Bool) {
        let front = photo.filters.dropLast().map { PDFFilter(name: $0) }
        guard front.isEmpty || !photo.hasParameters else {
            throw ParseError(.unsupported, at: photo.data.lowerBound, "a picture with several filters")
        }
        let unpacked = try PDFFilters.undo(front, Array(data[photo.data]), limit: limits.attachedBytes)
        // Of two bytes that end a line, only the first belongs to the instruction.
        let memory = MemorySource(Self.withoutSpace(unpacked))
        let scrub = try picture(memory)
        if memory.size == unpacked.count, try scrub.plan.isIdentity(of: memory) { return ([], true) }
        var output = try scrub.plan.bytes(from: memory)
        try scrub.verify(MemorySource(output))
        var edits: [PDFInstructions.Edit] = []
        if !front.isEmpty {
            output = Array(output.map(Self.hexadecimal).joined().utf8) + [0x3E]
            edits.append((photo.filterRange, Array("[/AHx/DCT]".utf8)))
        }
        if let range = photo.lengthRange { edits.append((range, Array(String(output.count).utf8))) }
        return (edits + [(photo.data, output)], scrub.findings.isClean)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// Decoders of JPEG begin with the first byte that is none.
    private static func withoutSpace(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.dropFirst(bytes.prefix(16).prefix(while: PDFLexer.isWhite).count))
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
            let memory = MemorySource(Self.withoutSpace(bytes))
            scrub = try picture(memory)
            pieces = [.bytes(try scrub.plan.bytes(from: memory))]
        }
        return PDFPacked(
            filters: stream.filters, pieces: pieces, drops: scrub.findings.isClean ? [] : [.pictureMetadata],
            inner: scrub)
    }
}
