internal import SecrBytes

/// What a range of a PNG file is.
enum PNGNodeKind: String, TrailedNodeKind {
    // The picture, or pictures.
    case signature, header, palette, transparency, imageData, end
    case animationControl, frameControl, frameData
    // What decides how it is shown.
    case gamma, chromaticities, standardRGB, codingIndependent, masteringDisplay, contentLight, significantBits
    case iccProfile, exif, pixelSize
    // What nobody needs to see it.
    case text, xmp, exifText, iptcText, furtherExif, time, contentCredentials, sourceDocument, vendor, auxiliary
    case imageTail, trailingPicture, trailingVideo, trailingRemains, trailing

    /// The class by which a policy speaks of such nodes; `nil` for the picture itself.
    var findingClass: FindingClass? {
        switch self {
        case .signature, .header, .palette, .transparency, .imageData, .end, .animationControl, .frameControl,
            .frameData, .gamma, .chromaticities, .standardRGB, .codingIndependent, .masteringDisplay, .contentLight,
            .significantBits:
            nil
        case .iccProfile: .icc
        case .exif, .exifText, .furtherExif: .exif
        case .pixelSize: .density
        case .text: .comment
        case .xmp: .xmp
        case .iptcText: .iptc
        case .time: .time
        case .contentCredentials: .c2pa
        case .sourceDocument, .vendor: .vendor
        case .auxiliary: .auxiliary
        case .imageTail, .trailingRemains, .trailing: .trailer
        case .trailingPicture: .picture
        case .trailingVideo: .video
        }
    }

    static let trailingGainMap = Self.trailingPicture

    /// Whether the contract demands such chunks byte for byte.
    var isEssence: Bool {
        findingClass == nil && ![.imageData, .frameData, .frameControl, .end].contains(self)
    }

    var reveals: Set<Revelation> {
        switch self {
        case .pixelSize: [.settings]
        case .xmp, .contentCredentials: [.history]
        case .iptcText: [.text]
        case .time: [.time]
        case .sourceDocument: [.picture, .history]
        case .vendor, .auxiliary: [.software]
        case .imageTail, .trailingRemains: [.picture]
        case .trailingPicture: [.picture]
        case .trailingVideo: [.video]
        case .trailing: [.leftover]
        default: []
        }
    }
}

/// One named range of the input: a chunk, several chunks of coded picture, or what is no chunk.
struct PNGNode: Node, Equatable {
    var kind: PNGNodeKind
    var range: Range<Int>
    /// What exactly it is, in a few words for a person.
    var label: String
    /// The keyword of a text.
    var keyword: String?

    /// Of a single chunk.
    var payload: Range<Int> { range.lowerBound + PNGChunk.headSize..<range.upperBound - PNGChunk.checksumSize }
}
