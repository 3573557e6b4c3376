/// What a decoder is set up with, where a file says so in front of the samples.
struct CodecSetUp: Sendable {
    /// Of codings that are known by it.
    var objectType = ObjectType.other
    /// The content of `avcC`, `hvcC`, `av1C` or `dOps`, or the decoder's own part of `esds`.
    var bytes: [UInt8] = []
}

/// Kinds of streams in MPEG-4 (ISO/IEC 14496-1, 7.2.6.6).
enum ObjectType {
    case visual
    case mpegVideo
    case jpeg
    case aac
    case other

    /// - Parameter indication: the number of its kind.
    init(indication: Int) {
        self =
            switch indication {
            case 0x20: .visual
            case 0x40, 0x66...0x68: .aac
            case 0x60...0x65, 0x6A: .mpegVideo
            case 0x6C: .jpeg
            default: .other
            }
    }

    /// What a decoder of this kind is set up with, without what encoders say of themselves.
    func withoutTexts(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .visual: MPEGVideoCleaner.withoutTexts(bytes, .visual)
        case .mpegVideo: MPEGVideoCleaner.withoutTexts(bytes, .video)
        case .aac: AudioConfiguration.withoutComment(bytes)
        case .jpeg, .other: bytes
        }
    }
}
