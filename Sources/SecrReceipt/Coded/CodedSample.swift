internal import SecrBytes

/// How a sample or item is coded, as far as it matters for what of it a decoder shows.
enum SampleCoding {
    /// Units with their length in front (ISO/IEC 14496-15).
    case avc(lengthSize: Int)
    case hevc(lengthSize: Int)
    /// Units of AV1.
    case av1
    /// Any other: what is not changed counts.
    case other

    /// - Parameter setUp: the content of `avcC` or `hvcC`.
    init(_ type: FourCC, setUp: [UInt8]) {
        switch type {
        case "avc1", "avc2", "avc3", "avc4", "dva1", "dvav":
            self = setUp.count > 4 ? .avc(lengthSize: Int(setUp[4] & 3) + 1) : .other
        case "hvc1", "hev1", "dvh1", "dvhe":
            self = setUp.count > 21 ? .hevc(lengthSize: Int(setUp[21] & 3) + 1) : .other
        case "av01", "dav1": self = .av1
        default: self = .other
        }
    }
}

extension EssenceHasher {
    /// Adds what a decoder shows of a sample: of known codings every unit but messages and filling, of others what is the
    /// same in input and output.
    mutating func add(
        _ sample: Range<Int>, _ coding: SampleCoding, _ scope: EssenceScope, _ window: inout ByteWindow
    ) throws {
        try spend(sample.count)
        switch coding {
        case .avc(let size): try addUnits(of: sample, lengthSize: size, &window) { ![6, 12].contains($0 & 31) }
        case .hevc(let size):
            try addUnits(of: sample, lengthSize: size, &window) { !(38...40).contains($0 >> 1 & 63) }
        case .av1: try addAV1(sample, &window)
        case .other: try add(scope.unchanged.parts(of: sample), of: &window)
        }
    }

    private mutating func addUnits(
        of sample: Range<Int>, lengthSize: Int, _ window: inout ByteWindow, isShown: (UInt8) -> Bool
    ) throws {
        var at = sample.lowerBound
        while at < sample.upperBound {
            var (size, start) = (0, at + lengthSize)
            if start <= sample.upperBound {
                for place in at..<start { size = size << 8 | Int(try window.byte(at: place)) }
            }
            // What makes no sense is shown as it is.
            if start > sample.upperBound || size > sample.upperBound - start {
                (start, size) = (at, sample.upperBound - at)
                try add([start..<start + size], of: &window)
            } else if try size > 0 && isShown(window.byte(at: start)) {
                try add([start..<start + size], of: &window)
            }
            at = start + size
        }
    }

    /// AV1 bitstream specification, 5.3: sequence headers, delimiters, and what pictures consist of.
    private mutating func addAV1(_ sample: Range<Int>, _ window: inout ByteWindow) throws {
        var at = sample.lowerBound
        while at < sample.upperBound {
            let header = try window.byte(at: at)
            var position = at + (header & 4 == 0 ? 1 : 2)
            var size = sample.upperBound - position
            if header & 2 != 0 {
                size = 0
                for group in 0..<8 where position < sample.upperBound {
                    let byte = try window.byte(at: position)
                    position += 1
                    size |= Int(byte & 0x7F) << (7 * group)
                    if byte < 0x80 { break }
                }
            }
            let end =
                position <= sample.upperBound && size <= sample.upperBound - position && size >= 0
                ? position + size : sample.upperBound
            if [1, 2, 3, 4, 6, 7, 8].contains(header >> 3 & 15) { try add([at..<end], of: &window) }
            at = end
        }
    }
}
