internal import SecrBytes

/// The second picture of a file, which makes the first one brighter on screens that can show that.
final class JPEGGainMap: Sendable {
    /// From its start to its end in the file.
    let range: Range<Int>
    let document: JPEGDocument
    let parameters: GainMapParameters

    init(range: Range<Int>, document: JPEGDocument, parameters: GainMapParameters) {
        self.range = range
        self.document = document
        self.parameters = parameters
    }

    /// The map as a file of its own.
    func parsed(from source: any ByteSource) -> Parsed<JPEGDocument> {
        Parsed(document: document, source: SliceSource(source, range))
    }
}

/// The index of a picture and its gain map (CIPA DC-007), in its only form.
struct JPEGMultiPictureIndex: Sendable, Equatable {
    static let signature: StaticString = "MPF\0"
    /// Of an input, since sizes and offsets have 32 bits, and what is written anew can take more room than what was there.
    static let largestFile = Int(UInt32.max) - (32 << 20)

    /// Bytes between the start of the segment and the place from which offsets count.
    private static let originOffset = 4 + signature.utf8CodeUnitCount

    /// Bytes of the first picture, and of the second, which follows it.
    var first: Int
    var second: Int
    /// Where in the file the segment begins.
    var place: Int

    var payload: [UInt8] {
        var bytes = Array(Self.signature.description.utf8) + Array("MM".utf8) + [0, 42, 0, 0, 0, 8]
        bytes.appendBigEndian16(3)
        // Version, as four characters; the number of pictures; what is known of each, behind this directory.
        bytes += [0xB0, 0x00, 0, 7, 0, 0, 0, 4] + Array("0100".utf8)
        bytes += [0xB0, 0x01, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2]
        bytes += [0xB0, 0x02, 0, 7, 0, 0, 0, 32, 0, 0, 0, 50]
        bytes.appendBigEndian32(0)
        for (kind, size, offset) in [(0x03_0000, first, 0), (0, second, max(0, first - place - Self.originOffset))] {
            bytes.appendBigEndian32(kind)
            bytes.appendBigEndian32(size)
            bytes.appendBigEndian32(offset)
            bytes.appendBigEndian32(0)
        }
        return bytes
    }
}
