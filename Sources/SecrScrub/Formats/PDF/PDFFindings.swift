internal import SecrBytes

/// Says what a policy does with each part of a document that is not to be seen.
struct PDFFindings {
    let document: PDFDocument

    var all: [Finding] {
        let whole = 0..<document.contents.size
        let drops = document.composer.drops
        return claims
            + drops.sorted { ($0.key.part.rawValue, $0.key.label) < ($1.key.part.rawValue, $1.key.label) }.compactMap {
                drop, count in
                guard let kind = drop.part.findingClass else { return nil }
                let label = drop.label == drop.part.name ? "" : " (\(drop.label))"
                return Finding(
                    kind, reveals: drop.part.reveals, drop.part.name + label,
                    value: count == 1 ? nil : "\(count) times",
                    range: whole, action: .removed)
            }
    }

    /// What stays because the document says that it keeps a standard.
    private var claims: [Finding] {
        guard let claim = document.composer.claim else { return [] }
        let whole = 0..<document.contents.size
        let title = claim.title.map {
            Finding(.xmp, reveals: [.text], "title, which PDF/UA wants", value: $0, range: whole, action: .kept)
        }
        return [Finding(.xmp, "claim of a standard", value: claim.name, range: whole, action: .kept)]
            + (title.map { [$0] } ?? [])
    }
}
