/// What a range of a JPEG file is.
enum JPEGNodeKind: String, TrailedNodeKind {
    // The picture.
    case startOfImage, quantizationTables, huffmanTables, arithmeticConditioning, restartInterval
    case frameHeader, scanHeader, scan, numberOfLines, endOfImage
    // What decides how the picture is shown.
    case jfif, exif, iccProfile, adobe
    // What nobody needs to see it.
    case jfifExtension, xmp, xmpExtension, multiPicture, gainMapMetadata, photoshop, contentCredentials, comment
    case application, reserved, unusedTables, fill, gap
    case trailingPicture, trailingGainMap, trailingVideo, trailingRemains, trailing

    /// The class by which a policy speaks of such nodes; `nil` for the picture itself.
    var findingClass: FindingClass? {
        switch self {
        case .startOfImage, .quantizationTables, .huffmanTables, .arithmeticConditioning, .restartInterval,
            .frameHeader, .scanHeader, .scan, .numberOfLines, .endOfImage:
            nil
        case .jfif: .density
        case .exif: .exif
        case .iccProfile: .icc
        case .adobe: .encoder
        case .jfifExtension: .thumbnail
        case .xmp, .xmpExtension: .xmp
        case .multiPicture: .multiPicture
        case .gainMapMetadata, .trailingGainMap: .gainMap
        case .photoshop: .iptc
        case .contentCredentials: .c2pa
        case .comment: .comment
        case .application: .vendor
        case .reserved: .reserved
        case .unusedTables: .table
        case .fill, .gap: .gap
        case .trailingPicture: .picture
        case .trailingVideo: .video
        case .trailingRemains, .trailing: .trailer
        }
    }

    /// Whether such nodes carry the picture, so that the contract demands them byte for byte.
    var isEssence: Bool { findingClass == nil && self != .startOfImage && self != .endOfImage }
}

/// One named range of the input.
struct JPEGNode: Node, Equatable {
    var kind: JPEGNodeKind
    /// The whole range, markers included.
    var range: Range<Int>
    /// What exactly it is, in a few words for a person.
    var label: String

    /// For a marker segment: what stands after the marker and the length.
    var payload: Range<Int> { min(range.lowerBound + 4, range.upperBound)..<range.upperBound }
}
