internal import SecrBytes

/// What a profile says about its origin, for a person to read. It is never kept.
struct ICCTexts: Sendable {
    struct Text: Sendable {
        var label: String
        var reveals: Revelation
        var value: String
    }

    private(set) var all: [Text] = []

    private static let names: [FourCC: (label: String, reveals: Revelation)] = [
        "desc": ("description", .device), "cprt": ("copyright", .person), "dmnd": ("maker of the device", .device),
        "dmdd": ("model of the device", .device),
    ]
    /// Longest text that is shown.
    private static let limit = 200

    /// - Parameter bytes: a whole profile; what can't be read is left out.
    init(_ bytes: [UInt8], limits: Limits) {
        let reader = ByteReader(bytes)
        if let made = try? Self.date(reader) { all.append(Text(label: "made", reveals: .time, value: made)) }
        guard let count = try? reader.uint32(at: 128) else { return }
        for index in 0..<min(count, limits.iccTags) {
            let entry = 132 + 12 * index
            guard let signature = try? reader.fourCC(at: entry), let name = Self.names[signature],
                let element = try? reader.slice(at: reader.uint32(at: entry + 4), count: reader.uint32(at: entry + 8)),
                let value = try? Self.text(ByteReader(Array(element)))
            else { continue }
            all.append(Text(label: name.label, reveals: name.reveals, value: value))
        }
    }

    private static func date(_ reader: ByteReader) throws(ParseError) -> String? {
        var fields: [Int] = []
        for index in 0..<6 { fields.append(try reader.uint16(at: 24 + 2 * index)) }
        return fields[0] > 0 ? DateFields.text(fields) : nil
    }

    /// `textType`, `textDescriptionType`, or the first text of `multiLocalizedUnicodeType`.
    private static func text(_ element: ByteReader) throws(ParseError) -> String? {
        let bytes: ArraySlice<UInt8>
        switch try element.fourCC(at: 0) {
        case "text": bytes = try element.slice(at: 8, count: element.count - 8)
        case "desc": bytes = try element.slice(at: 12, count: element.uint32(at: 8))
        case "mluc":
            let content = try element.slice(at: element.uint32(at: 24), count: element.uint32(at: 20)).prefix(2 * limit)
            let units = stride(from: content.startIndex, to: content.endIndex - 1, by: 2).map {
                UInt16(content[$0]) << 8 | UInt16(content[$0 + 1])
            }
            return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
        default: return nil
        }
        let text = String(decoding: bytes.prefix(limit).prefix { $0 != 0 }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}

extension FoundProfile {
    /// What the profile says about its origin, as findings.
    func textFindings(in range: Range<Int>, action: Finding.Action) -> [Finding] {
        guard case .success(let profile) = self else { return [] }
        return profile.texts.all.map {
            Finding(
                .icc, reveals: [$0.reveals], "\($0.label) (colour profile)", value: $0.value, range: range,
                action: action)
        }
    }
}
