internal import SecrBytes

/// HEIC, HEIF and AVIF pictures, from the frame's point of view.
struct HEICHandler: FormatHandler {
    var allowList: AllowList
    /// Asked for, and not possible here without coding the picture anew.
    var bakesOrientation: Bool
    /// Of the tracks of a sequence.
    var sequence: MP4Handler
    /// Scrubs a picture inside that is a file of its own.
    var inner: @Sendable (any ByteSource) throws -> PreparedScrub
    var statement = Statement()

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> HEICDocument {
        var parser = HEICParser(window, limits: limits, inner: inner)
        return try parser.parse()
    }

    mutating func state(_ statement: Statement, in original: inout Parsed<HEICDocument>, limits: Limits) {
        self.statement = statement
    }

    func summary(of document: HEICDocument) -> String {
        guard let primary = document.item(document.primary) else { return "" }
        let size = document.extent(of: primary).map { "\($0.width) x \($0.height) pixels" } ?? "a picture"
        let others = HEICClassification.roots(document.items, primary: document.primary).count {
            document.kinds[$0.id] == .picture && $0.id != document.primary
        }
        let further = others == 0 ? "" : others == 1 ? ", and another picture" : ", and \(others) further pictures"
        let frames = document.sequence?.kept.first.map { "; a sequence of \($0.samples.sizes.count) pictures" } ?? ""
        return "\(size), \(codec(primary, document))\(further)\(frames)"
    }

    /// Of the item, or of the first that it is made of.
    private func codec(_ item: HEICItem, _ document: HEICDocument) -> String {
        var item = item
        for _ in 0..<8 {
            guard let next = item.targets("dimg").first.flatMap(document.item) else { break }
            item = next
        }
        switch item.type {
        case "hvc1": return "HEVC"
        case "av01": return "AV1"
        case "avc1": return "AVC"
        case "jpeg": return "JPEG"
        default: return "not compressed"
        }
    }

    func limitations(of document: HEICDocument, policy: Policy) -> [Limitation] {
        let always: [Limitation] = [.content, .sensorNoiseOfPhotos, .encoderDecisions] + remains(document)
        guard let selection = try? HEICSelection(document, policy: policy, allowList: allowList) else { return always }
        let properties = selection.items.flatMap(\.properties).map { document.properties[$0.property] }
        let profiles = properties.lazy.flatMap { property -> [Limitation] in
            if case .profile(let profile, _) = property.outcome { profile.limitations(policy) } else { [] }
        }
        let hasMap = selection.items.contains { selection.kind($0) == .gainMap }
        let isCropped = selection.items.contains(where: document.isCropped)
        let frames = document.sequence.map { sequence.limitations(of: $0, policy: policy) } ?? []
        return always + frames.filter { !always.contains($0) && !$0.isAboutCodings } + (hasMap ? [.gainMap] : [])
            + (isCropped ? [.croppedPixels] : []) + profiles.prefix(1)
    }

    private func remains(_ document: HEICDocument) -> [Limitation] {
        var coded = document.coded
        if let frames = document.sequence?.coded { coded.add(frames) { $0 } }
        return coded.limitations
    }

    func findings(
        in original: Parsed<HEICDocument>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let parts = try HEICFindings(original: original, policy: policy, handler: self).all
        if detail == .parts { return parts }
        let frames = try original.document.sequence.map {
            try MP4Values(Parsed(document: $0, source: original.source), parts: parts, limits: limits).all
        }
        return parts + (try HEICValues(original, limits: limits, parts: parts).all) + (frames ?? [])
    }

    func plan(for original: Parsed<HEICDocument>, policy: Policy, limits: Limits) throws -> OutputPlan {
        if bakesOrientation && hasOrientation(original.document) {
            throw ScrubError(
                .refused, "a HEIF picture can't be turned",
                hint: "without --bake-orientation its orientation is kept as a number")
        }
        let selection = try HEICSelection(original.document, policy: policy, allowList: allowList)
        var composer = HEICComposer(selection, of: original.source, self, limits: limits)
        return try composer.compose()
    }

    /// An item with an Exif block that says it (ISO/IEC 23008-12, A.2.1); `nil` where there is nothing to say.
    var statementItem: [UInt8]? {
        var exif = MinimalExif()
        exif.statement = statement
        // What stands in front of the TIFF header.
        return exif.payload.map { [0, 0, 0, 6] + $0 }
    }

    private func hasOrientation(_ document: HEICDocument) -> Bool {
        document.item(document.primary).map {
            !document.properties(of: $0, "irot").isEmpty || !document.properties(of: $0, "imir").isEmpty
        } ?? false
    }

    func checkContract(
        _ original: Parsed<HEICDocument>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<HEICDocument> {
        var parser = HEICParser(ByteWindow(output), limits: limits, inner: inner)
        let written = Parsed(document: try parser.parse(), source: output)
        try HEICContract(original: original, written: written, handler: self, policy: policy, limits: limits)
            .check()
        return written
    }
}
