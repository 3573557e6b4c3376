internal import SecrBytes

/// How data are packed (ISO 32000-2, 7.4).
enum PDFFilters {
    /// What is undone when a document is read, because nearly nothing is packed so any more.
    static let rare: Set<String> = ["ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode"]
    /// What decoders of pictures take.
    static let pictures: Set<String> = ["DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode"]
    static let known = rare.union(pictures).union(["FlateDecode", "Crypt"])

    private static let short = [
        "AHx": "ASCIIHexDecode", "A85": "ASCII85Decode", "LZW": "LZWDecode", "Fl": "FlateDecode",
        "RL": "RunLengthDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
    ]

    static func fullName(_ name: String) -> String { short[name] ?? name }

    /// Undoes filters that stand in front of a picture's own.
    static func undo(_ filters: some Sequence<PDFFilter>, _ data: [UInt8], limits: Limits) throws -> [UInt8] {
        var data = data
        for filter in filters {
            switch filter.name {
            case "ASCIIHexDecode": data = hexadecimal(data)
            case "ASCII85Decode": data = try base85(data)
            case "FlateDecode" where filter.parameters == .null:
                data = Inflater(limit: limits.wholePictureBytes).output(of: data)
            default: throw ParseError(.unsupported, at: 0, "a picture that is packed in a way that is not known")
            }
        }
        return data
    }

    private static func hexadecimal(_ data: [UInt8]) -> [UInt8] {
        var lexer = PDFLexer([0x3C] + data.prefix { $0 != 0x3E } + [0x3E])
        if case .string(let bytes)? = try? lexer.next() { return bytes }
        return []
    }

    /// 7.4.3.
    private static func base85(_ data: [UInt8]) throws(ParseError) -> [UInt8] {
        var (found, group): ([UInt8], [UInt64]) = ([], [])
        func flush(_ count: Int) {
            let value = group.reduce(0) { $0 * 85 + $1 }
            for place in 0..<count { found.append(UInt8(truncatingIfNeeded: value >> UInt64(24 - 8 * place))) }
            group = []
        }
        for (place, byte) in data.enumerated() where !PDFLexer.isWhite(byte) {
            switch byte {
            case 0x7A where group.isEmpty: found += [0, 0, 0, 0]
            case 0x21...0x75:
                group.append(UInt64(byte - 0x21))
                if group.count == 5 { flush(4) }
            case 0x7E:
                let count = group.count
                if count > 1 {
                    group += [UInt64](repeating: 84, count: 5 - count)
                    flush(count - 1)
                }
                return found
            default: throw ParseError(.malformed, at: place, "a picture that is packed in a way that makes no sense")
            }
        }
        return found
    }
}
