internal import SecrBytes

/// The values of an Exif block as findings, in words.
struct ExifDescription {
    let block: ExifBlock
    private let values: ExifValues

    /// - Parameter payload: the same block from `Exif` on, for libexif.
    init(block: ExifBlock, payload: [UInt8]) {
        self.block = block
        values = ExifValues(payload)
    }

    /// - Parameter origin: where the TIFF header lies in the input.
    func findings(origin: Int, action: Finding.Action) -> [Finding] {
        var findings: [Finding] = []
        if let position, let latitude = block.first(0x0002, in: .gps) {
            let range = origin + latitude.value.lowerBound..<origin + latitude.value.upperBound
            findings.append(
                Finding(.exif, reveals: [.location], "position", value: position, range: range, action: action))
        }
        for entry in block.entries {
            guard let meaning = ExifTags.meaning(of: entry) else { continue }
            if entry.directory == .gps && [0x0002, 0x0004].contains(entry.tag) && position != nil { continue }
            let range = origin + entry.value.lowerBound..<origin + entry.value.upperBound
            findings.append(
                Finding(
                    .exif, reveals: [meaning.reveals], meaning.name, value: text(entry), range: range, action: action))
        }
        return findings + makerFindings(origin: origin, action: action)
    }

    /// Of the maker's notes, what identifies a camera, its owner or pictures that belong together.
    private func makerFindings(origin: Int, action: Finding.Action) -> [Finding] {
        guard let note = block.first(0x927C, in: .exif) else { return [] }
        let range = origin + note.value.lowerBound..<origin + note.value.upperBound
        let identifiers = AppleMakerNote(block)?.identifiers ?? []
        let findings = identifiers.map { name, text, range in
            Finding(
                .exif, reveals: [.identifier], "\(name) (maker note)", value: text,
                range: origin + range.lowerBound..<origin + range.upperBound, action: action)
        }
        return findings
            + values.makerNote.compactMap { title, value in
                guard let reveals = Self.revelation(ofMakerTag: title.lowercased()) else { return nil }
                let name = "\(title.lowercased()) (maker note)"
                return Finding(
                    .exif, reveals: [reveals], name, value: value.trimmingSpaces, range: range, action: action)
            }
    }

    private static func revelation(ofMakerTag title: String) -> Revelation? {
        if title.contains("serial") && !title.contains("format") { return .serial }
        if title.contains("owner") { return .person }
        if title.contains("firmware") { return .software }
        return nil
    }

    private func text(_ entry: ExifBlock.Entry) -> String? {
        if entry.tag == 0x927C { return "\(entry.value.count) bytes, in the maker's own format" }
        // libexif adds words of its own: whose right it is.
        if entry.tag == 0x8298, entry.type == 2 { return block.ascii(entry).trimmingSpaces }
        let known = values.text(entry.tag, in: entry.directory) ?? (entry.type == 2 ? block.ascii(entry) : nil)
        let trimmed = known.map { $0.trimmingSpaces }
        return trimmed?.isEmpty == true ? nil : trimmed
    }

    private var position: String? {
        guard let latitude = degrees(0x0002, negative: "S", 0x0001),
            let longitude = degrees(0x0004, negative: "W", 0x0003)
        else {
            return nil
        }
        return GeographicPosition(latitude: latitude, longitude: longitude)?.description
    }

    private func degrees(_ tag: Int, negative: String, _ reference: Int) -> Double? {
        guard let entry = block.first(tag, in: .gps) else { return nil }
        let parts = block.rationals(entry)
        guard parts.count == 3, parts.allSatisfy({ $0.1 != 0 }) else { return nil }
        let values = parts.map { Double($0.0) / Double($0.1) }
        let sum = values[0] + values[1] / 60 + values[2] / 3600
        guard sum <= 180 else { return nil }
        let isNegative = block.first(reference, in: .gps).map { block.ascii($0) == negative } ?? false
        return isNegative ? -sum : sum
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        while text.first == " " { text = text.dropFirst() }
        return String(text)
    }
}
