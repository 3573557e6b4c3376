internal import SecrBytes

/// How samples of a coding are looked through.
enum Cleaning {
    case cleaner(any SampleCleaner)
    /// There is no room in them for anything that is not picture or sound.
    case notNeeded
    /// There may be something in them that can't be told from what decoders need.
    case impossible

    /// - Parameters:
    ///   - coding: of a sample entry or an item.
    ///   - configuration: what the decoder is set up with: the content of `avcC`, `hvcC`, `av1C`, `esds` or `dOps`.
    init(_ coding: FourCC, configuration: [UInt8], limits: Limits) {
        let found = Self.find(coding, configuration, limits)
        self = found.map { .cleaner($0) } ?? (Self.plain.contains(coding) ? .notNeeded : .impossible)
    }

    /// Whether something can be left in the samples.
    var leavesRemains: Bool {
        switch self {
        case .cleaner(let cleaner): cleaner.leavesRemains
        case .notNeeded: false
        case .impossible: true
        }
    }

    /// Numbers of samples, and codings without a place for more than these.
    private static let plain: Set<FourCC> = [
        "sowt", "twos", "raw ", "NONE", "lpcm", "ipcm", "fpcm", "in24", "in32", "fl32", "fl64", "ulaw", "alaw", "ima4",
        "MAC3", "MAC6", "agsm", "samr", "sawb", "fLaC", "2vuy", "yuv2", "v210", "v308", "v408", "rle ", "rpza", "cvid",
        "Hap1", "Hap5", "HapY", "vp08", "s263", "h263", "H263", "unci",
    ]

    private static func find(_ coding: FourCC, _ configuration: [UInt8], _ limits: Limits) -> (any SampleCleaner)? {
        switch coding {
        case "avc1", "avc2", "avc3", "avc4", "dva1", "dvav":
            try? NALCleaner(.avc, configuration: configuration, limits: limits)
        case "hvc1", "hev1", "dvh1", "dvhe": try? NALCleaner(.hevc, configuration: configuration, limits: limits)
        default: nil
        }
    }
}
