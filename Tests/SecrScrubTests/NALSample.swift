import SecrBytes
import SecrScrub
import SecrTestSupport

/// Samples of AVC and HEVC, put together from their parts.
enum NALSample {
    /// Without escape bytes: with them.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var (escaped, zeros) = ([UInt8](), 0)
        for byte in bytes {
            if zeros == 2, byte <= 3 {
                escaped.append(3)
                zeros = 0
            }
            zeros = byte == 0 ? zeros + 1 : 0
            escaped.append(byte)
        }
        return escaped
    }

    static func number(_ value: Int) -> [UInt8] {
        [UInt8](repeating: 0xFF, count: value / 255) + [UInt8(value % 255)]
    }

    static func message(_ type: Int, _ payload: [UInt8]) -> [UInt8] { number(type) + number(payload.count) + payload }

    /// A unit of messages.
    static func messages(
        _ messages: [(type: Int, payload: [UInt8])], _ coding: NALCleaner.Coding, isSuffix: Bool = false
    ) -> [UInt8] {
        let header: [UInt8] = coding == .avc ? [6] : [isSuffix ? 0x50 : 0x4E, 1]
        return escaped(header + messages.flatMap { message($0.type, $0.payload) } + [0x80])
    }

    static func sample(_ units: [[UInt8]], lengthSize: Int = 4) -> [UInt8] {
        units.flatMap { unit in
            (0..<lengthSize).map { UInt8(truncatingIfNeeded: unit.count >> (8 * (lengthSize - 1 - $0))) } + unit
        }
    }

    static let slice: [UInt8] = [0x65, 0x88, 0x80, 0x40, 0x00, 0x00, 0x03, 0x01, 0x80]
    static let hevcSlice: [UInt8] = [0x26, 0x01, 0xAF, 0x00, 0x00, 0x03, 0x00, 0x80]

    static func slice(_ coding: NALCleaner.Coding) -> [UInt8] { coding == .avc ? slice : hevcSlice }

    static func cleaner(
        _ coding: NALCleaner.Coding, _ parameters: [[UInt8]] = [], lengthSize: Int = 4, limits: Limits = Limits()
    ) throws -> NALCleaner {
        var configuration: [UInt8]
        if coding == .avc {
            configuration = [1, 0x64, 0, 0x1E, 0xFC | UInt8(lengthSize - 1), 0xE0 | UInt8(parameters.count)]
            for unit in parameters { configuration += [UInt8(unit.count >> 8), UInt8(unit.count & 0xFF)] + unit }
            configuration.append(0)
        } else {
            configuration = [UInt8](repeating: 0, count: 21) + [0xFC | UInt8(lengthSize - 1), 0]
        }
        return try NALCleaner(coding, configuration: configuration, limits: limits)
    }
}

/// Writes numbers of any number of bits.
struct BitWriter {
    private(set) var bits: [Bool] = []

    mutating func write(_ value: Int, _ count: Int) {
        for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
    }

    /// As Exp-Golomb codes.
    mutating func writeUnsigned(_ values: Int...) {
        for value in values {
            let count = Int.bitWidth - (value + 1).leadingZeroBitCount
            write(0, count - 1)
            write(value + 1, count)
        }
    }

    mutating func writeSigned(_ value: Int) { writeUnsigned(value > 0 ? 2 * value - 1 : -2 * value) }

    /// With a bit that ends it, where it does not end with a byte.
    func bytes(isEnded: Bool) -> [UInt8] {
        var bits = bits
        if isEnded || bits.count % 8 != 0 { bits.append(true) }
        while bits.count % 8 != 0 { bits.append(false) }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
        }
    }
}

/// How a sequence of AVC is coded, as far as it matters here.
struct SequenceOfAVC {
    var profile = 66
    /// 3 has all colours for each pixel.
    var format = 1
    var planes = 0
    /// How each list of factors begins; 0 has no list, 8 the usual one.
    var lists: [Int] = []
    var order = 2
    /// Bits of delays and offsets, in the buffers of units and of pictures.
    var buffers: [(removal: Int, output: Int, offset: Int)?] = [nil, nil]
    var hasClocks = true
    var isInterlaced = false

    var unit: [UInt8] {
        var writer = BitWriter()
        for byte in [0x67, profile, 0, 30] { writer.write(byte, 8) }
        writer.writeUnsigned(3)
        if ![66, 77, 88].contains(profile) {
            writer.writeUnsigned(format)
            if format == 3 { writer.write(planes, 1) }
            writer.writeUnsigned(2, 1)
            writer.write(1, 1)
            writer.write(lists.isEmpty ? 0 : 1, 1)
            for (place, list) in lists.enumerated() {
                writer.write(list == 0 ? 0 : 1, 1)
                if list == 0 { continue }
                // One that begins with nothing is the usual one; one that ends early goes on with the same.
                writer.writeSigned(list == 8 ? -8 : list - 8)
                if list != 8 { writer.writeSigned(place % 2 == 0 ? -list : 3) }
                if list != 8, place % 2 == 1 {
                    for _ in 2..<(place < 6 ? 16 : 64) { writer.writeSigned(-1 + place % 3) }
                }
            }
        }
        writer.writeUnsigned(4, order)
        switch order {
        case 0: writer.writeUnsigned(6)
        case 1:
            writer.write(1, 1)
            for value in [-3, 70_000, 2, -5, 9] { value == 2 ? writer.writeUnsigned(2) : writer.writeSigned(value) }
        default: break
        }
        writer.writeUnsigned(4)
        writer.write(0, 1)
        writer.writeUnsigned(119, 67)
        writer.write(isInterlaced ? 0b01 : 0b1, isInterlaced ? 2 : 1)
        writer.write(1, 1)
        writer.write(1, 1)
        writer.writeUnsigned(0, 0, 0, 4)
        writer.write(1, 1)
        // A shape, a border, colours, where they are, and a rate.
        writer.write(0x1FF, 9)
        writer.write(7, 16)
        writer.write(5, 16)
        writer.write(0b11_1_101_1_1, 8)
        writer.write(0x010101, 24)
        writer.write(1, 1)
        writer.writeUnsigned(1, 1)
        writer.write(1, 1)
        for value in [1, 50] { writer.write(value, 32) }
        writer.write(1, 1)
        for buffer in buffers {
            writer.write(buffer == nil ? 0 : 1, 1)
            guard let buffer else { continue }
            writer.writeUnsigned(1)
            writer.write(0x34, 8)
            for value in [70_000, 1_000_000] {
                writer.writeUnsigned(value, value + 1)
                writer.write(0, 1)
            }
            for value in [23, buffer.removal - 1, buffer.output - 1, buffer.offset] { writer.write(value, 5) }
        }
        if buffers.contains(where: { $0 != nil }) { writer.write(0, 1) }
        writer.write(hasClocks ? 1 : 0, 1)
        writer.write(0, 1)
        return NALSample.escaped(writer.bytes(isEnded: true))
    }
}
