/// What may stand in each kind of dictionary (ISO 32000-2). What is not in these tables does not reach an output.
enum PDFRules {
    typealias Table = [String: PDFShape]

    static func shape(of key: String, in kind: PDFKind) -> PDFShape {
        if let shape = tables[kind.index][key] { return shape }
        // Of a halftone of several, each has the name of its colorant.
        return kind == .halftones ? .kind(.halftone) : .drop(.unknown)
    }

    /// By the numbers of kinds.
    private static let tables: [Table] = {
        let tables = document.merging(pictures) { $1 }.merging(interaction) { $1 }
        return PDFKind.allCases.map { tables[$0] ?? [:] }
    }()

    /// 7.7 and 14.
    private static let document: [PDFKind: Table] = [
        .trailer: [
            "Root": .kind(.catalog), "Info": .drop(.information), "ID": .rewritten, "Size": .rewritten,
            "Prev": .rewritten, "Encrypt": .rewritten, "XRefStm": .rewritten, "Type": .rewritten, "W": .rewritten,
            "Index": .rewritten, "Length": .rewritten, "Filter": .rewritten, "DecodeParms": .rewritten,
        ],
        .catalog: [
            "Type": .plain, "Version": .rewritten, "Extensions": .rewritten, "Pages": .kind(.pageNode),
            "PageLabels": .tree(.kind(.pageLabel)), "Names": .kind(.nameTrees), "Dests": .map(.destination),
            "ViewerPreferences": .kind(.viewerPreferences), "PageLayout": .plain, "PageMode": .plain,
            "Outlines": .kind(.outlines), "Threads": .list(.kind(.thread)),
            "OpenAction": .either(.action, .destination), "URI": .kind(.base), "AcroForm": .kind(.acroForm),
            "StructTreeRoot": .kind(.structureRoot), "MarkInfo": .kind(.markInfo), "Lang": .text,
            "OutputIntents": .list(.kind(.outputIntent)), "OCProperties": .kind(.contentProperties),
            "AF": .list(.kind(.file)), "NeedsRendering": .rewritten, "Metadata": .drop(.metadata),
            "PieceInfo": .drop(.privateData), "LastModified": .drop(.times), "AA": .drop(.scripts),
            "SpiderInfo": .drop(.webCapture), "Perms": .drop(.permissions), "DSS": .drop(.permissions),
            "Legal": .drop(.permissions),
        ],
        .pageNode: [
            "Type": .plain, "Parent": .kind(.pageNode), "Kids": .list(.kind(.pageNode)), "Count": .plain,
            "Resources": .kind(.resources), "MediaBox": .plain, "CropBox": .plain, "Rotate": .plain,
        ],
        .page: [
            "Type": .plain, "Parent": .kind(.pageNode), "MediaBox": .plain, "CropBox": .plain, "BleedBox": .plain,
            "TrimBox": .plain, "ArtBox": .plain, "Rotate": .plain, "UserUnit": .plain,
            "Contents": .list(.kind(.content)), "Resources": .kind(.resources), "Group": .kind(.group),
            "Annots": .list(.kind(.annotation)), "B": .list(.kind(.bead)), "Dur": .plain, "Trans": .kind(.transition),
            "StructParents": .plain, "Tabs": .plain, "PZ": .plain, "OutputIntents": .list(.kind(.outputIntent)),
            "AF": .list(.kind(.file)), "Thumb": .drop(.thumbnail), "Metadata": .drop(.metadata),
            "PieceInfo": .drop(.privateData), "LastModified": .drop(.times), "AA": .drop(.scripts),
            "ID": .drop(.webCapture), "SeparationInfo": .drop(.prepress), "BoxColorInfo": .drop(.prepress),
        ],
        .resources: [
            "ExtGState": .map(.kind(.graphicsState)), "ColorSpace": .map(.kind(.colorSpace)),
            "Pattern": .map(.kind(.pattern)), "Shading": .map(.kind(.shading)), "XObject": .map(.kind(.object)),
            "Font": .map(.kind(.font)), "ProcSet": .plain, "Properties": .map(.kind(.propertyList)),
        ],
        .viewerPreferences: [
            "HideToolbar": .plain, "HideMenubar": .plain, "HideWindowUI": .plain, "FitWindow": .plain,
            "CenterWindow": .plain, "DisplayDocTitle": .plain, "NonFullScreenPageMode": .plain, "Direction": .plain,
            "ViewArea": .plain, "ViewClip": .plain, "PrintArea": .plain, "PrintClip": .plain, "PrintScaling": .plain,
            "Duplex": .plain, "PickTrayByPDFSize": .plain, "PrintPageRange": .plain, "NumCopies": .plain,
            "Enforce": .plain,
        ],
        .nameTrees: [
            "Dests": .tree(.destination), "EmbeddedFiles": .attachments, "AP": .drop(.scripts),
            "JavaScript": .drop(.scripts), "IDS": .drop(.webCapture), "URLS": .drop(.webCapture),
        ],
        .pageLabel: ["Type": .plain, "S": .plain, "P": .text, "St": .plain],
        .markInfo: ["Marked": .plain, "UserProperties": .rewritten, "Suspects": .plain],
        .base: ["Base": .text],
        .outputIntent: [
            "Type": .plain, "S": .plain, "OutputConditionIdentifier": .text, "RegistryName": .text,
            "DestOutputProfile": .kind(.profile), "Info": .drop(.prepress), "OutputCondition": .drop(.prepress),
        ],
        .structureRoot: [
            "Type": .plain, "K": .list(.kind(.structure)), "IDTree": .rewritten,
            "ParentTree": .tree(.either(.slots(.kind(.structure)), .kind(.structure))), "ParentTreeNextKey": .plain,
            "RoleMap": .map(.plain),
            "ClassMap": .map(.list(.kind(.attributes))), "Namespaces": .list(.kind(.namespace)),
            "AF": .list(.kind(.file)),
        ],
        .structure: [
            "Type": .plain, "S": .plain, "P": .kind(.structure), "K": .list(.either(.plain, .kind(.structure))),
            "Pg": .page, "A": .list(.either(.plain, .kind(.attributes))), "C": .plain, "R": .plain, "Lang": .text,
            "Alt": .text, "E": .text, "ActualText": .text, "ID": .identifier, "Ref": .list(.kind(.structure)),
            "NS": .kind(.namespace), "AF": .list(.kind(.file)), "Phoneme": .text, "PhoneticAlphabet": .plain,
            // Of references to content and to objects (14.7.5).
            "MCID": .plain, "Stm": .kind(.object), "StmOwn": .rewritten,
            "Obj": .either(.kind(.annotation), .kind(.object)),
            "T": .drop(.structureTitles),
        ],
        .attributes: [
            "O": .plain, "NS": .kind(.namespace), "Placement": .plain, "WritingMode": .plain, "BackgroundColor": .plain,
            "BorderColor": .plain, "BorderStyle": .plain, "BorderThickness": .plain, "Color": .plain, "Padding": .plain,
            "SpaceBefore": .plain, "SpaceAfter": .plain, "StartIndent": .plain, "EndIndent": .plain,
            "TextIndent": .plain, "TextAlign": .plain, "BBox": .plain, "Width": .plain, "Height": .plain,
            "BlockAlign": .plain, "InlineAlign": .plain, "TBorderStyle": .plain, "TPadding": .plain,
            "LineHeight": .plain, "BaselineShift": .plain, "TextDecorationType": .plain,
            "TextDecorationColor": .plain, "TextDecorationThickness": .plain, "RubyAlign": .plain,
            "RubyPosition": .plain, "GlyphOrientationVertical": .plain, "TextPosition": .plain,
            "ColumnCount": .plain, "ColumnGap": .plain, "ColumnWidths": .plain, "ListNumbering": .plain,
            "ContinuedList": .plain, "ContinuedFrom": .identifier, "Role": .plain, "Checked": .plain,
            "checked": .plain, "Desc": .text, "RowSpan": .plain, "ColSpan": .plain, "Headers": .identifier,
            "Scope": .plain, "Summary": .text, "Short": .text, "NoteType": .plain, "Type": .plain, "Subtype": .plain,
            "Attached": .plain,
        ],
        .namespace: [
            "Type": .plain, "NS": .text, "RoleMapNS": .map(.either(.plain, .list(.either(.plain, .kind(.namespace))))),
        ],
        .propertyList: [
            "Type": .plain, "Name": .text, "Intent": .plain, "Usage": .kind(.usage),
            "OCGs": .list(.kind(.optionalContent)),
            "P": .plain, "VE": .nested(.either(.plain, .kind(.optionalContent))), "ActualText": .text, "Alt": .text,
            "E": .text, "Lang": .text, "MCID": .plain, "BBox": .plain, "Attached": .plain, "Subtype": .plain,
            "Metadata": .drop(.metadata),
        ],
        .optionalContent: [
            "Type": .plain, "Name": .text, "Intent": .plain, "Usage": .kind(.usage),
            "OCGs": .list(.kind(.optionalContent)),
            "P": .plain, "VE": .nested(.either(.plain, .kind(.optionalContent))), "Metadata": .drop(.metadata),
        ],
        .contentProperties: [
            "OCGs": .list(.kind(.optionalContent)), "D": .kind(.configuration), "Configs": .list(.kind(.configuration)),
        ],
        .configuration: [
            "BaseState": .plain, "ON": .list(.kind(.optionalContent)), "OFF": .list(.kind(.optionalContent)),
            "Intent": .plain, "AS": .list(.kind(.usageApplication)),
            "Order": .nested(.either(.kind(.optionalContent), .text)), "ListMode": .plain,
            "RBGroups": .nested(.kind(.optionalContent)), "Locked": .list(.kind(.optionalContent)),
            "Name": .drop(.layerNotes), "Creator": .drop(.layerNotes),
        ],
        .usage: [
            "Export": .kind(.usageEntry), "Zoom": .kind(.usageEntry), "Print": .kind(.usageEntry),
            "View": .kind(.usageEntry), "Language": .kind(.usageEntry), "PageElement": .kind(.usageEntry),
            "CreatorInfo": .drop(.layerNotes),
            "User": .drop(.people),
        ],
        .usageEntry: [
            "ExportState": .plain, "PrintState": .plain, "ViewState": .plain, "Subtype": .plain, "min": .plain,
            "max": .plain, "Lang": .text, "Preferred": .plain,
        ],
        .usageApplication: ["Event": .plain, "OCGs": .list(.kind(.optionalContent)), "Category": .plain],
        .file: [
            "Type": .plain, "FS": .plain, "F": .text, "UF": .text, "EF": .kind(.embeddedFiles),
            "AFRelationship": .plain,
            "Desc": .drop(.attachmentDetails), "CI": .drop(.attachmentDetails), "Thumb": .drop(.thumbnail),
            "DOS": .drop(.externalFile), "Mac": .drop(.externalFile), "Unix": .drop(.externalFile),
        ],
        .embeddedFiles: [
            "F": .kind(.embeddedFile), "UF": .kind(.embeddedFile), "DOS": .drop(.externalFile),
            "Mac": .drop(.externalFile), "Unix": .drop(.externalFile),
        ],
        .embeddedFile: ["Type": .plain, "Subtype": .plain, "Params": .drop(.attachmentDetails)],
    ]

