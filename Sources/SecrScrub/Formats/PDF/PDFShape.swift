/// What may stand somewhere in a document.
indirect enum PDFShape: Sendable {
    /// Numbers, names and yes or no, also in arrays.
    case plain
    /// A number, a name, yes or no, or a string.
    case text
    /// The same, also in arrays.
    case texts
    case kind(PDFKind)
    /// An array of things of one shape, or one such thing.
    case list(PDFShape)
    /// The same, with a place left empty for each thing that goes.
    case slots(PDFShape)
    /// The same, in as many arrays in each other as there are.
    case nested(PDFShape)
    /// A tree of names or numbers with things of one shape (7.9.6, 7.9.7).
    case tree(PDFShape)
    /// A tree of attachments, whose names are folders and files; each gets a number.
    case attachments
    /// Strings by which parts of the structure are meant; each gets another one.
    case identifier
    /// A dictionary whose keys are names that the document has chosen.
    case map(PDFShape)
    /// The first one that fits.
    case either(PDFShape, PDFShape)
    /// Only a page that is in the document.
    case page
    /// Goes.
    case drop(PDFPart)
    /// Stays with this value; what it says otherwise is such a part.
    case written(PDFValue, PDFPart)
    /// Taken care of elsewhere, without a word.
    case rewritten
    /// All that is there, on request.
    case anything
}

/// Kinds of dictionaries and streams, each with entries of its own.
enum PDFKind: Int, CaseIterable, Sendable {
    case trailer, catalog, pageNode, page, resources, viewerPreferences, nameTrees, pageLabel, markInfo, base
    case outlines, outline, destination, action, thread, bead, threadInformation
    case object, picture, form, group, graphicsState, softMask, halftone, halftones, pattern, tiling, shading, function
    case colorSpace, calibrated, colorants, process, mixing, profile
    case font, encoding, characterMap, systemInformation, fontDescriptor, fontStyle, fontFile
    case decodeParameters, content, bytes, segments, glyph
    case annotation, appearance, appearanceCharacteristics, border, borderEffect, iconFit, transition, fixedPrint
    case acroForm, optionalContent, contentProperties, configuration, usage, usageEntry, usageApplication
    case structureRoot, structure, attributes, namespace, propertyList
    case outputIntent, file, embeddedFiles, embeddedFile, claim

    /// Always streams; the others are dictionaries, but for those that can be either.
    func fits(isStream: Bool) -> Bool {
        switch self {
        case .object, .picture, .form, .tiling, .profile, .characterMap, .fontFile, .content, .bytes, .embeddedFile,
            .claim, .segments, .glyph:
            isStream
        case .halftone, .halftones, .pattern, .shading, .function, .colorSpace: true
        default: !isStream
        }
    }

    var index: Int { rawValue }

    /// Whether its data are instructions that paint.
    var paints: Bool { self == .content || self == .glyph || self == .form || self == .tiling }
}

extension PDFShape {
    static let action = PDFShape.kind(.action)
    static let destination = PDFShape.either(.slots(.either(.page, .plain)), .kind(.destination))
    /// Where a jump leads: a place on a page, in this document or in another, or the name of one.
    static let target = PDFShape.either(.text, .slots(.either(.page, .text)))
    static let structureTarget = PDFShape.either(.text, .slots(.either(.kind(.structure), .text)))

    /// Tells shapes apart under which the same object can be understood.
    var tag: Int {
        switch self {
        case .plain: 1
        case .text: 2
        case .anything: 3
        case .identifier: 4
        case .page: 5
        case .attachments: 7
        case .texts: 8
        case .drop, .rewritten, .written: 6
        case .kind(let kind): 100 + kind.index
        case .list(let inner): 1_000 + 7 * inner.tag
        case .slots(let inner): 2_000 + 11 * inner.tag
        case .nested(let inner): 3_000 + 13 * inner.tag
        case .map(let inner): 4_000 + 17 * inner.tag
        case .tree(let inner): 5_000 + 19 * inner.tag
        case .either(let first, let second): 6_000 + 23 * first.tag + 29 * second.tag
        }
    }
}
