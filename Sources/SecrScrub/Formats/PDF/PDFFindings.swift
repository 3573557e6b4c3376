internal import SecrBytes

/// Says what a policy does with each part of a document that is not to be seen.
struct PDFFindings {
    let document: PDFDocument

    var all: [Finding] {
        let whole = 0..<document.contents.size
        let drops = document.composer.drops
        return drops.sorted { ($0.key.part.rawValue, $0.key.label) < ($1.key.part.rawValue, $1.key.label) }.compactMap {
            drop, count in
            guard let kind = drop.part.findingClass else { return nil }
            let label = drop.label == drop.part.name ? "" : " (\(drop.label))"
            return Finding(
                kind, reveals: drop.part.reveals, drop.part.name + label, value: count == 1 ? nil : "\(count) times",
                range: whole, action: .removed)
        }
    }
}
