internal import SecrBytes

/// What a range of a HEIF file is.
enum HEICNodeKind: String, BoxNodeKind {
    // What the file is made of.
    case fileType, framing, handler, dataInformation, primaryItem, itemInformation, itemLocations, itemReferences
    case groups, property, associations
    /// Tables and pictures of a sequence.
    case sequence, sequencePicture
    // Pictures.
    case picture, alpha
    /// With what belongs to it.
    case gainMap, toneMap, gainMapParameters
    /// Of a picture.
    case iccProfile, orientation
    // What nobody needs to see them.
    case exif, xmp, thumbnail, hiddenPicture, auxiliaryPicture, text, textProperty, timeProperty, unknownProperty
    case vendorItem, contentCredentials, vendorBox, xmpBox, motionVideo, freeSpace, slack
    case trailingPicture, trailingVideo, trailingRemains, trailing

    var findingClass: FindingClass? {
        switch self {
        case .fileType, .framing, .handler, .dataInformation, .primaryItem, .itemInformation, .itemLocations,
            .itemReferences, .groups, .property, .associations, .picture, .alpha, .orientation, .sequence,
            .sequencePicture:
            nil
        case .gainMap, .toneMap, .gainMapParameters: .gainMap
        case .iccProfile: .icc
        case .exif: .exif
        case .xmp, .xmpBox: .xmp
        case .thumbnail: .thumbnail
        case .hiddenPicture, .trailingPicture: .picture
        case .auxiliaryPicture: .auxiliary
        case .text, .textProperty: .comment
        case .timeProperty: .time
        case .unknownProperty, .vendorItem, .vendorBox: .vendor
        case .contentCredentials: .c2pa
        case .motionVideo, .trailingVideo: .video
        case .freeSpace, .slack: .gap
        case .trailingRemains, .trailing: .trailer
        }
    }

    static let trailingGainMap = Self.trailingPicture

    var reveals: Set<Revelation> {
        switch self {
        case .exif: [.settings]
        case .xmp, .xmpBox, .contentCredentials: [.history]
        case .thumbnail, .hiddenPicture, .auxiliaryPicture, .trailingPicture, .trailingRemains: [.picture]
        case .text, .textProperty: [.text]
        case .timeProperty: [.time]
        case .unknownProperty, .vendorItem, .vendorBox: [.software]
        case .motionVideo, .trailingVideo: [.video]
        case .iccProfile: [.colour]
        case .freeSpace, .slack, .trailing: [.leftover]
        default: []
        }
    }
}

/// One named range of the input: a box, a part of one, or bytes of an item.
struct HEICNode: BoxNode, Equatable {
    var kind: HEICNodeKind
    var range: Range<Int>
    var label: String
    /// Whose bytes these are.
    var item: Int?
    /// Of all properties, from 0.
    var property: Int?
}

extension HEICNode {
    init(kind: HEICNodeKind, range: Range<Int>, label: String) {
        self.init(kind: kind, range: range, label: label, item: nil, property: nil)
    }
}

/// The kinds of parts that reach an output.
enum HEICAllowList {
    static let standard = AllowList([
        HEICNodeKind.fileType: .rebuilt, .framing: .rebuilt, .handler: .rebuilt, .primaryItem: .rebuilt,
        .itemInformation: .rebuilt, .itemLocations: .rebuilt, .itemReferences: .rebuilt, .groups: .rebuilt,
        .property: .rebuilt, .iccProfile: .rebuilt, .orientation: .rebuilt, .associations: .rebuilt,
        .gainMapParameters: .rebuilt, .sequence: .rebuilt, .sequencePicture: .rebuilt, .picture: .copied,
        .alpha: .copied, .gainMap: .copied, .toneMap: .copied,
        // What the file says of itself, and only that.
        .exif: .rebuilt,
    ])
}
