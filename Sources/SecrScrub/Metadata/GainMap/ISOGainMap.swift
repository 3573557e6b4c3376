internal import SecrBytes

/// The gain map parameters of ISO 21496-1, annex C: fractions in a binary block.
struct ISOGainMap: Sendable, Equatable {
    /// Versions 0, known flags, and as many fields as these demand.
    let block: [UInt8]

    static let signature: StaticString = "urn:iso:std:iso:ts:21496:-1\0"
    /// In the picture to which a map belongs only the versions stand.
    static let baseBlock: [UInt8] = [0, 0, 0, 0]

    private static let (multichannel, baseColorSpace, commonDenominator, backward): (UInt8, UInt8, UInt8, UInt8) =
        (0x80, 0x40, 0x08, 0x04)

    /// - Parameter payload: behind the signature; `nil` where it is not the block of a map.
    init?(_ payload: [UInt8]) {
        let reader = ByteReader(payload)
        guard (try? reader.uint16(at: 0)) == 0, payload.count > 5 else { return nil }
        let flags = payload[4] & (Self.multichannel | Self.baseColorSpace | Self.commonDenominator | Self.backward)
        let channels = flags & Self.multichannel == 0 ? 1 : 3
        let isCommon = flags & Self.commonDenominator != 0
        // Two headrooms, and five numbers for each channel.
        let numbers = 2 + 5 * channels
        let words = isCommon ? 1 + numbers : 2 * numbers
        guard let fields = try? reader.slice(at: 5, count: 4 * words) else { return nil }
        let denominators = isCommon ? [0] : stride(from: 1, to: words, by: 2).map(\.self)
        guard denominators.allSatisfy({ (try? reader.uint32(at: 5 + 4 * $0)) ?? 0 > 0 }) else { return nil }
        block = [0, 0, 0, 0, flags] + fields
    }
}
