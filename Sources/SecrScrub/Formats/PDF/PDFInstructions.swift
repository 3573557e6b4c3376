internal import SecrBytes

/// What stands among the instructions that paint a page or a part of one (ISO 32000-2, 7.8.2), and is none.
struct PDFInstructions {
    /// A picture among the instructions that is a JPEG file (8.9.7).
    struct Photo {
        /// Names of filters, the outermost one first, and where they stand.
        var filters: [String]
        var filterRange: Range<Int>
        /// The number of bytes, which may be said.
        var lengthRange: Range<Int>?
        /// Whether something is said of how to undo the filters.
        var hasParameters: Bool
        /// The data, without the white space behind them.
        var data: Range<Int>
    }

    /// Bytes in place of others.
    typealias Edit = (range: Range<Int>, bytes: [UInt8])

    /// What somebody wrote for people who look into the file.
    private(set) var comments: [Range<Int>] = []
    private(set) var photos: [Photo] = []
    /// Whether they make sense to the end.
    private(set) var isWhole = false

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var position = 0
        // Where something can begin that is no instruction, or an instruction that is a picture.
        while let found = bytes.firstIndex(of: (0x25, 0x28, 0x42), within: position..<bytes.count) {
            position = found
            switch bytes[position] {
            case 0x25:
                let end = bytes.firstIndex(of: (10, 13, 13), within: found..<bytes.count) ?? bytes.count
                comments.append(found..<end)
                position = end
            case 0x28:
                guard let end = endOfString(from: position) else { return }
                position = end
            case _ where isPictureStart(position):
                guard let end = try? skipPicture(from: position + 2) else { return }
                position = end
            default: position += 1
            }
        }
        isWhole = true
    }

    /// Behind the last bracket (7.3.4.2).
    private func endOfString(from start: Int) -> Int? {
        var (position, depth) = (start, 0)
        while let found = bytes.firstIndex(of: (0x28, 0x29, 0x5C), within: position..<bytes.count) {
            switch bytes[found] {
            case 0x28: depth += 1
            case 0x29: depth -= 1
            // Whatever follows belongs to it.
            default:
                position = min(found + 2, bytes.count)
                continue
            }
            position = found + 1
            if depth == 0 { return position }
        }
        return nil
    }

    /// `BI`, as a word of its own.
    private func isPictureStart(_ place: Int) -> Bool {
        guard place + 1 < bytes.count, bytes[place + 1] == 0x49 else { return false }
        let isApart = place == 0 || !PDFLexer.isRegular(bytes[place - 1]) && bytes[place - 1] != 0x2F
        return isApart && (place + 2 == bytes.count || !PDFLexer.isRegular(bytes[place + 2]))
    }

    /// Whether there can be anything of this at all, which is seen faster.
    static func areSuspect(_ bytes: [UInt8]) -> Bool {
        bytes.firstIndex(of: 0x25, within: bytes.indices) != nil || bytes.firstOffset(of: "DCT") != nil
    }

    /// The same instructions with other bytes in some places.
    func replacing(_ edits: [Edit]) -> [UInt8] {
        var (found, position): ([UInt8], Int) = ([], 0)
        // What lies in something that is replaced as a whole goes with it.
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where edit.range.lowerBound >= position {
            found += bytes[position..<edit.range.lowerBound] + edit.bytes
            position = edit.range.upperBound
        }
        return found + bytes[position...]
    }

    /// Without comments. The end of a line stays, and keeps apart what stands around it.
    var commentEdits: [Edit] { comments.map { ($0, []) } }

    // MARK: Pictures

    /// More entries are in no picture.
    private static let mostTokens = 256

    /// - Returns: where it ends; `nil` where nobody can tell.
    private mutating func skipPicture(from start: Int) throws(ParseError) -> Int? {
        var photo = Photo(filters: [], filterRange: 0..<0, lengthRange: nil, hasParameters: false, data: 0..<0)
        var (lexer, tokens) = (PDFLexer(bytes, at: start), 0)
        while let key = try lexer.next(), key != .word("ID") {
            tokens += 1
            guard tokens < Self.mostTokens, case .name(let name) = key, let value = try lexer.next() else { return nil }
            var (range, names): (Range<Int>, [String]) = (lexer.start..<lexer.position, [])
            if case .name(let only) = value { names = [only] }
            // What follows is the value as far as it is an array or a dictionary.
            var depth = value == .arrayStart || value == .dictionaryStart ? 1 : 0
            while depth > 0, let inner = try lexer.next(), tokens < Self.mostTokens {
                tokens += 1
                switch inner {
                case .arrayStart, .dictionaryStart: depth += 1
                case .arrayEnd, .dictionaryEnd: depth -= 1
                case .name(let name): names.append(name)
                default: break
                }
                range = range.lowerBound..<lexer.position
            }
            switch name {
            case "F", "Filter": (photo.filters, photo.filterRange) = (names.map(PDFFilters.fullName), range)
            case "L", "Length": photo.lengthRange = range
            case "DP", "DecodeParms": photo.hasParameters = true
            default: break
            }
        }
        // One white byte belongs to the instruction.
        let data = lexer.position + 1
        guard let end = Self.end(of: bytes, from: data, photo.filters.first) else { return nil }
        photo.data = data..<data + bytes[data..<end - 2].trimmingWhite
        if photo.filters.last == "DCTDecode" { photos.append(photo) }
        comments += lexer.comments
        return end
    }

    /// Behind the `EI` of a picture whose data begin at `start`.
    private static func end(of bytes: [UInt8], from start: Int, _ filter: String?) -> Int? {
        guard start < bytes.count else { return nil }
        var place = start
        // The text forms say where they end.
        if filter == "ASCII85Decode" || filter == "ASCIIHexDecode" {
            guard let last = bytes.firstIndex(of: 0x3E, within: start..<bytes.count) else { return nil }
            place = last + 1
        }
        while place < bytes.count, let found = bytes.firstIndex(of: 0x45, within: place..<bytes.count) {
            let isApart = found == place || found == start || PDFLexer.isWhite(bytes[found - 1])
            place = found + 1
            guard isApart, place < bytes.count, bytes[place] == 0x49,
                place + 1 == bytes.count || PDFLexer.isWhite(bytes[place + 1])
            else { continue }
            // Data of a picture look like that by accident; instructions behind them do not look like data.
            let behind = bytes[(place + 1)...].prefix(32)
            if behind.allSatisfy({ $0 < 0x7F && ($0 >= 0x20 || PDFLexer.isWhite($0) && $0 != 0) }) { return place + 1 }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// How many bytes there are in front of the white space at the end.
    fileprivate var trimmingWhite: Int { (lastIndex { !PDFLexer.isWhite($0) }).map { $0 + 1 - startIndex } ?? 0 }
}
