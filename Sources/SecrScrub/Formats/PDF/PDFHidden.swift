internal import SecrBytes

/// What a document holds that its pages do not show at first sight, and that stays: for a person to know before it is
/// sent.
struct PDFHidden {
    private let contents: PDFContents

    init(_ contents: PDFContents) { self.contents = contents }

    /// Names of layers that are not shown until somebody asks for them (ISO 32000-2, 8.11.4).
    var layers: [String] {
        let properties = contents.resolved(catalog["OCProperties"]).dictionary
        let configuration = contents.resolved(properties?["D"]).dictionary
        let all = contents.resolved(properties?["OCGs"]).array ?? []
        let isOff = contents.resolved(configuration?["BaseState"]).name == "OFF"
        let named = Set((contents.resolved(configuration?[isOff ? "ON" : "OFF"]).array ?? []).compactMap(\.reference))
        let hidden = all.filter { layer in layer.reference.map { named.contains($0) != isOff } ?? false }
        return hidden.map { text(contents.resolved($0).dictionary?["Name"]) ?? "a layer without a name" }
    }

    /// Pages, counted from 1, of which a part is cut off and still there.
    var croppedPages: [Int] {
        contents.pages.enumerated().compactMap { place, page in
            guard let whole = box("MediaBox", of: page), let shown = box("CropBox", of: page) else { return nil }
            // Less than a point is how programs round.
            let isInside = zip(whole, shown).enumerated().contains {
                $0.offset < 2 ? $0.element.1 - $0.element.0 > 1 : $0.element.0 - $0.element.1 > 1
            }
            return isInside ? place + 1 : nil
        }
    }

    private func box(_ key: String, of page: PDFReference) -> [Double]? {
        let values = contents.inherited(key, of: page).array?.compactMap { contents.resolved($0).real } ?? []
        guard values.count == 4 else { return nil }
        return [
            min(values[0], values[2]), min(values[1], values[3]), max(values[0], values[2]), max(values[1], values[3]),
        ]
    }

    /// What is in addresses of links to tell who followed them, and from where.
    private static let tracks: Set<String> = [
        "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh",
        "mc_eid",
        "mc_cid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "vero_id", "oly_anon_id", "oly_enc_id", "s_cid",
        "li_fat_id",
        "elqtrackid", "elqtrack", "trk_contact", "trk_msg", "ml_subscriber", "cvosrc", "ck_subscriber_id", "wickedid",
        "rb_clickid", "sc_cid", "spmailingid", "spuserid", "guce_referrer",
    ]

    /// Addresses of links that carry a mark of whom they were given to.
    var trackingLinks: [String] {
        let links = contents.objects.all.flatMap { addresses(in: $0.value, depth: 0) }
        return Set(links).sorted().filter(Self.tracks)
    }

    private func addresses(in value: PDFValue, depth: Int) -> [String] {
        guard depth < 8 else { return [] }
        switch value {
        case .array(let values): return values.flatMap { addresses(in: $0, depth: depth + 1) }
        case .dictionary(let dictionary):
            let own = dictionary["URI"].flatMap { contents.resolved($0).string }.map { [PDFValues.text($0)] } ?? []
            return own + dictionary.entries.flatMap { addresses(in: $0.value, depth: depth + 1) }
        default: return []
        }
    }

    private static func tracks(_ address: String) -> Bool {
        guard let query = address.split(separator: "?", maxSplits: 1).dropFirst().first else { return false }
        return query.split { $0 == "&" || $0 == ";" || $0 == "#" }.contains { part in
            let key = part.prefix { $0 != "=" }.lowercased()
            return key.hasPrefix("utm_") || tracks.contains(key)
        }
    }

    /// Who signed, as far as the signatures say.
    var signers: [String] {
        contents.objects.all.compactMap { object in
            guard let dictionary = object.value.dictionary, dictionary["ByteRange"] != nil else { return nil }
            return text(dictionary["Name"]) ?? "somebody whose name is in the certificate"
        }.sorted()
    }

    private var catalog: PDFDictionary { contents.resolved(contents.trailer["Root"]).dictionary ?? PDFDictionary() }

    private func text(_ value: PDFValue?) -> String? {
        contents.resolved(value).string.map(PDFValues.text).flatMap { $0.isEmpty ? nil : $0 }
    }
}
