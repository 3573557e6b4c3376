internal import SecrBytes

/// One track of a movie (ISO/IEC 14496-12, 8.3), with its tables in the form in which they are written.
struct MP4Track: Sendable {
    var range: Range<Int>
    var header: MP4Header
    var mediaHeader: MP4Header
    var handler: FourCC
    /// `media`, or as what it goes.
    var kind = MP4NodeKind.media
    /// What it is called where it goes.
    var label = ""
    var references: [Reference] = []
    var entries: [MP4SampleEntry] = []
    var samples = MP4SampleTables()
    /// Of a protected track that is not in fragments.
    var encryption: MP4SampleEncryption?
    var edits: [Edit] = []
    /// Whether the edits are to be shown again and again (23008-12, 9.6).
    var repeatsEdits = false
    /// Whole boxes: shapes of the picture, language, the kind of media, and which tracks are alternatives, and how a picture wraps around the viewer.
    var aperture: [UInt8] = []
    var language: [UInt8] = []
    var information: [UInt8] = []
    var selection: [UInt8] = []
    var sphere: [UInt8] = []

    struct Reference: Sendable, Equatable {
        var type: FourCC
        var targets: [Int]
    }

    /// A part of the media that is shown (8.6.6).
    struct Edit: Sendable, Equatable {
        /// In units of the movie.
        var duration: Int
        /// Where it begins, in units of the media; `nil` for a pause.
        var start: Int?
        /// With 16 bits of fraction.
        var rate: Int
    }

    var id: Int { header.id }
    var isProtected: Bool { entries.contains { $0.protection != nil } }

    /// Kinds of tracks that people see or hear.
    static let handlers: Set<FourCC> = ["vide", "soun", "sbtl", "subt", "subp", "text", "clcp", "auxv", "pict"]
    /// References between such tracks that players follow: subtitles that are forced or belong to a sound, fonts, depth
    /// and alpha, alternatives.
    static let referenceTypes: Set<FourCC> = [
        "forc", "fall", "folw", "subt", "font", "auxl", "prem", "vdep", "vplx", "sbas", "scal", "mixn",
    ]
}
