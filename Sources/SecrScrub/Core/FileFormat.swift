/// A format that this module scrubs.
public enum FileFormat: String, Sendable, CaseIterable {
    case jpeg, png, heif, mp4, pdf

    /// As people call it.
    public var name: String {
        switch self {
        case .jpeg: "JPEG picture"
        case .png: "PNG picture"
        case .heif: "HEIF picture"
        case .mp4: "MPEG-4 or QuickTime video"
        case .pdf: "PDF document"
        }
    }

    /// The usual media type (RFC 6838) of its files.
    public var mediaType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .heif: "image/heif"
        case .mp4: "video/mp4"
        case .pdf: "application/pdf"
        }
    }

    /// Lower-case name extensions that promise this format, the usual one first.
    public var extensions: [String] {
        switch self {
        case .png: ["png", "apng"]
        case .heif: ["heic", "heif", "avif", "hif", "avci"]
        case .mp4:
            [
                "mp4", "mov", "m4v", "m4a", "m4b", "3gp", "3g2", "qt", "insv", "lrv", "heics", "avifs", "heic", "heif",
                "avif",
            ]
        case .pdf: ["pdf"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif", "jif", "thm"]
        }
    }
}

/// What the first bytes of an input say it is. Names and extensions are never asked.
public enum DetectedFormat: Sendable, Equatable {
    case handled(FileFormat)
    /// A kind of file that is recognised but not handled, named as people know it.
    case known(String)
    case empty
    case unknown
}
