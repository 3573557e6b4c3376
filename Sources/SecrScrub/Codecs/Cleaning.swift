internal import SecrBytes

/// How samples of a coding are looked through.
enum Cleaning {
    case cleaner(any SampleCleaner)
    /// There is no room in them for anything that is not picture or sound.
    case notNeeded
    /// There may be something in them that can't be told from what decoders need.
    case impossible

    /// - Parameter coding: of a sample entry or an item.
    init(_ coding: FourCC, _ setUp: CodecSetUp, limits: Limits) {
        let found = Self.cleaner(coding, setUp, limits)
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
        "Hap1", "Hap5", "HapY", "vp08", "unci",
    ]

    private static func cleaner(_ coding: FourCC, _ setUp: CodecSetUp, _ limits: Limits) -> (any SampleCleaner)? {
        switch coding {
        case "avc1", "avc2", "avc3", "avc4", "dva1", "dvav":
            try? NALCleaner(.avc, configuration: setUp.bytes, limits: limits)
        case "hvc1", "hev1", "dvh1", "dvhe": try? NALCleaner(.hevc, configuration: setUp.bytes, limits: limits)
        case "av01", "dav1": AV1Cleaner(limits: limits)
        case "vp09": VP9Cleaner(limits: limits)
        case "mp4v", "mp4a": cleaner(setUp, limits)
        case "jpeg": MotionJPEGCleaner()
        case "Opus": OpusCleaner(configuration: setUp.bytes, limits: limits)
        case let coding where mpegVideo.contains(coding): MPEGVideoCleaner(.video, limits: limits)
        case let coding where proRes.contains(coding): ProResCleaner()
        case let coding where dv.contains(coding): DVCleaner()
        default: nil
        }
    }

    /// Of codings that the set-up of the decoder tells apart.
    private static func cleaner(_ setUp: CodecSetUp, _ limits: Limits) -> (any SampleCleaner)? {
        switch setUp.objectType {
        case .visual: MPEGVideoCleaner(.visual, limits: limits)
        case .mpegVideo: MPEGVideoCleaner(.video, limits: limits)
        case .jpeg: MotionJPEGCleaner()
        case .aac: AACCleaner(configuration: setUp.bytes, limits: limits)
        case .other: nil
        }
    }

    private static let proRes: Set<FourCC> = ["apcn", "apch", "apcs", "apco", "ap4h", "ap4x"]
    private static let dv: Set<FourCC> = [
        "dvc ", "dvcp", "dvpp", "dv5n", "dv5p", "dvh2", "dvh3", "dvh5", "dvh6", "dvhp", "dvhq",
    ]
    /// MPEG-1 and MPEG-2 under the names that cameras and programs give it.
    private static let mpegVideo: Set<FourCC> = [
        "m2v1", "mp1v", "m1v ", "hdv1", "hdv2", "hdv3", "hdv4", "hdv5", "hdv6", "hdv7", "hdv8", "hdv9", "hdva", "xdv1",
        "xdv2", "xdv3", "xdv4", "xdv5", "xdv6", "xdv7", "xdv8", "xdv9", "xdva", "xdvb", "xdvc", "xdvd", "xdve", "xdvf",
        "mx3n", "mx3p", "mx4n", "mx4p", "mx5n", "mx5p",
    ]
}
