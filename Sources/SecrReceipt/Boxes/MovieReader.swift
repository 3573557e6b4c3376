internal import SecrBytes

/// An MP4 or QuickTime file (ISO/IEC 14496-12): its boxes, and the tracks of its movie.
struct MovieReader: FormatReader {
    let source: any ByteSource
    private let movie: Movie
    let parts: [Part]

    var tracks: Set<Int> { movie.ids }

    init(_ source: any ByteSource) throws {
        self.source = source
        movie = try Movie(source)
        parts = try BoxParts(source, isPicture: false, claims: movie.claims, dropped: movie.dropped).list.parts
        guard !movie.tracks.isEmpty else { throw ParseError(.malformed, at: 0, "no movie") }
    }

    func addEssence(_ scope: EssenceScope, to hasher: inout EssenceHasher) throws {
        var window = ByteWindow(source)
        try movie.addEssence(scope, to: &hasher, &window)
    }
}

/// The tracks of a file, with its fragments.
struct Movie {
    private(set) var tracks: [MovieTrack] = []
    private var timescale = 0
    private var runs: [FragmentRun] = []

    init(_ source: any ByteSource) throws {
        var scanner = BoxScanner(source)
        let top = try scanner.boxes(in: 0..<source.size)
        guard let moov = top.first(where: { $0.type == "moov" }) else { return }
        var defaults: [Int: FragmentRun.Defaults] = [:]
        for box in try scanner.boxes(in: moov.content) {
            switch box.type {
            case "mvhd":
                let content = try scanner.content(of: box)
                timescale = try content.uint32(at: try content.uint8(at: 0) == 1 ? 20 : 12)
            case "trak":
                guard tracks.count < Limits().tracks else {
                    throw ParseError(.limit, at: box.range.lowerBound, "too many tracks")
                }
                tracks.append(try MovieTrack(box, &scanner))
            case "mvex":
                for box in try scanner.boxes(in: box.content) where box.type == "trex" {
                    let content = try scanner.content(of: box)
                    defaults[try content.uint32(at: 4)] = FragmentRun.Defaults(
                        description: try content.uint32(at: 8), duration: try content.uint32(at: 12),
                        size: try content.uint32(at: 16))
                }
            default: continue
            }
        }
        runs = try FragmentRun.all(in: top.filter { $0.type == "moof" }, defaults, &scanner)
    }

    var ids: Set<Int> { Set(tracks.map(\.id)) }

    private var chapters: Set<Int> { Set(tracks.flatMap(\.chapters)) }

    private func isShown(_ track: MovieTrack) -> Bool {
        MovieTrack.shown.contains(track.handler) && !chapters.contains(track.id)
    }

    /// Where tracks begin that nobody sees or hears.
    var dropped: Set<Int> { Set(tracks.filter { !isShown($0) }.map(\.range.lowerBound)) }

    /// What the data of samples are.
    var claims: [Part] {
        let kinds = Dictionary(tracks.map { ($0.id, isShown($0) ? PartClass.coded : .timedMetadata) }) { $1 }
        return tracks.flatMap { track in
            track.samples.chunks.map { Part(kinds[track.id] ?? .unknown, $0.range) }
        } + runs.map { Part(kinds[$0.track] ?? .unknown, $0.range) }
    }

    /// - Throws: where a track is missing that is seen or heard.
    func addEssence(
        _ scope: EssenceScope, to hasher: inout EssenceHasher, _ window: inout ByteWindow
    ) throws {
        hasher.add(timescale)
        for track in tracks {
            guard scope.tracks.contains(track.id) else {
                if track.isNeeded && !chapters.contains(track.id) {
                    throw ReceiptError(
                        .essence, "a track of the input is not in the output", at: track.range.lowerBound)
                }
                continue
            }
            try track.addEssence(scope, fragments: runs.filter { $0.track == track.id }, to: &hasher, &window)
        }
    }
}
