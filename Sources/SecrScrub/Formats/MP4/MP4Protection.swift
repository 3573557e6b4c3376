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

/// What is needed to decrypt the samples of a fragment (23001-7, 7): how much there is of each, and the bytes.
struct MP4SampleEncryption: Sendable, Equatable {
    /// Of which kind the data are, in eight bytes; empty where that is not said.
    private var kind: [UInt8] = []
    /// The whole box `saiz`.
    private var sizes: [UInt8] = []
    /// Content of `senc`.
    private(set) var data: [UInt8] = []

    /// Version, flags and the number of samples, in front of the data.
    private static let headSize = 8
    private static let kindSize = 8

    /// - Returns: how many bytes of the content it is about.
    mutating func readSizes(_ content: ByteReader) throws(ParseError) -> Int {
        let head = try FullBoxHead(content)
        var start = FullBoxHead.size
        if head.flags & 1 == 1 {
            kind = Array(try content.slice(at: start, count: Self.kindSize))
            start += Self.kindSize
        }
        // One size for all samples and their number, or one for each.
        let isUniform = try content.uint8(at: start) != 0
        let end = start + 5 + (isUniform ? 0 : try content.uint32(at: start + 1))
        sizes = []
        sizes.appendBox("saiz", Array(try content.slice(at: 0, count: end)))
        return end
    }

    mutating func readData(_ content: ByteReader) throws(ParseError) {
        _ = try content.slice(at: 0, count: Self.headSize)
        data = content.bytes
    }

    /// The boxes `saiz`, `saio` and `senc`.
    ///
    /// - Parameter start: where they begin, counted from the beginning of the fragment.
    func written(at start: Int) -> [UInt8] {
        var written = sizes
        if !sizes.isEmpty {
            // One place, of all data together.
            let size = Box.headerSize + FullBoxHead.size + kind.count + 8
            var place: [UInt8] = []
            place.appendBigEndian32(1)
            place.appendBigEndian32(start + sizes.count + size + Box.headerSize + Self.headSize)
            written.appendFullBox("saio", flags: kind.isEmpty ? 0 : 1, kind + place)
        }
        written.appendBox("senc", data)
        return written
    }
}
