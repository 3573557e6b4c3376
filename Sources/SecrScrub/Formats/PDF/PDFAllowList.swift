/// Of what ``PDFPart`` names only attachments stay; the rest is in ``PDFRules``.
enum PDFAllowList {
    static let standard = AllowList([PDFPart.attachment: .copied])
}
