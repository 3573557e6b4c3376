internal import SecrBytes

/// What is needed to decrypt the samples of a track or a fragment (ISO/IEC 23001-7, 7): how much there is of each, and the
/// bytes.
struct MP4SampleEncryption: Sendable, Equatable {
    /// Of which kind the data are, in eight bytes; empty where that is not said.
    private var kind: [UInt8] = []
    /// The whole box `saiz`.
    private var sizes: [UInt8] = []
    /// Content of `senc`.
    private var data: [UInt8] = []

    /// Version, flags and the number of samples, in front of the data.
    private static let headSize = 8
    private static let kindSize = 8

    /// - Parameters:
    ///   - boxes: `senc` and `saiz`, as far as they are there.
    ///   - entries: how samples of the track are coded.
    ///   - range: of what holds the boxes.
    ///   - surplus: gets what is in them and belongs to no sample.
    /// - Returns: `nil` where samples need none.
    /// - Throws: `ParseError` where they need some and it is not in a box of its own.
    init?(
        _ boxes: [FourCC: Box], of entries: [MP4SampleEntry], at range: Range<Int>, surplus: inout [Finding],
        _ window: inout ByteWindow, _ reader: BoxReader
    ) throws {
        guard let box = boxes["senc"] else {
            if boxes["saiz"] == nil, !entries.contains(where: \.needsSampleEncryption) { return nil }
            throw ParseError(.unsupported, at: range.lowerBound, "a track that is protected in another way")
        }
        var end = box.content.count
        if let sizes = boxes["saiz"] {
            let (used, all) = try readSizes(reader.content(of: sizes, &window))
            if let found = Finding.surplus(of: sizes, behind: used) { surplus.append(found) }
            end = min(end, Self.headSize + all)
        }
        data = Array(try reader.content(of: box, &window).slice(at: 0, count: max(end, Self.headSize)))
        if let found = Finding.surplus(of: box, behind: data.count) { surplus.append(found) }
    }

    /// - Returns: how many bytes of the content it is about, and how many there are for all samples.
    private mutating func readSizes(_ content: ByteReader) throws(ParseError) -> (used: Int, all: Int) {
        var start = FullBoxHead.size
        if try FullBoxHead(content).flags & 1 == 1 {
            kind = Array(try content.slice(at: start, count: Self.kindSize))
            start += Self.kindSize
        }
        // One size for all samples and their number, or one for each.
        let (uniform, count) = (try content.uint8(at: start), try content.uint32(at: start + 1))
        let table = try content.slice(at: start + 5, count: uniform == 0 ? count : 0)
        let used = start + 5 + table.count
        sizes.appendBox("saiz", Array(try content.slice(at: 0, count: used)))
        return (used, uniform == 0 ? table.reduce(0) { $0 + Int($1) } : uniform * count)
    }

    /// The boxes `saiz` and `saio`.
    ///
    /// - Parameters:
    ///   - start: where `senc` begins, counted from the beginning of the fragment or of the file.
    ///   - isWide: whether that has 64 bits.
    func tables(dataAt start: Int, isWide: Bool = false) -> [UInt8] {
        if sizes.isEmpty { return [] }
        // One place, of all data together.
        var place: [UInt8] = []
        place.appendBigEndian32(1)
        place.appendBigEndian(start + Box.headerSize + Self.headSize, bytes: isWide ? 8 : 4)
        var written = sizes
        written.appendFullBox("saio", version: isWide ? 1 : 0, flags: kind.isEmpty ? 0 : 1, kind + place)
        return written
    }

    /// The box `senc`.
    var written: [UInt8] {
        var box: [UInt8] = []
        box.appendBox("senc", data)
        return box
    }
}
