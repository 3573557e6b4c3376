internal import SecrBytes
internal import SecrCompression

/// How data are packed (ISO 32000-2, 7.4).
enum PDFFilters {
    /// What decoders of pictures take.
    static let pictures: Set<String> = ["DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode"]
    static let known = pictures.union([
        "FlateDecode", "Crypt", "ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode",
    ])

    private static let short = [
        "AHx": "ASCIIHexDecode", "A85": "ASCII85Decode", "LZW": "LZWDecode", "Fl": "FlateDecode",
        "RL": "RunLengthDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
    ]

    static func fullName(_ name: String) -> String { short[name] ?? name }

    /// Undoes filters that lose nothing, one after the other.
    ///
    /// - Parameters:
    ///   - limit: bytes that each of them may make.
    ///   - spent: to which all bytes that were made are added, also where an error is thrown.
    static func undo(
        _ filters: some Sequence<PDFFilter>, _ data: [UInt8], limit: Int, spent: inout Int
    ) throws(ParseError) -> [UInt8] {
        var data = data
        for filter in filters {
            switch filter.name {
            case "ASCIIHexDecode": data = hexadecimal(data)
            case "ASCII85Decode": data = try base85(data)
            case "RunLengthDecode": data = try runs(data, limit: limit, spent: &spent)
            case "LZWDecode":
                let isEarly = filter.parameters.dictionary?["EarlyChange"]?.integer != 0
                data = try PDFLZW.unpacked(data, isEarly: isEarly, limit: limit, spent: &spent)
            case "FlateDecode":
                let inflater = Inflater(limit: limit)
                data = inflater.output(of: data)
                spent += data.count
                if inflater.state == .full { throw tooLarge }
            default: throw ParseError(.unsupported, at: 0, "data that are packed in a way that is not known")
            }
            if ["FlateDecode", "LZWDecode"].contains(filter.name), let parameters = filter.parameters.dictionary {
                data = try PDFPredictor(parameters)?.undone(data) ?? data
            }
        }
        return data
    }

    static func undo(_ filters: some Sequence<PDFFilter>, _ data: [UInt8], limit: Int) throws(ParseError) -> [UInt8] {
        var spent = 0
        return try undo(filters, data, limit: limit, spent: &spent)
    }

    static let tooLarge = ParseError(.limit, at: 0, "data that become too large when they are unpacked")

    private static func hexadecimal(_ data: [UInt8]) -> [UInt8] {
        var lexer = PDFLexer([0x3C] + data.prefix { $0 != 0x3E }.filter { $0 != 0x3C } + [0x3E])
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
        loop: for (place, byte) in data.enumerated() where !PDFLexer.isWhite(byte) {
            switch byte {
            case 0x7A where group.isEmpty: found += [0, 0, 0, 0]
            case 0x21...0x75:
                group.append(UInt64(byte - 0x21))
                if group.count == 5 { flush(4) }
            case 0x7E: break loop
            default: throw ParseError(.malformed, at: place, "data that are packed in a way that makes no sense")
            }
        }
        let count = group.count
        if count > 1 {
            group += [UInt64](repeating: 84, count: 5 - count)
            flush(count - 1)
        }
        return found
    }

    /// 7.4.5.
    private static func runs(_ data: [UInt8], limit: Int, spent: inout Int) throws(ParseError) -> [UInt8] {
        var (found, place): ([UInt8], Int) = ([], 0)
        defer { spent += found.count }
        while place < data.count, data[place] != 128 {
            let length = Int(data[place])
            if length < 128 {
                let end = min(data.count, place + 2 + length)
                found += data[(place + 1)..<end]
                place = end
            } else {
                if place + 1 < data.count { found += [UInt8](repeating: data[place + 1], count: 257 - length) }
                place += 2
            }
            guard found.count <= limit else { throw tooLarge }
        }
        return found
    }
}

/// LZW with codes of nine bits and more (7.4.4).
enum PDFLZW {
    private static let (clear, end, most) = (256, 257, 4_096)

