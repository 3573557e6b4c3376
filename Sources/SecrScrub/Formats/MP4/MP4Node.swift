internal import SecrBytes

/// What a range of an MP4 or QuickTime file is.
enum MP4NodeKind: String, BoxNodeKind {
    // What the file is made of.
    case fileType, framing, movieHeader, trackHeader, mediaHeader, handler, mediaInformation, dataReference, editList
    case sampleDescriptions, sampleTable, trackReference, selection, aperture, sphere
    /// Tables of a fragment, and where fragments are.
    case fragment, segmentIndex
    /// Where keys of protected tracks are to be had.
    case keys
    /// Data of samples, those that stay among others.
    case media
    /// How much sound at the beginning and the end is not to be heard.
    case gapless
    // What nobody needs to see and hear it.
    case userData, metadata, position, timedMetadata, chapters, timecode
    /// When somebody sent a fragment, events that go with it, other boxes in it, and an index that does not fit.
    case clock, event, fragmentData, staleIndex
    case xmpBox, contentCredentials, vendorBox, preview, freeSpace, slack
    case trailingPicture, trailingVideo, trailingRemains, trailing

    static let trailingGainMap = Self.trailingPicture

    var findingClass: FindingClass? {
        switch self {
        case .fileType, .framing, .movieHeader, .trackHeader, .mediaHeader, .handler, .mediaInformation, .dataReference,
            .editList, .sampleDescriptions, .sampleTable, .trackReference, .selection, .aperture, .media, .gapless,
            .fragment, .segmentIndex, .keys, .sphere:
            nil
        case .userData, .metadata: .comment
        case .position, .timedMetadata, .timecode, .chapters, .clock, .event, .fragmentData: .timedMetadata
        case .staleIndex: .table
        case .preview: .thumbnail
        case .xmpBox: .xmp
        case .contentCredentials: .c2pa
        case .vendorBox: .vendor
        case .freeSpace, .slack: .gap
        case .trailingPicture: .picture
        case .trailingVideo: .video
        case .trailingRemains, .trailing: .trailer
        }
    }

    /// Whether it is a whole track, of which more is said than where its tables are.
    var isTrack: Bool { [.position, .timedMetadata, .timecode, .chapters].contains(self) }

    var reveals: Set<Revelation> {
        switch self {
        case .userData, .metadata, .chapters: [.text]
        case .position: [.location, .time]
        case .timedMetadata: [.settings]
        case .timecode, .clock: [.time]
        case .event: [.text]
        case .fragmentData: [.software]
        case .preview, .trailingPicture, .trailingRemains: [.picture]
        case .xmpBox, .contentCredentials: [.history]
        case .vendorBox: [.software]
        case .trailingVideo: [.video]
        case .freeSpace, .slack, .trailing: [.leftover]
        default: []
        }
    }
}

/// One named range of the input: a box, or a part of one.
struct MP4Node: BoxNode, Equatable {
    var kind: MP4NodeKind
    var range: Range<Int>
    var label: String
}

/// The kinds of parts that reach an output.
enum MP4AllowList {
    static let standard = AllowList([
        MP4NodeKind.fileType: .rebuilt, .framing: .rebuilt, .movieHeader: .rebuilt, .trackHeader: .rebuilt,
        .mediaHeader: .rebuilt, .handler: .rebuilt, .mediaInformation: .rebuilt, .dataReference: .rebuilt,
        .editList: .rebuilt, .sampleDescriptions: .rebuilt, .sampleTable: .rebuilt, .trackReference: .rebuilt,
        .selection: .rebuilt, .aperture: .rebuilt, .media: .rebuilt, .gapless: .rebuilt, .fragment: .rebuilt,
        .segmentIndex: .rebuilt, .keys: .rebuilt, .sphere: .rebuilt,
        // What the file says of itself, and only that.
        .metadata: .rebuilt,
    ])
}
