package import SecrBytes

/// Apple ProRes (SMPTE RDD 36, 5.1): which program encoded a picture is in its header.
package struct ProResCleaner: SampleCleaner {
    /// Apple's own, and the most frequent one; decoders do not read it.
    private static let name: FourCC = "apl0"
    private static let place = 12

    package init() {}

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard sample.count >= Self.place + 4 else {
            throw ParseError(.truncated, at: sample.lowerBound, "a ProRes picture that ends early")
        }
        // A size, a name; a header's size and version.
        let head = ByteReader(try window.bytes(in: sample.prefix(Self.place)), base: sample.lowerBound)
        guard try head.fourCC(at: 4) == "icpf", try head.uint32(at: 0) <= sample.count, try head.uint16(at: 8) >= 20
        else {
            throw ParseError(.malformed, at: sample.lowerBound, "no ProRes picture")
        }
        let field = sample.dropFirst(Self.place).prefix(4)
        try found.replace(field, window.bytes(in: field), by: Self.name.bytes, as: .message)
    }
}
