internal import SecrBytes

/// MP4, QuickTime, M4A and 3GP files, from the frame's point of view.
struct MP4Handler: FormatHandler {
    var allowList: AllowList
    /// Whether tables are written in front of the data in any case.
    var putsTablesFirst: Bool
    /// Whether samples go that an edit list leaves out.
    var dropsHidden: Bool
    /// Whether `strict` leaves out of samples what is empty.
    var compacts = true
    var statement = Statement()

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> MP4Document {
        var parser = MP4Parser(window, limits: limits)
        return try parser.parse()
    }

    mutating func state(_ statement: Statement, in original: inout Parsed<MP4Document>, limits: Limits) {
        self.statement = statement
    }

    func summary(of document: MP4Document) -> String {
        let seconds = document.seconds
        let length = seconds == 1 ? "1 second" : "\(seconds) seconds"
        let kinds = document.kept.map { track -> String in
            let coding = track.entries.first?.type.description ?? "nothing"
            switch track.handler {
            case "vide", "auxv", "pict": return "video (\(coding))"
            case "soun": return "sound (\(coding))"
            default: return "subtitles (\(coding))"
            }
        }
        return ([length] + kinds).joined(separator: ", ")
    }

    func limitations(of document: MP4Document, policy: Policy) -> [Limitation] {
        var found: [Limitation] = [.content, .sensorNoiseOfPhotos, .encoderDecisions] + document.coded.limitations
        if document.kept.contains(where: { ["text", "sbtl", "subt", "subp", "clcp"].contains($0.handler) }) {
            found.append(.subtitles)
        }
        if document.kept.contains(where: \.isProtected) { found.append(.protectedTracks) }
        let document = shown(document, policy)
        let hidden = document.kept.map { MP4HiddenMedia.seconds(of: $0, movie: document.header) }.max() ?? 0
        return hidden >= 1 ? found + [.hiddenMedia(seconds: hidden)] : found
    }

    func findings(
        in original: Parsed<MP4Document>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let parts = try MP4Findings(original: original, policy: policy, handler: self).all
        return detail == .parts ? parts : parts + (try MP4Values(original, parts: parts, limits: limits).all)
    }

    func plan(for original: Parsed<MP4Document>, policy: Policy, limits: Limits) throws -> OutputPlan {
        var composer = MP4Composer(
            Parsed(document: shown(original.document, policy), source: original.source), policy: policy, handler: self)
        return try composer.compose()
    }

    func checkContract(
        _ original: Parsed<MP4Document>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<MP4Document> {
        var parser = MP4Parser(ByteWindow(output), limits: limits)
        // Otherwise the samples have to be the same bytes, coded in the same way.
        parser.looksIntoSamples = !original.document.changes.isEmpty || !original.document.coded.empty.isEmpty
        let written = Parsed(document: try parser.parse(), source: output)
        let shown = Parsed(document: shown(original.document, policy), source: original.source)
        try MP4Contract(original: shown, written: written, handler: self, policy: policy).check()
        return written
    }

    /// Where a file already has the box that says of it what is to be said.
    func statementRange(in file: Parsed<MP4Document>) throws -> Range<Int>? {
        let box = MP4Statement(statement: statement).box(isQuickTime: file.document.isQuickTime)
        if box.isEmpty { return nil }
        var window = ByteWindow(file.source)
        for node in file.document.nodes where node.kind == .metadata && node.range.count == box.count {
            if try window.bytes(in: node.range) == box { return node.range }
        }
        return nil
    }

    /// What is written of it.
    func shown(_ document: MP4Document, _ policy: Policy) -> MP4Document {
        // What samples share stays as it is, and so does that they do.
        let document = dropsHidden && !document.hasSharedData ? MP4Trim(document).result.document : document
        return compacts && policy.profile == .strict ? MP4Compaction.compacted(document) : document
    }
}

/// What was cut off with an edit list and is still in the file.
enum MP4HiddenMedia {
    /// Whole seconds of a track that its edits do not show.
    static func seconds(of track: MP4Track, movie: MP4Header) -> Int {
        guard !track.edits.isEmpty, track.mediaHeader.timescale > 0, movie.timescale > 0,
            track.mediaHeader.duration < .max
        else { return 0 }
        let all = Double(track.mediaHeader.duration) / Double(track.mediaHeader.timescale)
        let shown = track.edits.reduce(0.0) {
            $1.start == nil ? $0 : $0 + Double($1.duration) / Double(movie.timescale)
        }
        let hidden = all - shown
        return hidden.isFinite && hidden >= 0.5 && hidden < 1e9 ? Int(hidden.rounded()) : 0
    }
}