    static func unpacked(
        _ data: [UInt8], isEarly: Bool, limit: Int, spent: inout Int
    ) throws(ParseError) -> [UInt8] {
        // Of each code: where in the output it stood for the first time, and how long it is.
        var places: [(start: Int, count: Int)] = []
        var (found, bits, held, width): ([UInt8], Int, Int, Int) = ([], 0, 0, 9)
        var last: (start: Int, count: Int)?
        defer { spent += found.count }
        for byte in data {
            bits = bits << 8 | Int(byte)
            held += 8
            guard held >= width else { continue }
            held -= width
            let code = bits >> held
            bits &= (1 << held) - 1
            if code == end { break }
            if code == clear {
                (places, width, last) = ([], 9, nil)
                continue
            }
            let start = found.count
            if code < clear {
                found.append(UInt8(code))
            } else if code - 258 < places.count {
                let place = places[code - 258]
                for offset in 0..<place.count { found.append(found[place.start + offset]) }
            } else if let last, code - 258 == places.count {
                for offset in 0..<last.count { found.append(found[last.start + offset]) }
                found.append(found[last.start])
            } else {
                throw ParseError(.malformed, at: 0, "data that are packed in a way that makes no sense")
            }
            if let last, places.count + 258 < most { places.append((last.start, last.count + 1)) }
            last = (start, found.count - start)
            let next = places.count + 258 + 1 + (isEarly ? 1 : 0)
            width = next > 2_048 ? 12 : next > 1_024 ? 11 : next > 512 ? 10 : 9
            guard found.count <= limit else { throw PDFFilters.tooLarge }
        }
        return found
    }
}

/// Differences from what stands beside and above (7.4.4.4).
struct PDFPredictor {
    private let isPNG: Bool
    private let colors: Int
    private let depth: Int
    private let columns: Int

    /// `nil` for none.
    init?(_ parameters: PDFDictionary) throws(ParseError) {
        let predictor = parameters["Predictor"]?.integer ?? 1
        if predictor <= 1 { return nil }
        isPNG = predictor >= 10
        colors = parameters["Colors"]?.integer ?? 1
        depth = parameters["BitsPerComponent"]?.integer ?? 8
        columns = parameters["Columns"]?.integer ?? 1
        guard (1...64).contains(colors), [1, 2, 4, 8, 16].contains(depth), (1...(1 << 24)).contains(columns),
            isPNG || depth == 8
        else { throw ParseError(.unsupported, at: 0, "data with differences of an unknown kind") }
    }

    func undone(_ data: [UInt8]) -> [UInt8] {
        let pixel = max(1, colors * depth / 8)
        let row = (colors * depth * columns + 7) / 8
        var found: [UInt8] = []
        found.reserveCapacity(data.count)
        var place = 0
        while place < data.count {
            let kind = isPNG ? data[place] : 1
            if isPNG { place += 1 }
            let line = data[place..<min(data.count, place + row)]
            let start = found.count
            for (offset, byte) in line.enumerated() {
                let left = offset >= pixel ? Int(found[start + offset - pixel]) : 0
                let above = isPNG && start >= row ? Int(found[start + offset - row]) : 0
                let corner = isPNG && start >= row && offset >= pixel ? Int(found[start + offset - row - pixel]) : 0
                let guess =
                    switch kind {
                    case 1: left
                    case 2: above
                    case 3: (left + above) / 2
                    case 4: Self.nearest(left, above, corner)
                    default: 0
                    }
                found.append(UInt8(truncatingIfNeeded: Int(byte) + guess))
            }
            place += max(1, line.count)
        }
        return found
    }

    /// Of three neighbours, the one that is nearest to their sum (PNG, 9.4).
    private static func nearest(_ left: Int, _ above: Int, _ corner: Int) -> Int {
        let sum = left + above - corner
        let (a, b, c) = (abs(sum - left), abs(sum - above), abs(sum - corner))
        return a <= b && a <= c ? left : b <= c ? above : corner
    }
}
