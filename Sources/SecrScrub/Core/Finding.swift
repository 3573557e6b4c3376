/// The kinds of parts that a file can be asked to keep or to lose; the words of `--keep` and `--drop`.
public enum FindingClass: String, Sendable, CaseIterable {
    case exif
    case thumbnail
    case xmp
    case iptc
    case icc
    case orientation
    case colorSpace = "color-space"
    case density
    case encoder
    case comment
    case time
    case c2pa
    case vendor
    case multiPicture = "mpf"
    case gainMap = "gain-map"
    case picture = "extra-picture"
    case video = "motion-video"
    case timedMetadata = "timed-metadata"
    case hidden = "hidden-media"
    case attachment = "attachments"
    case trailer
    case gap
    case reserved
    case auxiliary
    case table

    /// Classes that `--keep` takes: whole parts whose bytes stay meaningful when everything around them changes.
    public static let keepable: [FindingClass] = [
        .exif, .xmp, .iptc, .icc, .comment, .time, .c2pa, .vendor, .auxiliary,
    ]

    /// Classes that `--drop` takes: what would otherwise stay or make the file be refused.
    public static let droppable: [FindingClass] = [.orientation, .icc, .colorSpace, .gainMap, .attachment]

    /// As people call it, in the middle of a sentence.
    public var name: String {
        switch self {
        case .exif: "Exif"
        case .thumbnail: "thumbnail"
        case .xmp: "XMP"
        case .iptc: "IPTC and Photoshop data"
        case .icc: "colour profile"
        case .orientation: "orientation"
        case .colorSpace: "colour space"
        case .density: "resolution"
        case .encoder: "encoder marks"
        case .comment: "comment"
        case .time: "time"
        case .c2pa: "content credentials"
        case .vendor: "maker's data"
        case .multiPicture: "multi-picture index"
        case .gainMap: "gain map"
        case .picture: "further picture"
        case .video: "motion video"
        case .timedMetadata: "tracks of data"
        case .hidden: "what was cut off"
        case .attachment: "attachments"
        case .trailer: "bytes after the end"
        case .gap: "bytes between the parts"
        case .reserved: "reserved markers"
        case .auxiliary: "auxiliary data"
        case .table: "tables"
        }
    }
}

/// What a finding tells somebody who looks for it.
public enum Revelation: String, Sendable, CaseIterable {
    case location, time, device, serial, person, software, text, identifier, history, picture, video, settings, colour
    case leftover
}

/// One piece of metadata: where it lies, what it is, what it can reveal, what the policy does with it.
public struct Finding: Sendable, Equatable {
    public enum Action: String, Sendable {
        case removed
        /// Replaced by the smallest form that renders the same.
        case reduced
        case kept
    }

    public var kind: FindingClass
    public var reveals: Set<Revelation>
    /// A few words: `GPS position`, `thumbnail`.
    public var name: String
    /// The value as a person reads it, taken from the file and therefore not to be trusted on a terminal.
    public var value: String?
    /// Where in the input.
    public var range: Range<Int>
    public var action: Action

    package init(
        _ kind: FindingClass, reveals: Set<Revelation> = [], _ name: String, value: String? = nil, range: Range<Int>,
        action: Action
    ) {
        self.kind = kind
        self.reveals = reveals
        self.name = name
        self.value = value
        self.range = range
        self.action = action
    }
}

extension [Finding] {
    /// Whether nothing would be removed or reduced.
    public var isClean: Bool { allSatisfy { $0.action == .kept } }
}
