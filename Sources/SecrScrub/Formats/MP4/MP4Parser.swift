internal import SecrBytes

/// Assigns every byte of an MP4 or QuickTime file to a node, and reads its tracks (ISO/IEC 14496-12).
struct MP4Parser {
    /// Whether samples are looked into; not needed where they are known to be those of an input in which nothing was found.
    var looksIntoSamples = true
    private let limits: Limits
    private var window: ByteWindow
    private var reader: BoxReader
    private var account = BoxAccount<MP4Node>()
    private var facts: [Finding] = []
    private var fragments: MP4FragmentReader?
    private var segments: [MP4Segment] = []
    private var access: [MP4RandomAccess] = []
    private var accessBox: Box?

    init(_ window: ByteWindow, limits: Limits) {
        var limits = limits
        limits.nodes = limits.videoNodes
        self.window = window
        self.limits = limits
        reader = BoxReader(limits: limits)
    }

    mutating func parse() throws -> MP4Document {
        let top = try reader.cut(0..<window.size, isFile: true, &window)
        guard let moov = top.boxes.first(where: { $0.type == "moov" }) else {
            throw ParseError(.truncated, at: window.size, "the file says nothing of what is in it (no moov)")
        }
        if top.boxes.count(where: { $0.type == "moov" }) > 1 {
            throw ParseError(.unsupported, at: 0, "two movies in one file")
        }
        var document: MP4Document?
        var brands: [FourCC] = []
        for (place, box) in top.boxes.enumerated() {
            switch box.type {
            case "ftyp" where place == 0:
                brands = try self.brands(box)
                account.add(.fileType, box.range, "file type")
            case "moov":
                let movie = try movie(box)
                document = movie
                fragments = MP4FragmentReader(movie, limits: limits)
            case "mdat":
                account.add(.framing, box.range.lowerBound..<box.content.lowerBound, "box header")
                account.add(.media, box.content, "data of samples")
            case "pnot", "PICT": account.add(.preview, box.range, "preview")
            case "meta": account.add(.metadata, box.range, "metadata of the file")
            case "udta": account.add(.userData, box.range, "texts of the file")
            default: try segment(box)
            }
        }
        guard var document else { throw ParseError(.malformed, at: 0, "no movie") }
        document.nodes = try account.finish(behind: top.rest, &window, limits: limits)
        // Where nothing is encrypted, nobody needs keys.
        if document.keys.isEmpty {
            for place in document.nodes.indices where document.nodes[place].kind == .keys {
                (document.nodes[place].kind, document.nodes[place].label) = (.vendorBox, "box pssh")
            }
        }
        document.brands = brands
        document.media = top.boxes.filter { $0.type == "mdat" }.map(\.content)
        document.isTablesFirst = document.media.first.map { moov.range.lowerBound < $0.lowerBound } ?? true
        document.facts = facts + (fragments?.facts ?? [])
        try classify(&document)
        let starts = Set(top.boxes.map(\.range.lowerBound) + [top.rest.lowerBound])
        document.resolve(segments, access, from: accessBox, starts: starts)
        try requireMedia(document)
        guard looksIntoSamples else { return document }
        document.coded = try MP4CodedSamples(document, window.source, limits: limits).findings()
        document.changes = try document.coded.takeChanges()
        return document
    }

    /// What stands between the parts of a stream.
    private mutating func segment(_ box: Box) throws {
        switch box.type {
        case "moof":
            guard let fragment = try fragments?.read(box, into: &account, &window) else {
                throw ParseError(.unsupported, at: box.range.lowerBound, "a fragment in front of its movie")
            }
            segments.append(.fragment(fragment))
        case "sidx":
            let index = try MP4SegmentIndex(box, reader.content(of: box, &window))
            segments.append(.index(index))
            account.add(.segmentIndex, box, endingAt: box.range.lowerBound + index.size, "index")
        case "mfra" where accessBox == nil: try readAccess(box)
        case "styp": account.add(.fileType, box.range, "type of a part")
        case "ssix": account.add(.staleIndex, box.range, "index of levels")
        case "prft": account.add(.clock, box.range, "the sender's clock")
        case "emsg": account.add(.event, box.range, "event")
        default: account.add(unneeded: box)
        }
    }

    private mutating func readAccess(_ box: Box) throws {
        accessBox = box
        for table in try reader.cut(box.content, &window).boxes {
            let start = table.content.lowerBound
            switch table.type {
            case "tfra":
                let content = try reader.content(of: table, &window)
                var fields = FieldReader(content, at: 0)
                access.append(try MP4RandomAccess(&fields))
                account.add(.segmentIndex, table, endingAt: start + fields.position, "where one can start")
            case "mfro" where table.content.count >= 8:
                account.add(.segmentIndex, table, endingAt: start + 8, "size of the index")
            default: account.add(unneeded: table)
            }
        }
        account.close(box)
    }

    private mutating func brands(_ box: Box) throws -> [FourCC] {
        let content = try reader.content(of: box, &window)
        guard content.count >= 8, content.count <= 1_024 else {
            throw ParseError(.malformed, at: box.range.lowerBound, "a file type that makes no sense")
        }
        return try ([0] + stride(from: 8, to: content.count - 3, by: 4)).map { try content.fourCC(at: $0) }
    }

