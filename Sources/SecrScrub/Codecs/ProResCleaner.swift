package import SecrBytes

/// Apple ProRes (SMPTE RDD 36, 5.1): which program encoded a picture is in its header; nothing is to be behind it.
package struct ProResCleaner: SampleCleaner {
    /// Apple's own, and the most frequent one; decoders do not read it.
    private static let name: FourCC = "apl0"
    private static let place = 12
    /// A size and a name; as much of a header as is read; a picture's header, by its own account at least.
    private static let (frameHead, headSize, pictureHead) = (8, 21, 8)

    package init() {}

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard sample.count >= Self.place + 4 else {
            throw ParseError(.truncated, at: sample.lowerBound, "a ProRes picture that ends early")
        }
        // A size, a name; a header's size and version.
        let head = ByteReader(try window.bytes(in: sample.prefix(Self.place)), base: sample.lowerBound)
        let size = try head.uint32(at: 0)
        guard try head.fourCC(at: 4) == "icpf", size <= sample.count, try head.uint16(at: 8) >= 20 else {
            throw ParseError(.malformed, at: sample.lowerBound, "no ProRes picture")
        }
        let field = sample.dropFirst(Self.place).prefix(4)
        try found.replace(field, window.bytes(in: field), by: Self.name.bytes, as: .message)
        let pictures = try Self.endOfPictures(in: sample, headerSize: head.uint16(at: 8), &window)
        // Some decoders go by the size of the frame, some by those of its pictures.
        let end = max(pictures, sample.lowerBound + size)
        try found.zero(end..<sample.upperBound, &window)
        guard try window.endOfRun(of: 0, from: pictures) >= end else {
            throw ParseError(.unsupported, at: pictures, "a ProRes frame with more in it than pictures")
        }
    }

    /// There is one, or one of each field.
    private static func endOfPictures(
        in sample: Range<Int>, headerSize: Int, _ window: inout ByteWindow
    ) throws -> Int {
        var position = sample.lowerBound + frameHead + headerSize
        guard sample.count >= headSize, position <= sample.upperBound else {
            throw ParseError(.truncated, at: sample.lowerBound, "a ProRes header that ends early")
        }
        let isInterlaced = try window.byte(at: sample.lowerBound + headSize - 1) >> 2 & 3 != 0
        for _ in 0..<(isInterlaced ? 2 : 1) {
            guard sample.upperBound - position >= pictureHead else {
                throw ParseError(.truncated, at: position, "a ProRes frame without a picture")
            }
            let head = ByteReader(try window.bytes(in: position..<position + pictureHead), base: position)
            let size = try head.uint32(at: 1)
            guard size >= pictureHead, size <= sample.upperBound - position else {
                throw ParseError(.truncated, at: position, "a ProRes picture that ends early")
            }
            position += size
        }
        return position
    }
}
