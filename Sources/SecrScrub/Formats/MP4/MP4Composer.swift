internal import SecrBytes

/// Writes an MP4 or QuickTime file in the only form in which one is ever written: tables in one order, then or before
/// them the data of all samples without anything between them.
struct MP4Composer {
    private let document: MP4Document
    private let kept: [MP4Track]
    /// Where the data of samples are, in the order in which they are written.
    let regions: MP4Regions
    /// Parts that a policy keeps as they are: texts, which stand in the movie, and others, which come last.
    private let texts: [MP4Node]
    let others: [MP4Node]
    private let fragments: MP4FragmentComposer
    private let isStrict: Bool
    private let isTablesFirst: Bool
    private let statement: MP4Statement
    private var window: ByteWindow

    init(_ original: Parsed<MP4Document>, policy: Policy, handler: MP4Handler) {
        document = original.document
        window = ByteWindow(original.source)
        kept = document.kept
        regions = document.regions
        fragments = MP4FragmentComposer(document, policy: policy)
        isStrict = policy.profile == .strict
        statement = MP4Statement(statement: handler.statement)
        isTablesFirst =
            document.isTablesFirst || handler.putsTablesFirst || isStrict || !document.segments.isEmpty
        let copied = document.nodes.filter { handler.allowList.rule(for: $0.kind, policy: policy) == .copied }
        texts = copied.filter { [.userData, .metadata].contains($0.kind) }
        others = copied.filter { ![.userData, .metadata].contains($0.kind) }
    }

    mutating func compose() throws -> OutputPlan {
        let type = fileType
        var mediaHead: [UInt8] = []
        if regions.size > 0 || !isFragmented { mediaHead.appendBoxHeader("mdat", contentSize: regions.size) }
        // How large the tables are does not depend on where the data are, but for how large the numbers have to be.
        var isWide = regions.size > Int(UInt32.max)
        var tables = try movie(at: 0, mediaStart: 0, isWide: isWide)
        if !isWide, type.count + tables.count + mediaHead.count + regions.size > Int(UInt32.max) {
            isWide = true
            tables = try movie(at: 0, mediaStart: 0, isWide: true)
        }
        let mediaStart = type.count + (isTablesFirst ? tables.count : 0) + mediaHead.count
        let start = isTablesFirst ? type.count : mediaStart + regions.size
        tables = try movie(at: start, mediaStart: mediaStart, isWide: isWide)
        var plan = OutputPlan()
        plan.append(.bytes(type))
        if isTablesFirst { plan.append(.bytes(tables)) }
        plan.append(.bytes(mediaHead))
        for range in regions.ranges { for piece in document.changes.pieces(of: range) { plan.append(piece) } }
        if !isTablesFirst { plan.append(.bytes(tables)) }
        let end = plan.size
        try fragments.append(to: &plan, at: end)
        for node in others { plan.append(.copy(node.range)) }
        plan.append(.bytes(fragments.randomAccess(segmentsAt: end)))
        return plan
    }

    private var isFragmented: Bool { !document.segments.isEmpty }

    private static let brands: Set<FourCC> = [
        "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "avc1", "hvc1", "av01",
        "M4A ", "M4B ", "M4V ", "qt  ", "3gp4", "3gp5", "3gp6", "3gp7", "3g2a", "3g2b", "3g2c", "dby1", "cmfc",
        "cmf2", "dash", "msdh", "msix",
    ]
    /// Of sequences of pictures.
    private static let sequenceBrands: Set<FourCC> = [
        "msf1", "hevc", "hevx", "avis", "avcs", "miaf", "MA1A", "MA1B", "MiHB", "MiHA", "MiHE",
    ]
    /// Of readers that know that places count from the beginning of a fragment.
    private static let fragmentBrands: Set<FourCC> = [
        "iso5", "iso6", "iso7", "iso8", "iso9", "cmfc", "cmf2", "dash", "msdh",
    ]

    /// The brands that say how the file is to be read, in their order; QuickTime where it says nothing. Only the most common
    /// ones in `strict`: the choice tells programs apart.
    private var fileType: [UInt8] {
        var seen: Set<FourCC> = []
        // Sequences of pictures are known by theirs.
        let isSequence = document.brands.first.map(Self.sequenceBrands.contains) == true
        let brands = isSequence ? Self.brands.union(Self.sequenceBrands) : Self.brands
        let known = isStrict && !isSequence ? [] : document.brands.filter { brands.contains($0) }
        let major = document.isQuickTime ? "qt  " : known.first ?? "isom"
        var others = known.dropFirst(document.brands.first == major ? 1 : 0).filter { seen.insert($0).inserted }
        if isFragmented, Self.fragmentBrands.isDisjoint(with: others + [major]) { others.append("iso5") }
        if others.isEmpty { others = [major] }
        var bytes: [UInt8] = []
        bytes.appendBox("ftyp", major.bytes + [0, 0, 0, 0] + others.flatMap(\.bytes))
        return bytes
    }

    // MARK: Tables

