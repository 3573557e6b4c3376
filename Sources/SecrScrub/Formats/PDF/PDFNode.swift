/// What of a document does not stay by itself: the reasons for which parts go, by which policies speak of them.
enum PDFPart: String, NodeKind {
    case information, metadata, privateData, thumbnail, times, people, scripts, attachmentDetails
    case structureTitles, prepress, webCapture, permissions, layerNotes, formScripts, unknown
    case signature, instructionComments, pictureMetadata, profileTexts, slack, pagesOutside, media, externalFile,
        attachment

    var findingClass: FindingClass? {
        switch self {
        case .information: .comment
        case .metadata: .xmp
        case .privateData: .vendor
        case .thumbnail: .thumbnail
        case .times: .time
        case .people, .structureTitles: .comment
        case .scripts, .formScripts: .auxiliary
        case .attachmentDetails, .media, .externalFile: .auxiliary
        case .prepress, .webCapture, .permissions, .signature, .layerNotes: .vendor
        case .unknown: .vendor
        case .pictureMetadata: .exif
        case .profileTexts: .icc
        case .slack, .instructionComments: .gap
        case .attachment: .attachment
        case .pagesOutside: .gap
        }
    }

    var reveals: Set<Revelation> {
        switch self {
        case .information: [.person, .software, .time]
        case .metadata: [.person, .software, .time, .identifier]
        case .privateData: [.software, .history]
        case .thumbnail: [.picture]
        case .times: [.time]
        case .people: [.person]
        case .scripts, .formScripts: [.software]
        case .attachmentDetails: [.time, .history]
        case .structureTitles, .layerNotes: [.text]
        case .prepress: [.software]
        case .webCapture, .externalFile: [.history]
        case .permissions, .signature: [.person]
        case .unknown, .slack: [.leftover]
        case .instructionComments: [.text]
        case .pictureMetadata: [.location, .device, .time]
        case .profileTexts: [.device]
        case .pagesOutside: [.history]
        case .media: [.video]
        case .attachment: [.text]
        }
    }

    /// As people call it.
    var name: String {
        switch self {
        case .information: "author, program and dates of the document"
        case .metadata: "XMP"
        case .privateData: "private data of programs"
        case .thumbnail: "thumbnail of a page"
        case .times: "dates of changes"
        case .people: "what tells a person"
        case .scripts: "JavaScript, or another program that starts"
        case .attachmentDetails: "description and dates of an attachment"
        case .structureTitles: "working title of a section"
        case .prepress: "notes for printing"
        case .webCapture: "where the page was captured"
        case .permissions: "signed permissions"
        case .signature: "signature"
        case .instructionComments: "comments between the instructions of pages"
        case .layerNotes: "notes on a layer"
        case .formScripts: "script of a form"
        case .unknown: "entries that nothing needs"
        case .pictureMetadata: "metadata inside a picture"
        case .profileTexts: "texts of a colour profile"
        case .slack: "bytes behind the end of data"
        case .pagesOutside: "pages that are not in the document"
        case .media: "further forms of a picture"
        case .externalFile: "path of another file"
        case .attachment: "attached files"
        }
    }
}

/// A part that goes, however often it is there.
struct PDFDrop: Sendable, Hashable {
    var part: PDFPart
    /// The key or kind under which it was found.
    var label: String
}
