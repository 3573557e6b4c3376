/// Something that tells about the origin of a file and that no lossless tool can take away.
public enum Limitation: Sendable, Equatable {
    /// What is to be seen.
    case content
    /// The noise of the sensor, which identifies a camera among others.
    case sensorNoise
    /// The same, where only whoever made the picture knows whether it is a photo.
    case sensorNoiseOfPhotos
    /// Quantisation tables that are those of the widespread JPEG library at this quality.
    case commonQuantization(quality: Int)
    /// Quantisation tables of a camera's or an editor's own.
    case ownQuantization
    /// A colour profile that is not one of the common ones: its values can be those of a single screen.
    case ownProfile
    /// Primary colours that are no common ones, in a chunk of their own.
    case ownPrimaries
    /// A second picture of the same scene.
    case gainMap
    /// Pixels that are coded and that no viewer shows, outside of what the picture was cut to.
    case croppedPixels
    /// Parts of a video that an edit list leaves out, in seconds.
    case hiddenMedia(seconds: Int)
    /// Words that are to be read.
    case subtitles
    /// Tracks of a video that are encrypted.
    case protectedTracks
    /// What pages show, and what lies under it or outside of a page.
    case pages
    /// What programs wrote between the instructions that paint pages.
    case instructionComments(Int)
    /// Small pictures among these instructions that nobody looked into.
    case innerPhotos(Int)
    /// Instructions that could not be read to the end.
    case unreadInstructions
    /// What fonts and coded pictures inside say of their makers.
    case innerNotes
    /// A document that was encrypted, and can be read by anybody now.
    case decrypted
    /// Files inside a document that were not looked into.
    case attachments(Int)
    /// A document that was damaged: what its parts were is a guess.
    case repaired
    /// What can lie inside samples of some codings, where only a decoder finds it.
    case codedRemains([String])
    /// How the encoder laid out its tables and scans.
    case encoderDecisions
    /// Parts whose content was not looked into because the policy keeps them.
    case keptParts([FindingClass])
    /// What an output says of itself because the policy lets it.
    case statement([String])

    /// Whether there is a part that could not be looked into, so that nobody can say what is in it.
    public var isOpaque: Bool {
        switch self {
        case .protectedTracks, .attachments, .innerPhotos: true
        default: false
        }
    }

    var isAboutCodings: Bool { if case .codedRemains = self { true } else { false } }

    public var description: String {
        switch self {
        case .content: "what the picture shows"
        case .sensorNoise: "the sensor's noise pattern"
        case .sensorNoiseOfPhotos: "the sensor's noise pattern, if it is a photo"
        case .commonQuantization(let quality): "compression tables (common ones, quality \(quality))"
        case .ownQuantization: "compression tables (typical of a camera or program)"
        case .ownProfile: "the colour profile (typical of a screen, a camera or a program)"
        case .ownPrimaries: "primary colours (typical of a screen)"
        case .gainMap: "the gain map, a small second picture"
        case .croppedPixels: "pixels outside of what the picture was cut to, which are still there"
        case .hiddenMedia(let seconds):
            seconds == 1
                ? "a second that was cut off and is still there"
                : "\(seconds) seconds that were cut off and are still there"
        case .subtitles: "the words of the subtitles"
        case .protectedTracks: "whatever is inside the protected tracks, and where their keys are to be had"
        case .pages: "what the pages show, and what is hidden under or beside it"
        case .instructionComments(let count):
            count == 1
                ? "a comment between the instructions that paint pages"
                : "\(count) comments between the instructions that paint pages"
        case .innerPhotos(let count):
            count == 1
                ? "a small picture between the instructions, as it is"
                : "\(count) small pictures between the instructions, as they are"
        case .unreadInstructions: "comments in instructions that make no sense to the end, if there are any"
        case .innerNotes: "what fonts and pictures inside say of who made them"
        case .decrypted: "everything without protection: the document was encrypted"
        case .attachments(let count):
            count == 1 ? "an attachment, as it is" : "\(count) attachments, as they are"
        case .repaired: "what was found of it: the document was damaged"
        case .codedRemains(let codings):
            "what may lie inside the coded stream, where only decoders look (" + codings.joined(separator: ", ") + ")"
        case .encoderDecisions: "the encoder's habits"
        case .keptParts(let kinds): "kept on request: " + kinds.map(\.name).joined(separator: ", ")
        case .statement(let words): "said on request: " + words.joined(separator: ", ")
        }
    }
}
