package import SecrBytes

/// Cleans Opus of what stands in its padding (RFC 6716, 3.2.5).
package struct OpusCleaner: SampleCleaner {
    private let limits: Limits
    /// Finer sound for decoders that know it.
    private static let refinement: UInt8 = 124

    /// - Parameter configuration: the content of `dOps`. `nil` where packets of several streams are put together.
    package init?(configuration: [UInt8], limits: Limits) {
        self.limits = limits
        guard configuration.count >= 11 else { return nil }
        let hasOneStream = configuration.count > 11 && configuration[11] == 1
        guard configuration[10] == 0 || hasOneStream else { return nil }
    }

    package mutating func clean(_ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws {
        // Only what has any number of frames has padding, and says so.
        guard sample.count >= 2, try window.byte(at: sample.lowerBound) & 3 == 3 else { return }
        let head = try window.byte(at: sample.lowerBound + 1)
        guard head & 0x40 != 0 else { return }
        guard sample.count <= limits.codedPartBytes else {
            throw ParseError(.limit, at: sample.lowerBound, "a packet of sound that is too large")
        }
        let packet = try window.bytes(in: sample)
        let padding = try Self.padding(of: packet, at: sample.lowerBound)
        let old = Array(packet[padding])
        if Self.isUsed(old) { return found.skip("Opus") }
        try found.replace(
            sample.lowerBound + padding.lowerBound..<sample.upperBound, old,
            by: [UInt8](repeating: 0, count: old.count), as: .fill)
    }

    private static func padding(of packet: [UInt8], at start: Int) throws(ParseError) -> Range<Int> {
        let reader = ByteReader(packet, base: start)
        var (at, padding, part) = (2, 0, 255)
        while part == 255 {
            part = try reader.uint8(at: at)
            padding += part == 255 ? 254 : part
            at += 1
        }
        let end = packet.count - padding
        let count = Int(packet[1] & 0x3F)
        var isWhole = count > 0 && at <= end
        if packet[1] & 0x80 != 0 {
            // All but the last say how long they are.
            var sizes = 0
            for _ in 1..<max(1, count) {
                let size = try reader.uint8(at: at)
                sizes += size < 252 ? size : size + 4 * (try reader.uint8(at: at + 1))
                at += size < 252 ? 1 : 2
            }
            isWhole = isWhole && at + sizes <= end
        } else {
            isWhole = isWhole && (end - at).isMultiple(of: count)
        }
        guard isWhole else { throw ParseError(.malformed, at: start, "a packet of sound that is no such") }
        return end..<packet.count
    }

    /// Whether the padding is no padding: extensions stand there since 2024 (draft-ietf-mlcodec-opus-extension), of which
    /// one changes what is heard.
    private static func isUsed(_ padding: [UInt8]) -> Bool {
        var at = 0
        while at < padding.count {
            let (kind, hasMore) = (padding[at] >> 1, padding[at] & 1 == 1)
            at += 1
            switch kind {
            case refinement: return true
            case 0: if !hasMore { return false }
            case 2: break
            case 1, 3..<32: if hasMore { at += 1 }
            default:
                // Without a size it goes to the end.
                guard hasMore else { return false }
                var (size, part) = (0, 255)
                while part == 255, at < padding.count {
                    part = Int(padding[at])
                    size += part
                    at += 1
                }
                at += size
            }
        }
        return false
    }
}
