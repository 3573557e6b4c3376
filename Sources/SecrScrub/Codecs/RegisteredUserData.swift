internal import SecrBytes

/// User data that somebody registered under a number of Rec. ITU-T T.35.
enum RegisteredUserData {
    /// Whether players show them, or show the picture by them: captions, brightness, film grain, what a format is.
    ///
    /// - Parameter payload: from the country code on.
    static func isRendering(_ payload: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(payload.prefix(8))
        func begins(_ start: UInt8...) -> Bool { bytes.starts(with: start) }
        switch bytes.first {
        // The United States, and the number of a company: ATSC, which has names of its own (A/53 Part 4).
        case 0xB5 where begins(0xB5, 0x00, 0x31):
            let name = bytes.dropFirst(3)
            return name.hasPrefix(captions) && bytes.count > 7 && captionTypes.contains(bytes[7])
                || name.hasPrefix(activeFormat)
        case 0xB5: return americans.contains { bytes.starts(with: [0xB5] + $0) }
        // The United Kingdom has a second byte. V-Nova: LCEVC.
        case 0xB4: return begins(0xB4, 0x00, 0x50)
        // China. CUVA: HDR Vivid.
        case 0x26: return begins(0x26, 0x00, 0x04, 0x00, 0x05)
        default: return false
        }
    }

    /// How those of ATSC begin, also in MPEG-2 video. Of captions: those that are some, and bars beside the picture.
    static let (captions, activeFormat): (StaticString, StaticString) = ("GA94", "DTG1")
    static let captionTypes: Set<UInt8> = [0x03, 0x06]

    private static let americans: [[UInt8]] = [
        // DIRECTV: captions.
        [0x00, 0x2F, 0x03],
        // Technicolor: SL-HDR (ETSI TS 103 433). Dolby: Vision.
        [0x00, 0x3A], [0x00, 0x3B],
        // Samsung: HDR10+ (SMPTE ST 2094-40). SMPTE itself: ST 2094-50.
        [0x00, 0x3C, 0x00, 0x01, 0x04], [0x00, 0x90, 0x00, 0x01],
        // Alliance for Open Media: film grain.
        [0x58, 0x90],
    ]
}