    private mutating func movie(_ moov: Box) throws -> MP4Document {
        let boxes = try reader.cut(moov.content, isFile: true, &window).boxes
        guard let box = boxes.first(where: { $0.type == "mvhd" }) else {
            throw ParseError(
                .unsupported, at: moov.range.lowerBound, "a movie without a header, compressed or in another file")
        }
        let header = try MP4Header("mvhd", reader.content(of: box, &window))
        facts += header.facts(of: "movie", in: box)
        var keys: [Box] = []
        var document = MP4Document(
            size: window.size, nodes: [], brands: [], header: header, tracks: [], gapless: [], facts: [], media: [],
            isTablesFirst: true)
        for child in boxes {
            switch child.type {
            case "mvhd" where child == box: account.add(.movieHeader, child.range, "movie")
            case "trak":
                guard document.tracks.count < limits.tracks else {
                    throw ParseError(.limit, at: child.range.lowerBound, "too many tracks")
                }
                var track = MP4TrackReader(limits: limits)
                document.tracks.append(try track.read(child, into: &account, &window))
                facts += track.facts
            case "udta": try userData(child, &document)
            case "meta": account.add(.metadata, child.range, "metadata of the movie")
            case "mvex": try readExtension(child, &document)
            case "pssh":
                keys.append(child)
                account.add(.keys, child.range, "where keys are to be had")
            case "rmra", "cmov":
                throw ParseError(.unsupported, at: child.range.lowerBound, "a video in other files, or packed")
            default: account.add(unneeded: child)
            }
        }
        account.close(moov)
        if document.tracks.contains(where: \.isProtected) {
            for box in keys { document.keys += try reader.copy(of: box, &window) }
        }
        let ids = document.tracks.map(\.id)
        guard Set(ids).count == ids.count else {
            throw ParseError(.malformed, at: moov.range.lowerBound, "two tracks with one number")
        }
        return document
    }

    private mutating func readExtension(_ box: Box, _ document: inout MP4Document) throws {
        var found = MP4Extension()
        for child in try reader.cut(box.content, &window).boxes {
            let content = try reader.content(of: child, &window)
            switch child.type {
            case "mehd":
                let width = try FullBoxHead(content).version == 0 ? 4 : 8
                found.duration = try content.integer(at: 4, bytes: width)
                account.add(.movieHeader, child, endingAt: child.content.lowerBound + 4 + width, "length")
            case "trex":
                found.defaults[try content.uint32(at: 4)] = try MP4Extension.Defaults(content)
                let end = child.content.lowerBound + MP4Extension.Defaults.size
                account.add(.movieHeader, child, endingAt: end, "what samples of fragments are")
            default: account.add(unneeded: child)
            }
        }
        account.close(box)
        document.extension = found
    }

    /// Texts of the movie. What players need of it is how much sound to leave out.
    private mutating func userData(_ box: Box, _ document: inout MP4Document) throws {
        for entry in try reader.cut(box.content, isFile: true, &window).boxes {
            if entry.type == "meta", document.gapless.isEmpty,
                let found = try MP4Gapless.find(in: entry, &window, reader)
            {
                document.gapless = found
                if try window.bytes(in: box.range) == found {
                    account.add(.gapless, box.range, "gapless playback")
                    return
                }
            }
            switch entry.type {
            case "meta": account.add(.metadata, entry.range, "metadata of the movie")
            case "free", "skip": account.add(unneeded: entry)
            default: account.add(.userData, entry.range, "text \(MP4Values.name(of: entry.type))")
            }
        }
        account.close(box)
    }

    /// All data of tracks that are seen or heard lie in a box for such data.
    private func requireMedia(_ document: MP4Document) throws(ParseError) {
        let media = MP4Regions(document.media)
        let fragments = document.fragments
        let chunks = document.kept.flatMap(\.samples.chunks).map(\.range)
        let runs = fragments.flatMap(\.parts).flatMap(\.runs).map(\.range)
        for ranges in [chunks, runs] {
            if let range = ranges.first(where: { !media.contain($0) }) {
                throw ParseError(.truncated, at: range.lowerBound, "samples that are not in the file")
            }
        }
        guard !chunks.isEmpty || !runs.isEmpty else {
            throw ParseError(.unsupported, at: 0, "no pictures and no sound")
        }
        // Each of them is written with data of its own.
        guard fragments.reduce(0, { $0 + $1.regions.size }) <= window.size else {
            throw ParseError(.unsupported, at: 0, "fragments that share their data")
        }
    }

    /// Tracks of texts and pictures can be chapters, or places on earth.
    private mutating func classify(_ document: inout MP4Document) throws {
        let chapters = Set(document.tracks.flatMap(\.references).filter { $0.type == "chap" }.flatMap(\.targets))
        for track in document.kept {
            if let type = track.entries.first?.auxiliaryType, !AuxiliaryPicture.alpha.contains(type) {
                document.name(track.id, .timedMetadata, AuxiliaryPicture.name(type))
            } else if chapters.contains(track.id) {
                document.name(track.id, .chapters, "chapters")
            } else if ["text", "sbtl", "subt"].contains(track.handler),
                let first = firstRange(of: track)?.prefix(1_024),
                first.upperBound <= window.size, MP4TimedMetadata.isPosition(try window.bytes(in: first))
            {
                document.name(track.id, .position, "positions, as subtitles")
            }
        }
        guard !document.kept.isEmpty else { throw ParseError(.unsupported, at: 0, "no pictures and no sound") }
    }

    private func firstRange(of track: MP4Track) -> Range<Int>? {
        if let chunk = track.samples.chunks.first { return chunk.range }
        for case .fragment(let fragment) in segments {
            for part in fragment.parts where part.track == track.id {
                if let run = part.runs.first(where: { !$0.range.isEmpty }) { return run.range }
            }
        }
        return nil
    }
}
