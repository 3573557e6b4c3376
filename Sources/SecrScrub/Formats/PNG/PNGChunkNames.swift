internal import SecrBytes

/// Tells chunks apart by their type, and texts by their keyword.
enum PNGChunkNames {
    /// Of a chunk that is read to be kept: kind, and in a few words for messages.
    static let kept: [FourCC: (kind: PNGNodeKind, label: String)] = [
        "PLTE": (.palette, "palette"), "tRNS": (.transparency, "transparency"), "gAMA": (.gamma, "gamma"),
        "cHRM": (.chromaticities, "primary colours"), "sRGB": (.standardRGB, "mark of sRGB"),
        "cICP": (.codingIndependent, "colour space"), "mDCV": (.masteringDisplay, "mastering display"),
        "mDCv": (.masteringDisplay, "mastering display"), "cLLI": (.contentLight, "content light level"),
        "cLLi": (.contentLight, "content light level"), "sBIT": (.significantBits, "significant bits"),
        "iCCP": (.iccProfile, "colour profile"), "eXIf": (.exif, "Exif"), "pHYs": (.pixelSize, "resolution"),
        "acTL": (.animationControl, "animation"), "fcTL": (.frameControl, "frame"),
    ]

    /// Of the others, with names where they are known.
    private static let dropped: [FourCC: (kind: PNGNodeKind, label: String)] = [
        "tIME": (.time, "time of the last change"), "caBX": (.contentCredentials, "content credentials (C2PA)"),
        "bKGD": (.auxiliary, "background colour"), "hIST": (.auxiliary, "histogram"),
        "sPLT": (.auxiliary, "suggested palette"), "oFFs": (.auxiliary, "position on a page or screen"),
        "pCAL": (.auxiliary, "calibration of values"), "sCAL": (.auxiliary, "scale of the subject"),
        "sTER": (.auxiliary, "stereo mark"), "gIFg": (.auxiliary, "GIF data"), "gIFx": (.auxiliary, "GIF data"),
        "gIFt": (.auxiliary, "GIF text"), "dSIG": (.auxiliary, "signature"), "fRAc": (.auxiliary, "fractal data"),
        "iDOT": (.vendor, "decoding hints (Apple)"), "vpAg": (.vendor, "page size (ImageMagick)"),
        "zxIf": (.vendor, "Exif under an old name"), "seAl": (.vendor, "SEAL signature"),
        "gmAP": (.vendor, "gain map"), "gdAT": (.vendor, "gain map"),
        "prVW": (.sourceDocument, "preview (Fireworks)"), "mkBF": (.sourceDocument, "source document (Fireworks)"),
        "mkBS": (.sourceDocument, "source document (Fireworks)"),
        "mkTS": (.sourceDocument, "source document (Fireworks)"),
        "mkBT": (.sourceDocument, "source document (Fireworks)"),
        "skMf": (.sourceDocument, "source document (Skitch)"),
        "skRf": (.sourceDocument, "the original picture (Skitch)"),
    ]

    /// Of any ancillary chunk that is not kept. Every type is here or unknown; neither reaches the output.
    static func dropped(_ type: FourCC) -> (kind: PNGNodeKind, label: String) {
        dropped[type] ?? (.vendor, "data of an unknown program (\(type))")
    }

    /// How many bytes of a text are looked at for its keyword.
    static let keywordLength = 80

    static func isText(_ type: FourCC) -> Bool { ["tEXt", "zTXt", "iTXt"].contains(type) }

    static func text(keyword: String) -> (kind: PNGNodeKind, label: String) {
        switch keyword {
        case "XML:com.adobe.xmp", "Raw profile type xmp": (.xmp, "XMP")
        case "Raw profile type exif", "Raw profile type APP1": (.exifText, "Exif as a text")
        case "Raw profile type iptc", "Raw profile type 8bim": (.iptcText, "IPTC as a text")
        default: (.text, "text")
        }
    }

    /// What a text tells, by its keyword.
    static func reveals(keyword: String) -> Revelation {
        switch keyword {
        case "Author", "Artist", "Copyright": .person
        case "Software", "software": .software
        case "Source", "Make", "Model": .device
        case "Creation Time", "date:create", "date:modify", "date:timestamp", "Thumb::MTime": .time
        case "parameters", "prompt", "workflow", "Dream", "sd-metadata": .history
        default: .text
        }
    }
}
