internal import SecrBytes

/// Assigns every byte of an MP4 or QuickTime file to a node, and reads its tracks (ISO/IEC 14496-12).
struct MP4Parser {
    private let limits: Limits
    private var window: ByteWindow
    private var reader: BoxReader
    private var account = BoxAccount<MP4Node>()
    private var facts: [Finding] = []

    init(_ window: ByteWindow, limits: Limits) {
        self.window = window
        self.limits = limits
        reader = BoxReader(limits: limits)
    }

    mutating func parse() throws -> MP4Document {
        let top = try reader.cut(0..<window.size, isFile: true, &window)
        try refuse(top.boxes)
        guard let moov = top.boxes.first(where: { $0.type == "moov" }) else {
            throw ParseError(.truncated, at: window.size, "the file says nothing of what is in it (no moov)")
        }
        let media = top.boxes.filter { $0.type == "mdat" }
        var document: MP4Document?
        var brands: [FourCC] = []
        for (place, box) in top.boxes.enumerated() {
            switch box.type {
            case "ftyp" where place == 0:
                brands = try self.brands(box)
                account.add(.fileType, box.range, "file type")
            case "moov" where box == moov: document = try movie(box)
            case "mdat":
                account.add(.framing, box.range.lowerBound..<box.content.lowerBound, "box header")
                account.add(.media, box.content, "data of samples")
            case "pnot", "PICT": account.add(.preview, box.range, "preview")
            case "meta": account.add(.metadata, box.range, "metadata of the file")
            case "udta": account.add(.userData, box.range, "texts of the file")
            default: account.add(unneeded: box)
            }
        }
        guard var document else { throw ParseError(.malformed, at: 0, "no movie") }
        document.nodes = try account.finish(behind: top.rest, &window, limits: limits)
        document.brands = brands
        document.media = media.map(\.content)
        document.isTablesFirst = media.first.map { moov.range.lowerBound < $0.range.lowerBound } ?? true
        document.facts = facts
        try requireMedia(document)
        try classify(&document)
        return document
    }

    private mutating func brands(_ box: Box) throws -> [FourCC] {
        let content = try reader.content(of: box, &window)
        guard content.count >= 8, content.count <= 1_024 else {
            throw ParseError(.malformed, at: box.range.lowerBound, "a file type that makes no sense")
        }
        return try ([0] + stride(from: 8, to: content.count - 3, by: 4)).map { try content.fourCC(at: $0) }
    }

    private func refuse(_ boxes: [Box]) throws(ParseError) {
        if let box = boxes.first(where: { $0.type == "moof" }) {
            throw ParseError(.unsupported, at: box.range.lowerBound, "a video in fragments: not handled yet")
        }
        if boxes.count(where: { $0.type == "moov" }) > 1 {
            throw ParseError(.unsupported, at: 0, "two movies in one file")
        }
    }

    private mutating func movie(_ moov: Box) throws -> MP4Document {
        let boxes = try reader.cut(moov.content, isFile: true, &window).boxes
        guard let box = boxes.first(where: { $0.type == "mvhd" }) else {
            throw ParseError(
                .unsupported, at: moov.range.lowerBound, "a movie without a header, compressed or in another file")
        }
        let header = try MP4Header("mvhd", reader.content(of: box, &window))
        facts += header.facts(of: "movie", in: box)
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
            case "mvex", "rmra", "cmov":
                throw ParseError(.unsupported, at: child.range.lowerBound, "a video in fragments, or in other files")
            default: account.add(unneeded: child)
            }
        }
        account.close(moov)
        let ids = document.tracks.map(\.id)
        guard Set(ids).count == ids.count else {
            throw ParseError(.malformed, at: moov.range.lowerBound, "two tracks with one number")
        }
        return document
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
            account.add(
                entry.type == "meta" ? .metadata : .userData, entry.range,
                entry.type == "meta" ? "metadata of the movie" : "text \(MP4Values.name(of: entry.type))")
        }
        account.close(box)
    }

    /// Every chunk of a track that is seen or heard lies in a box for such data.
    private func requireMedia(_ document: MP4Document) throws(ParseError) {
        var total = 0
        for track in document.kept {
            for chunk in track.samples.chunks where !chunk.range.isEmpty {
                total += chunk.range.count
                var (low, high) = (0, document.media.count)
                while low < high {
                    let middle = (low + high) / 2
                    if document.media[middle].lowerBound <= chunk.range.lowerBound {
                        low = middle + 1
                    } else {
                        high = middle
                    }
                }
                guard low > 0, chunk.range.upperBound <= document.media[low - 1].upperBound else {
                    throw ParseError(.truncated, at: chunk.range.lowerBound, "samples that are not in the file")
                }
            }
        }
        guard document.kept.contains(where: { !$0.samples.chunks.isEmpty }) else {
            throw ParseError(.unsupported, at: 0, "no pictures and no sound")
        }
    }

    /// Tracks of texts and pictures can be chapters, or places on earth.
    private mutating func classify(_ document: inout MP4Document) throws {
        let chapters = Set(document.tracks.flatMap(\.references).filter { $0.type == "chap" }.flatMap(\.targets))
        for track in document.kept {
            if chapters.contains(track.id) {
                document.name(track.id, .chapters, "chapters")
            } else if ["text", "sbtl", "subt"].contains(track.handler),
                let first = track.samples.chunks.first?.range.prefix(1_024),
                MP4TimedMetadata.isPosition(try window.bytes(in: first))
            {
                document.name(track.id, .position, "positions, as subtitles")
            }
        }
        guard !document.kept.isEmpty else { throw ParseError(.unsupported, at: 0, "no pictures and no sound") }
    }
}