    /// 8 and 9.
    private static let pictures: [PDFKind: Table] = [
        .picture: [
            "Type": .plain, "Subtype": .plain, "Width": .plain, "Height": .plain, "ColorSpace": .kind(.colorSpace),
            "BitsPerComponent": .plain, "Intent": .plain, "ImageMask": .plain, "Decode": .plain, "Interpolate": .plain,
            "Mask": .either(.kind(.picture), .plain), "SMask": .kind(.picture), "SMaskInData": .plain, "Matte": .plain,
            "StructParent": .plain, "OC": .kind(.optionalContent), "AF": .list(.kind(.file)), "Name": .rewritten,
            "Metadata": .drop(.metadata), "ID": .drop(.webCapture), "Alternates": .drop(.media),
            "OPI": .drop(.prepress),
        ],
        .form: [
            "Type": .plain, "Subtype": .plain, "FormType": .plain, "BBox": .plain, "Matrix": .plain,
            "Resources": .kind(.resources), "Group": .kind(.group), "StructParent": .plain, "StructParents": .plain,
            "OC": .kind(.optionalContent), "AF": .list(.kind(.file)), "Name": .rewritten, "Metadata": .drop(.metadata),
            "PieceInfo": .drop(.privateData), "LastModified": .drop(.times), "OPI": .drop(.prepress),
            "Ref": .drop(.externalFile),
        ],
        .group: ["Type": .plain, "S": .plain, "CS": .kind(.colorSpace), "I": .plain, "K": .plain],
        .graphicsState: [
            "Type": .plain, "LW": .plain, "LC": .plain, "LJ": .plain, "ML": .plain, "D": .plain, "RI": .plain,
            "OP": .plain, "op": .plain, "OPM": .plain, "Font": .list(.either(.plain, .kind(.font))),
            "BG": .kind(.function), "BG2": .either(.plain, .kind(.function)), "UCR": .kind(.function),
            "UCR2": .either(.plain, .kind(.function)), "TR": .list(.either(.plain, .kind(.function))),
            "TR2": .list(.either(.plain, .kind(.function))), "HT": .either(.plain, .kind(.halftone)), "FL": .plain,
            "SM": .plain, "SA": .plain, "BM": .plain, "SMask": .either(.plain, .kind(.softMask)), "CA": .plain,
            "ca": .plain, "AIS": .plain, "TK": .plain, "UseBlackPtComp": .plain, "HTO": .plain,
        ],
        .softMask: [
            "Type": .plain, "S": .plain, "G": .kind(.form), "BC": .plain, "TR": .either(.plain, .kind(.function)),
        ],
        .pattern: [
            "Type": .plain, "PatternType": .plain, "Shading": .kind(.shading), "Matrix": .plain,
            "ExtGState": .kind(.graphicsState),
        ],
        .tiling: [
            "Type": .plain, "PatternType": .plain, "PaintType": .plain, "TilingType": .plain, "BBox": .plain,
            "XStep": .plain, "YStep": .plain, "Resources": .kind(.resources), "Matrix": .plain,
        ],
        .shading: [
            "ShadingType": .plain, "ColorSpace": .kind(.colorSpace), "Background": .plain, "BBox": .plain,
            "AntiAlias": .plain, "Domain": .plain, "Matrix": .plain, "Function": .list(.kind(.function)),
            "Coords": .plain,
            "Extend": .plain, "BitsPerCoordinate": .plain, "BitsPerComponent": .plain, "BitsPerFlag": .plain,
            "Decode": .plain, "VerticesPerRow": .plain,
        ],
        .function: [
            "FunctionType": .plain, "Domain": .plain, "Range": .plain, "Size": .plain, "BitsPerSample": .plain,
            "Order": .plain, "Encode": .plain, "Decode": .plain, "C0": .plain, "C1": .plain, "N": .plain,
            "Functions": .list(.kind(.function)), "Bounds": .plain,
        ],
        .calibrated: ["WhitePoint": .plain, "BlackPoint": .plain, "Gamma": .plain, "Matrix": .plain, "Range": .plain],
        .colorants: [
            "Subtype": .plain, "Colorants": .map(.kind(.colorSpace)), "Process": .kind(.process),
            "MixingHints": .kind(.mixing),
        ],
        .process: ["ColorSpace": .kind(.colorSpace), "Components": .plain],
        .mixing: [
            "Solidities": .map(.plain), "PrintingOrder": .plain, "DotGain": .map(.kind(.function)),
        ],
        .profile: [
            "N": .plain, "Alternate": .kind(.colorSpace), "Range": .plain, "Metadata": .drop(.metadata),
        ],
        .font: [
            "Type": .plain, "Subtype": .plain, "BaseFont": .plain, "FirstChar": .plain, "LastChar": .plain,
            "Widths": .plain, "FontDescriptor": .kind(.fontDescriptor),
            "Encoding": .either(.plain, .either(.kind(.encoding), .kind(.characterMap))),
            "ToUnicode": .either(.plain, .kind(.characterMap)),
            "DescendantFonts": .list(.kind(.font)), "FontBBox": .plain, "FontMatrix": .plain,
            "CharProcs": .map(.kind(.glyph)), "Resources": .kind(.resources),
            "CIDSystemInfo": .kind(.systemInformation), "DW": .plain, "W": .plain, "DW2": .plain, "W2": .plain,
            "CIDToGIDMap": .either(.plain, .kind(.bytes)), "Name": .rewritten, "Metadata": .drop(.metadata),
        ],
        .glyph: ["Resources": .kind(.resources)],
        .encoding: ["Type": .plain, "BaseEncoding": .plain, "Differences": .plain],
        .characterMap: [
            "Type": .plain, "CMapName": .plain, "CIDSystemInfo": .kind(.systemInformation), "WMode": .plain,
            "UseCMap": .either(.plain, .kind(.characterMap)),
        ],
        .systemInformation: ["Registry": .text, "Ordering": .text, "Supplement": .plain],
        .fontDescriptor: [
            "Type": .plain, "FontName": .plain, "FontFamily": .text, "FontStretch": .plain, "FontWeight": .plain,
            "Flags": .plain, "FontBBox": .plain, "ItalicAngle": .plain, "Ascent": .plain, "Descent": .plain,
            "Leading": .plain, "CapHeight": .plain, "XHeight": .plain, "StemV": .plain, "StemH": .plain,
            "AvgWidth": .plain, "MaxWidth": .plain, "MissingWidth": .plain, "FontFile": .kind(.fontFile),
            "FontFile2": .kind(.fontFile), "FontFile3": .kind(.fontFile), "CharSet": .text, "Style": .kind(.fontStyle),
            "Lang": .plain, "FD": .map(.kind(.fontDescriptor)), "CIDSet": .kind(.bytes), "Metadata": .drop(.metadata),
        ],
        .fontStyle: ["Panose": .text],
        .fontFile: [
            "Length1": .plain, "Length2": .plain, "Length3": .plain, "Subtype": .plain, "Metadata": .drop(.metadata),
        ],
        .decodeParameters: [
            "Predictor": .plain, "Colors": .plain, "BitsPerComponent": .plain, "Columns": .plain, "EarlyChange": .plain,
            "K": .plain, "EndOfLine": .plain, "EncodedByteAlign": .plain, "Rows": .plain, "EndOfBlock": .plain,
            "BlackIs1": .plain, "DamagedRowsBeforeError": .plain, "JBIG2Globals": .kind(.segments),
            "ColorTransform": .plain,
        ],
        .halftone: [
            "Type": .plain, "HalftoneType": .plain, "Frequency": .plain, "Angle": .plain,
            "SpotFunction": .either(.plain, .kind(.function)), "AccurateScreens": .plain,
            "TransferFunction": .either(.plain, .kind(.function)), "Width": .plain, "Height": .plain, "Xsquare": .plain,
            "Ysquare": .plain, "Width2": .plain, "Height2": .plain, "HalftoneName": .rewritten,
            "Metadata": .drop(.metadata),
        ],
        .halftones: [
            "Type": .plain, "HalftoneType": .plain, "HalftoneName": .rewritten, "Metadata": .drop(.metadata),
        ],
    ]

