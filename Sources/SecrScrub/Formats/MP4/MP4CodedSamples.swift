internal import SecrBytes

/// Looks into the samples of all tracks that stay.
struct MP4CodedSamples {
    private let document: MP4Document
    private let limits: Limits
    /// Mostly, the next place to look at is far away.
    private var heads: ByteWindow
    private var wholes: ByteWindow
    private var found: CodedFindings
    /// How the samples of each track are coded, and looked through, for each of its descriptions.
    private var codings: [Int: [FourCC]] = [:]
    private var cleanings: [Int: [Cleaning]] = [:]

    /// Bytes of a head that are read at once.
    private static let headBytes = 512

    init(_ document: MP4Document, _ source: any ByteSource, limits: Limits) {
        self.document = document
        self.limits = limits
        (heads, wholes) = (ByteWindow(source, capacity: Self.headBytes), ByteWindow(source))
        found = CodedFindings(limits: limits)
    }

    /// In the order of decoding: what comes first can say how others are coded.
    consuming func findings() throws -> CodedFindings {
        let isShared = document.hasSharedData
        for track in document.kept where Self.isSeenOrHeard(track) && !track.isProtected {
            codings[track.id] = track.entries.map(\.type)
            cleanings[track.id] = track.entries.map { entry in
                let cleaning = Cleaning(entry.type, entry.setUp, limits: limits)
                if cleaning.leavesRemains { found.skip(entry.type) }
                guard isShared, case .cleaner = cleaning else { return cleaning }
                found.skip(entry.type)
                return .impossible
            }
            try clean(track)
        }
        for part in document.fragments.flatMap(\.parts) { try clean(part) }
        return found
    }

    private static func isSeenOrHeard(_ track: MP4Track) -> Bool {
        ["vide", "auxv", "pict", "soun"].contains(track.handler)
    }

    private mutating func clean(_ track: MP4Track) throws {
        var first = 0
        for chunk in track.samples.chunks {
            defer { first += chunk.samples }
            try clean(chunk.range, of: track.id, chunk.description, chunk.samples) { number throws(ParseError) in
                try track.samples.sizes.size(of: first + number)
            }
        }
    }

    private mutating func clean(_ part: MP4Fragment.Part) throws {
        for run in part.runs {
            try clean(run.range, of: part.track, part.description, run.samples) { number throws(ParseError) in
                try part.size(of: number, in: run)
            }
        }
    }

    /// Samples that lie one behind the other. What makes no sense is left as it is, and said.
    private mutating func clean(
        _ range: Range<Int>, of track: Int, _ description: Int, _ count: Int,
        size: (Int) throws(ParseError) -> Int
    ) throws {
        // Not held beside the table, which would be copied whole for each chunk.
        guard cleanings[track]?.indices.contains(description - 1) == true,
            case .cleaner(var cleaner) = cleanings[track]?[description - 1]
        else { return }
        var at = range.lowerBound
        for number in 0..<count {
            let size = try size(number)
            guard size <= range.upperBound - at else {
                found.skip(codings[track]?[description - 1] ?? "")
                break
            }
            let sample = at..<at + size
            at = sample.upperBound
            if sample.isEmpty { continue }
            do {
                if cleaner.readsWholeSamples {
                    try cleaner.clean(sample, &wholes, &found)
                } else {
                    try cleaner.clean(sample, &heads, &found)
                }
            } catch let error as ParseError {
                guard !found.isFull else { throw error }
                found.skip(codings[track]?[description - 1] ?? "")
            }
        }
        cleanings[track]?[description - 1] = .cleaner(cleaner)
    }
}
