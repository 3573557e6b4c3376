/// What an entry of a dictionary may be where ``PDFRules`` alone can't tell: because of what else stands there, of what a
/// policy wants, or of what the document says of itself.
struct PDFEntries: Sendable {
    typealias Entry = PDFDictionary.Entry

    let contents: PDFContents
    let outside: PDFOutside
    let policy: Policy
    let allowList: AllowList
    let claim: PDFClaim?
    /// Lists of which layers are shown, so far.
    private var configurations = 0

    init(_ contents: PDFContents, outside: PDFOutside, claim: PDFClaim?, policy: Policy, allowList: AllowList) {
        (self.contents, self.outside, self.claim) = (contents, outside, claim)
        (self.policy, self.allowList) = (policy, allowList)
    }

    mutating func shape(of entry: Entry, in dictionary: PDFDictionary, _ kind: PDFKind) -> PDFShape {
        if policy.drops(.attachment), Self.attaches(entry.key, in: kind) { return .drop(.attachment) }
        let shape = special(entry, in: dictionary, kind) ?? PDFRules.shape(of: entry.key, in: kind)
        if case .drop(let part) = shape, part != .attachment, allowList.rule(for: part, policy: policy) != nil {
            return .anything
        }
        return shape
    }

    private mutating func special(_ entry: Entry, in dictionary: PDFDictionary, _ kind: PDFKind) -> PDFShape? {
        switch (kind, entry.key) {
        case (.catalog, "Metadata"): return claim == nil ? nil : .kind(.claim)
        case (.configuration, "Name"):
            if claim == nil { return nil }
            // Standards want a name, whatever it is.
            configurations += 1
            return .written(.string(PDFIdentifiers.spelled(configurations)), .layerNotes)
        case (.file, "F"), (.file, "UF"), (.action, "F"):
            guard case .string(let path) = contents.resolved(entry.value) else { return nil }
            let isAttached = dictionary["EF"] != nil
            // A path within the folder of the document is needed; one of a whole disk tells whose it is.
            guard isAttached || PDFPath.isAbsolute(path) else { return nil }
            return .written(.string(PDFPath.lastName(of: path)), isAttached ? .attachmentDetails : .externalFile)
        case (.structure, "K"):
            // Numbers mean content of a page that is no longer there.
            return outside.isPage(dictionary["Pg"]) ? .list(.kind(.structure)) : nil
        case (.annotation, _): return special(entry, ofAnnotation: dictionary)
        default: return nil
        }
    }

    private func special(_ entry: Entry, ofAnnotation annotation: PDFDictionary) -> PDFShape? {
        switch entry.key {
        case "V" where isSignature(entry.value): .drop(.signature)
        case "IRT", "Popup": outside.isAloneOutside(entry.value) ? .drop(.pagesOutside) : nil
        // Words with their looks, where there is no picture of them.
        case "RC": annotation["AP"] == nil ? .either(.text, .kind(.bytes)) : nil
        default: isRemark(annotation) && PDFRules.isOfField(entry.key) ? .drop(.people) : nil
        }
    }

    /// Whether the value of a field is one.
    func isSignature(_ value: PDFValue) -> Bool {
        guard let value = contents.resolved(value).dictionary else { return false }
        return value["ByteRange"] != nil || value["SubFilter"] != nil
    }

    /// Whether an annotation is somebody's remark, and not a field of a form.
    private func isRemark(_ dictionary: PDFDictionary) -> Bool {
        guard let subtype = contents.resolved(dictionary["Subtype"]).name else { return false }
        return subtype != "Widget"
    }

    private static func attaches(_ key: String, in kind: PDFKind) -> Bool {
        switch key {
        case "AF": true
        case "EmbeddedFiles": kind == .nameTrees
        case "EF": kind == .file
        case "FS": kind == .annotation
        default: false
        }
    }
}

/// Names of files, as documents spell them (ISO 32000-2, 7.11.2).
enum PDFPath {
    private static let strokes: Set<Int> = [0x2F, 0x5C, 0x3A]

    /// In UTF-16, half of a letter can look like a stroke.
    private static func units(_ path: [UInt8]) -> [Int] {
        guard path.starts(with: [0xFE, 0xFF]) else { return path.map { Int($0) } }
        return stride(from: 2, to: path.count - 1, by: 2).map { Int(path[$0]) << 8 | Int(path[$0 + 1]) }
    }

    /// Whether it begins with a disk, a host, or the root of all folders.
    static func isAbsolute(_ path: [UInt8]) -> Bool {
        let units = units(path)
        return units.first == 0x2F || units.first == 0x5C || units.contains(0x3A)
    }

    static func lastName(of path: [UInt8]) -> [UInt8] {
        let name = units(path).split { strokes.contains($0) }.last ?? []
        if path.starts(with: [0xFE, 0xFF]) {
            return [0xFE, 0xFF] + name.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
        return name.map { UInt8($0) }
    }
}
