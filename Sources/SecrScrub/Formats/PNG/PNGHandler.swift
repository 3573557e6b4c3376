internal import SecrBytes
internal import SecrCompression

/// PNG and APNG, from the frame's point of view.
struct PNGHandler: FormatHandler {
    var allowList: AllowList
    /// Asked for, and not possible here without changing every line.
    var bakesOrientation: Bool
    /// Also unpack both pictures and compare their lines, where the bytes were compared already.
    var decodes: Bool
    var statement = Statement()

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> PNGDocument {
        var parser = PNGParser(window, limits: limits)
        return try parser.parse()
    }

    mutating func state(_ statement: Statement, in original: inout Parsed<PNGDocument>, limits: Limits) {
        self.statement = statement
    }

    func summary(of document: PNGDocument) -> String {
        let header = document.header
        let frames = document.frames.isEmpty ? "" : ", \(document.frames.count) frames"
        return "\(header.width) x \(header.height) pixels, \(header.color.name), \(header.depth) bits\(frames)"
    }

    func limitations(of document: PNGDocument, policy: Policy) -> [Limitation] {
        [.content, .sensorNoiseOfPhotos, .encoderDecisions] + document.icc.limitations(policy)
            + (document.primaries?.areCommon == false ? [.ownPrimaries] : [])
    }

    func findings(
        in original: Parsed<PNGDocument>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let parts = try PNGFindings(original: original, policy: policy, handler: self).all
        return detail == .parts ? parts : parts + (try PNGValues(original, parts: parts, limits: limits).all)
    }

    func plan(for original: Parsed<PNGDocument>, policy: Policy, limits: Limits) throws -> OutputPlan {
        try refuse(original.document, policy: policy)
        return try PNGComposer(original: original, policy: policy, handler: self, limits: limits).plan()
    }

    /// The chunk that is written for one that decides how the picture is shown; `nil` for none.
    func presentation(of node: PNGNode, in document: PNGDocument, policy: Policy) -> [UInt8]? {
        switch node.kind {
        case .iccProfile:
            guard document.icc.isKept(policy), case .success(let profile) = document.icc else { return nil }
            return PNGChunk.bytes("iCCP", Self.profileName + [0, 0] + Deflater.stored(profile.normalForm))
        case .exif:
            return exif(of: document, policy: policy)
        case .pixelSize:
            return document.aspect.isSquare || policy.profile == .strict ? nil : document.aspect.chunk
        default: return nil
        }
    }

    /// The chunk with how the picture is turned, and with what it says of itself.
    private func exif(of document: PNGDocument, policy: Policy) -> [UInt8]? {
        var exif = MinimalExif()
        if !policy.drops(.orientation) { exif.orientation = document.orientation }
        exif.statement = statement
        return exif.tiff.map { PNGChunk.bytes("eXIf", $0) }
    }

    /// What stands behind the header of a picture that has no chunk for it.
    func introduction(of document: PNGDocument, policy: Policy) -> [UInt8]? {
        document.nodes.contains { $0.kind == .exif } ? nil : exif(of: document, policy: policy)
    }

    /// The same for every profile.
    private static let profileName = Array("icc".utf8)

    /// Whether a picture's data are copied with the chunks around them.
    func keepsChunks(of image: PNGImageData, policy: Policy) -> Bool {
        image.flaws.subtracting([.truncated]).isEmpty && policy.profile != .strict
    }

    func checkContract(
        _ original: Parsed<PNGDocument>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<PNGDocument> {
        // PNGContract compares these byte by byte.
        let images = original.document.imagesInOrder
        let isCopied = images.allSatisfy { keepsChunks(of: $0, policy: policy) }
        var parser = PNGParser(ByteWindow(output), limits: limits, known: isCopied ? images : [])
        let written = Parsed(document: try parser.parse(), source: output)
        try PNGContract(original: original, written: written, handler: self, policy: policy).check()
        return written
    }

    /// What can be understood but not be scrubbed without changing what is seen.
    private func refuse(_ document: PNGDocument, policy: Policy) throws(ScrubError) {
        if document.isTruncated && !policy.tolerate.contains(.truncated) { throw .cutOff(at: document.size) }
        if bakesOrientation && document.orientation != 1 {
            throw ScrubError(
                .refused, "a PNG picture can't be turned",
                hint: "without --bake-orientation its orientation is kept as a number")
        }
        try document.icc.requireUsable(policy)
    }
}
