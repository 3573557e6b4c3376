internal import SecrBytes

/// How the samples of a track are encrypted (ISO/IEC 14496-12, 8.12; 23001-7, 8 and 12).
struct MP4Protection: Sendable {
    /// How they are coded once they are decrypted.
    let coding: FourCC
    /// Whether each sample has a part of its own for the decryption.
    let isPerSample: Bool
    /// The whole box `sinf`.
    let written: [UInt8]

    /// Of common encryption.
    private static let schemes: Set<FourCC> = ["cenc", "cens", "cbc1", "cbcs"]
    /// Bytes of a key's number, behind two reserved ones or a pattern, and two that say how samples are encrypted.
    private static let keyEnd = 24

    init(_ sinf: Box, _ window: inout ByteWindow, _ reader: inout BoxReader) throws {
        let place = sinf.range.lowerBound
        func refused() -> ParseError { ParseError(.unsupported, at: place, "a track that is protected in another way") }
        let boxes = try reader.cut(sinf.content, &window).boxes
        guard let format = boxes.first(where: { $0.type == "frma" }),
            let scheme = boxes.first(where: { $0.type == "schm" }),
            let information = boxes.first(where: { $0.type == "schi" }),
            let encryption = try reader.cut(information.content, &window).boxes.first(where: { $0.type == "tenc" })
        else { throw refused() }
        coding = try reader.content(of: format, &window).fourCC(at: 0)
        let kind = try reader.content(of: scheme, &window)
        guard Self.schemes.contains(try kind.fourCC(at: 4)) else { throw refused() }
        let defaults = try reader.content(of: encryption, &window)
        isPerSample = try defaults.uint8(at: 6) == 0 || defaults.uint8(at: 7) > 0
        let constant = isPerSample ? 0 : 1 + (try defaults.uint8(at: Self.keyEnd))
        var inner: [UInt8] = []
        inner.appendBox("tenc", Array(try defaults.slice(at: 0, count: Self.keyEnd + constant)))
        var content: [UInt8] = []
        content.appendBox("frma", coding.bytes)
        content.appendFullBox("schm", Array(try kind.slice(at: 4, count: 8)))
        content.appendBox("schi", inner)
        var written: [UInt8] = []
        written.appendBox("sinf", content)
        self.written = written
    }
}