    /// 12.
    private static let interaction: [PDFKind: Table] = [
        .outlines: ["Type": .plain, "First": .kind(.outline), "Last": .kind(.outline), "Count": .plain],
        .outline: [
            "Title": .text, "Parent": .either(.kind(.outline), .kind(.outlines)), "Prev": .kind(.outline),
            "Next": .kind(.outline), "First": .kind(.outline), "Last": .kind(.outline), "Count": .plain,
            "Dest": .either(.text, .destination), "A": .action, "SE": .kind(.structure), "C": .plain, "F": .plain,
        ],
        .destination: ["D": .target, "SD": .structureTarget],
        .thread: ["Type": .plain, "F": .kind(.bead), "I": .kind(.threadInformation)],
        .threadInformation: ["Title": .text],
        .bead: ["Type": .plain, "T": .kind(.thread), "N": .kind(.bead), "V": .kind(.bead), "P": .page, "R": .plain],
        .transition: [
            "Type": .plain, "S": .plain, "D": .plain, "Dm": .plain, "M": .plain, "Di": .plain, "SS": .plain,
            "B": .plain,
        ],
        .action: [
            "Type": .plain, "S": .plain, "Next": .list(.action), "D": .either(.target, .kind(.thread)),
            "SD": .structureTarget, "URI": .text, "IsMap": .plain, "N": .plain,
            "NewWindow": .plain, "H": .plain, "T": .either(.text, .list(.either(.kind(.annotation), .text))),
            "F": .either(.text, .kind(.file)), "Fields": .list(.either(.kind(.annotation), .text)), "Flags": .plain,
            "State": .list(.either(.kind(.optionalContent), .plain)), "PreserveRB": .plain,
            "B": .either(.plain, .kind(.bead)),
            "Trans": .kind(.transition), "CharSet": .text, "JS": .drop(.scripts),
        ],
        .annotation: annotation.merging(field) { $1 },
        .appearance: [
            "N": .either(.map(.kind(.form)), .kind(.form)), "R": .either(.map(.kind(.form)), .kind(.form)),
            "D": .either(.map(.kind(.form)), .kind(.form)),
        ],
        .appearanceCharacteristics: [
            "R": .plain, "BC": .plain, "BG": .plain, "CA": .text, "RC": .text, "AC": .text, "I": .kind(.form),
            "RI": .kind(.form), "IX": .kind(.form), "IF": .kind(.iconFit), "TP": .plain,
        ],
        .iconFit: ["SW": .plain, "S": .plain, "A": .plain, "FB": .plain],
        .border: ["Type": .plain, "W": .plain, "S": .plain, "D": .plain],
        .borderEffect: ["S": .plain, "I": .plain],
        .fixedPrint: ["Type": .plain, "Matrix": .plain, "H": .plain, "V": .plain],
        .acroForm: [
            "Fields": .list(.kind(.annotation)), "NeedAppearances": .plain, "CO": .drop(.formScripts),
            "DR": .kind(.resources), "DA": .text, "Q": .plain, "SigFlags": .rewritten, "XFA": .drop(.formScripts),
        ],
    ]