    /// The box `moov`.
    ///
    /// - Parameters:
    ///   - start: where it begins.
    ///   - mediaStart: where the data of samples begin.
    ///   - isWide: whether places have 64 bits.
    mutating func movie(at start: Int, mediaStart: Int, isWide: Bool) throws -> [UInt8] {
        var content = document.header.written(on: statement.date)
        // The last field is the number of the next track.
        var next: [UInt8] = []
        next.appendBigEndian32(min((kept.map(\.id).max() ?? 0) + 1, Int(UInt32.max)))
        content.replaceSubrange((content.count - 4)..., with: next)
        for track in kept {
            let position = start + 2 * Box.headerSize + content.count
            content.appendBox("trak", self.track(track, at: position, mediaStart: mediaStart, isWide: isWide))
        }
        content += document.keys
        if isFragmented { content += document.extension?.written(for: kept.map(\.id)) ?? [] }
        // Where the texts are kept, what they say of gaps is among them.
        if !texts.contains(where: { $0.kind == .metadata }) { content += document.gapless }
        if !texts.isEmpty { content.appendBox("udta", try texts.flatMap { try window.bytes(in: $0.range) }) }
        content += statement.inMovie(isQuickTime: document.isQuickTime)
        guard content.count < Int(Int32.max) else { throw ScrubError(.refused, "tables of more than 2 GiB") }
        var bytes: [UInt8] = []
        bytes.appendBox("moov", content)
        return bytes
    }

    private func track(_ track: MP4Track, at start: Int, mediaStart: Int, isWide: Bool) -> [UInt8] {
        var tables = self.tables(track, mediaStart: mediaStart, isWide: isWide)
        guard let encryption = track.encryption else { return self.track(track, tables: tables) }
        // What is needed to decrypt samples comes last in the track, and its place is the last of its tables.
        let size = self.track(track, tables: tables + encryption.tables(dataAt: 0, isWide: isWide)).count
        tables += encryption.tables(dataAt: start + size, isWide: isWide)
        return self.track(track, tables: tables) + encryption.written
    }

    private func track(_ track: MP4Track, tables: [UInt8]) -> [UInt8] {
        var media = track.mediaHeader.written
        media.appendFullBox("hdlr", [0, 0, 0, 0] + track.handler.bytes + [UInt8](repeating: 0, count: 13))
        media += track.language
        var own: [UInt8] = []
        own.appendFullBox("url ", flags: 1, [])
        var references: [UInt8] = []
        references.appendFullBox("dref", [0, 0, 0, 1] + own)
        var information = track.information
        information.appendBox("dinf", references)
        information.appendBox("stbl", tables)
        media.appendBox("minf", information)
        var bytes = track.header.written + track.aperture + Self.edits(track) + self.references(of: track)
        bytes.appendBox("mdia", media)
        return bytes + track.sphere + track.selection
    }

    private func tables(_ track: MP4Track, mediaStart: Int, isWide: Bool) -> [UInt8] {
        var (entries, runs, places): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        entries.appendBigEndian32(track.entries.count)
        for entry in track.entries { entries += entry.written }
        var (runCount, last) = (0, (samples: 0, description: 0))
        places.reserveCapacity(track.samples.chunks.count * (isWide ? 8 : 4) + 4)
        places.appendBigEndian32(track.samples.chunks.count)
        for (number, chunk) in track.samples.chunks.enumerated() {
            if (chunk.samples, chunk.description) != last {
                for field in [number + 1, chunk.samples, chunk.description] { runs.appendBigEndian32(field) }
                runCount += 1
                last = (chunk.samples, chunk.description)
            }
            let place = mediaStart + regions.position(of: chunk.range)
            if isWide { places.appendBigEndian(place, bytes: 8) } else { places.appendBigEndian32(place) }
        }
        var count: [UInt8] = []
        count.appendBigEndian32(runCount)
        var bytes: [UInt8] = []
        bytes.appendFullBox("stsd", entries)
        for table in track.samples.others { bytes += table }
        bytes.appendFullBox("stsc", count + runs)
        bytes.appendBox("stsz", track.samples.sizes.written)
        bytes.appendFullBox(isWide ? "co64" : "stco", places)
        return bytes
    }

    private static func edits(_ track: MP4Track) -> [UInt8] {
        let edits = track.edits
        if edits.isEmpty { return [] }
        let isLong = edits.contains { $0.duration > Int(UInt32.max) || ($0.start ?? 0) > Int(Int32.max) }
        var (list, bytes): ([UInt8], [UInt8]) = ([], [])
        list.appendBigEndian32(edits.count)
        for edit in edits {
            list.appendBigEndian(edit.duration, bytes: isLong ? 8 : 4)
            if let start = edit.start {
                list.appendBigEndian(start, bytes: isLong ? 8 : 4)
            } else {
                list += [UInt8](repeating: 0xFF, count: isLong ? 8 : 4)
            }
            list.appendBigEndian32(edit.rate)
        }
        var box: [UInt8] = []
        box.appendFullBox("elst", version: isLong ? 1 : 0, flags: track.repeatsEdits ? 1 : 0, list)
        bytes.appendBox("edts", box)
        return bytes
    }

    private func references(of track: MP4Track) -> [UInt8] {
        var (content, bytes): ([UInt8], [UInt8]) = ([], [])
        for reference in MP4References.kept(of: track, in: kept) {
            var entry: [UInt8] = []
            for target in reference.targets { entry.appendBigEndian32(target) }
            content.appendBox(reference.type, entry)
        }
        if !content.isEmpty { bytes.appendBox("tref", content) }
        return bytes
    }
}

/// References between tracks that stay.
enum MP4References {
    static func kept(of track: MP4Track, in tracks: [MP4Track]) -> [MP4Track.Reference] {
        let ids = Set(tracks.map(\.id))
        return track.references.compactMap { reference in
            guard MP4Track.referenceTypes.contains(reference.type) else { return nil }
            let targets = reference.targets.filter(ids.contains)
            return targets.isEmpty ? nil : MP4Track.Reference(type: reference.type, targets: targets)
        }
    }
}
