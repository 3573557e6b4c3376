/// Of what ``PDFPart`` names only attachments and comments stay, unless a policy is strict; the rest is in ``PDFRules``.
enum PDFAllowList {
    static let standard = AllowList([PDFPart.attachment: .copied, .instructionComments: .copied])
}