    /// 12.5.
    private static let annotation: Table = [
        "Type": .plain, "Subtype": .plain, "Rect": .plain, "Contents": .text, "P": .page, "F": .plain,
        "AP": .kind(.appearance), "AS": .plain, "Border": .plain, "C": .plain, "StructParent": .plain,
        "OC": .kind(.optionalContent), "AF": .list(.kind(.file)), "ca": .plain, "CA": .plain, "BM": .plain,
        "Lang": .text,
        "A": .action, "Dest": .either(.text, .destination), "H": .plain, "QuadPoints": .plain, "BS": .kind(.border),
        "BE": .kind(.borderEffect), "DA": .text, "DR": .kind(.resources), "Q": .plain, "DS": .text, "CL": .plain,
        "LE": .plain, "RD": .plain,
        "IT": .plain, "L": .plain, "IC": .plain, "LL": .plain, "LLE": .plain, "Cap": .plain, "LLO": .plain,
        "CP": .plain,
        "CO": .plain, "Vertices": .plain, "Path": .plain, "Sy": .plain, "Name": .plain, "InkList": .plain,
        "Parent": .kind(.annotation), "Open": .plain, "Popup": .kind(.annotation), "IRT": .kind(.annotation),
        "RT": .plain, "State": .text, "StateModel": .text, "FS": .kind(.file), "MK": .kind(.appearanceCharacteristics),
        "FixedPrint": .kind(.fixedPrint), "RO": .kind(.form), "OverlayText": .text, "Repeat": .plain,
        "NM": .drop(.unknown), "M": .drop(.times), "CreationDate": .drop(.times), "Subj": .drop(.people),
        "RC": .drop(.people), "AA": .drop(.formScripts), "PA": .drop(.webCapture), "Measure": .drop(.unknown),
        "Sound": .drop(.media), "Movie": .drop(.media), "RichMediaContent": .drop(.media),
        "RichMediaSettings": .drop(.media), "3DD": .drop(.media), "3DV": .drop(.media), "3DA": .drop(.media),
    ]

    /// Whether an entry of annotations says something of a field of a form only, or of a remark what a field is called.
    static func isOfField(_ key: String) -> Bool { field[key] != nil || key == "MK" }

    /// 12.7.4.
    private static let field: Table = [
        "FT": .plain, "Kids": .list(.kind(.annotation)), "T": .text, "TU": .text, "TM": .text, "Ff": .plain,
        "V": .either(.texts, .kind(.bytes)), "DV": .either(.texts, .kind(.bytes)), "Opt": .list(.texts), "TI": .plain,
        "I": .plain, "MaxLen": .plain, "Lock": .drop(.signature), "SV": .drop(.signature),
        "RV": .either(.text, .kind(.bytes)),
    ]
}
