internal import CTurboJPEG
internal import SecrBytes

/// Turns a picture upright without losing a coefficient, by libjpeg-turbo.
///
/// Blocks are moved and mirrored, never decoded. That is only possible where the edges that move fall on block borders;
/// elsewhere it is refused. The coded bytes change, so the contract is another one: turned back, and both brought into
/// the library's own normal form, output and input are byte-identical.
struct JPEGRotation {
    var handler: JPEGHandler
    var limits: Limits

    func plan(for original: Parsed<JPEGDocument>, policy: Policy) throws -> OutputPlan {
        let document = original.document
        try checkMemory(document.frame)
        var presentation = handler.presentation(of: document, policy: policy)
        let stored = try scrubbed(original, presentation: presentation, policy: policy)
        let turned = try Self.transform(stored, orientation: document.orientation, of: document)
        let result = try parse(turned)
        presentation.exif.orientation = 1
        if document.orientation >= 5 { presentation.jfif?.transpose() }
        let plan = handler.plan(for: result.document, presentation: presentation, policy: policy)
        var whole = OutputPlan()
        whole.append(.bytes(try plan.bytes(from: result.source)))
        return whole
    }

    /// - Throws: `ScrubError` where the pictures differ.
    func check(_ original: Parsed<JPEGDocument>, _ written: Parsed<JPEGDocument>, policy: Policy) throws {
        let (before, after) = (try bare(original, policy: policy), try bare(written, policy: policy))
        let inverse = [1, 2, 3, 4, 5, 8, 7, 6][original.document.orientation - 1]
        let turnedBack = try Self.transform(after, orientation: inverse, of: original.document)
        guard try Self.transform(before, orientation: 1, of: original.document) == turnedBack else {
            // Not a bug of ours: coded data that are damaged can mean another picture once they are moved.
            throw ScrubError(.refused, "turning would change the picture, which seems to be damaged")
        }
        if handler.decodes {
            try JPEGDecodeComparison(limits: limits).compare(original.source, MemorySource(turnedBack))
        }
    }

    /// The picture with nothing at its head that depends on how it lies.
    private func bare(_ picture: Parsed<JPEGDocument>, policy: Policy) throws -> [UInt8] {
        var presentation = handler.presentation(of: picture.document, policy: policy)
        presentation.jfif?.makeSquare()
        presentation.exif = MinimalExif()
        return try scrubbed(picture, presentation: presentation, policy: policy)
    }

    private func scrubbed(
        _ original: Parsed<JPEGDocument>, presentation: JPEGPresentation, policy: Policy
    ) throws -> [UInt8] {
        let plan = handler.plan(for: original.document, presentation: presentation, policy: policy)
        try checkSize(plan.size)
        return try plan.bytes(from: original.source)
    }

    private func checkSize(_ size: Int) throws(ScrubError) {
        guard size <= limits.wholePictureBytes else {
            throw ScrubError(.refused, "the picture is too large to be turned", hint: "leave out --bake-orientation")
        }
    }

    /// Coefficients take two bytes each, before and after.
    private func checkMemory(_ frame: JPEGFrame) throws(ScrubError) {
        let finest = frame.components.map { $0.horizontalSampling * $0.verticalSampling }
        let share = finest.reduce(0, +) * frame.width * frame.height / (finest.max() ?? 1)
        guard 4 * share <= limits.decoderBytes else {
            throw ScrubError(.refused, "the picture is too large to be turned", hint: "leave out --bake-orientation")
        }
    }

    private func parse(_ bytes: [UInt8]) throws -> Parsed<JPEGDocument> {
        let source = MemorySource(bytes)
        var window = ByteWindow(source)
        return Parsed(document: try handler.parse(&window, limits: limits), source: source)
    }

    private static func transform(
        _ bytes: [UInt8], orientation: Int, of document: JPEGDocument
    ) throws(ScrubError) -> [UInt8] {
        var result: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = [CChar](repeating: 0, count: Int(SECR_JPEG_MESSAGE))
        // Safe: the library reads `bytes.count` bytes and hands over a buffer of `count`, which is copied and freed here.
        let status = unsafe secr_jpeg_transform(
            bytes, bytes.count, CInt(orientation), document.frame.isProgressive ? 1 : 0, &result, &count, &message)
        guard status == 0, let buffer = unsafe result else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw ScrubError(
                .refused, "the picture can't be turned without loss: \(text)",
                hint: "without --bake-orientation its orientation is kept as a number")
        }
        defer { unsafe secr_jpeg_free(buffer) }
        return unsafe Array(UnsafeBufferPointer(start: buffer, count: count))
    }
}
