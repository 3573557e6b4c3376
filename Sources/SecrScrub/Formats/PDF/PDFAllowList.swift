/// Nothing of what ``PDFPart`` names stays; the rest is in ``PDFRules``.
enum PDFAllowList {
    static let standard = AllowList([PDFPart: AllowList.Rule]())
}
