internal import SecrBytes

/// Reads a document back in the only form in which ``PDFWriter`` writes one.
///
/// It repairs nothing and guesses nothing: whatever is not as it was written is a broken output.
struct PDFOutputReader {
    private let source: any ByteSource
    private let limits: Limits
    private var window: ByteWindow
    private var objects = PDFObjects()
    /// Where each object is, and, for those in a stream of objects, as which one of that stream.
    private var places: [(number: Int, start: Int)] = []
    private var gathered: [Int: [(number: Int, turn: Int)]] = [:]

    init(_ source: any ByteSource, limits: Limits) {
        (self.source, self.limits) = (source, limits)
        window = ByteWindow(source)
    }

    private func broken(_ place: Int) -> ScrubError { .broken("it can't be read back", at: place) }

    mutating func read() throws -> PDFContents {
        let first = try text(at: 0, most: 32)
        guard first.starts(with: Array("%PDF-".utf8)), let line = first.firstIndex(of: 10) else { throw broken(0) }
        let version = String(decoding: first[5..<line], as: UTF8.self)
        let trailer = try readTable(at: try tableStart())
        places.sort { $0.start < $1.start }
        for (turn, place) in places.enumerated() {
            let end = turn + 1 < places.count ? places[turn + 1].start : source.size
            try readObject(place.number, place.start..<end)
        }
        return try PDFContents(size: source.size, version: version, trailer: trailer, objects: objects)
    }

    private mutating func text(at start: Int, most: Int) throws -> [UInt8] {
        guard (0...source.size).contains(start) else { throw broken(start) }
        return try window.bytes(in: start..<min(source.size, start + most))
    }

    /// The number in front of the last line.
    private mutating func tableStart() throws -> Int {
        let end = try text(at: max(0, source.size - 64), most: 64)
        let lines = end.split(separator: 10)
        guard lines.count >= 3, lines.last == Array("%%EOF".utf8)[...],
            lines[lines.count - 3] == Array("startxref".utf8)[...],
            let start = Int(String(decoding: lines[lines.count - 2], as: UTF8.self))
        else { throw broken(source.size) }
        return start
    }

    // MARK: Tables

    private mutating func readTable(at start: Int) throws -> PDFDictionary {
        guard try text(at: start, most: 5) == Array("xref\n".utf8) else { return try readStreamTable(at: start) }
        let bytes = try window.bytes(in: start..<source.size)
        var lexer = PDFLexer(bytes, at: 5)
        guard try lexer.next() == .number("0"), case .number(let text)? = try lexer.next(), let count = Int(text),
            count > 0, count <= limits.documentObjects
        else { throw broken(start) }
        for number in 0..<count {
            guard case .number(let place)? = try lexer.next(), let place = Int(place), case .number? = try lexer.next(),
                let kind = try lexer.next()
            else { throw broken(start) }
            if number > 0, kind == .word("n") { places.append((number, place)) }
        }
        guard try lexer.next() == .word("trailer") else { throw broken(start) }
        return try PDFReader.value(Array(bytes[lexer.position...])).dictionary ?? PDFDictionary()
    }

    private mutating func readStreamTable(at start: Int) throws -> PDFDictionary {
        let (_, found) = try object(start..<source.size)
        guard var dictionary = found.value.dictionary, let stream = found.stream,
            let widths = dictionary["W"]?.array?.map({ $0.integer ?? 0 }), widths.count == 3,
            widths.allSatisfy({ (0...8).contains($0) }), let size = dictionary["Size"]?.integer,
            size <= limits.documentObjects
        else { throw broken(start) }
        let table = ByteReader(try unpacked(stream))
        var position = 0
        for number in 0..<size {
            var fields: [Int] = []
            for width in widths {
                fields.append(try table.integer(at: position, bytes: width))
                position += width
            }
            switch fields[0] {
            case 1 where fields[1] != start: places.append((number, fields[1]))
            case 2: gathered[fields[1], default: []].append((number, fields[2]))
            default: continue
            }
        }
        for key in ["Type", "Size", "W", "Length", "Filter"] { dictionary[key] = nil }
        return dictionary
    }

    // MARK: Objects

    private mutating func readObject(_ number: Int, _ range: Range<Int>) throws {
        let (found, object) = try object(range)
        guard found == number else { throw broken(range.lowerBound) }
        guard let inner = gathered[number] else {
            objects[PDFReference(number: number)] = object
            return
        }
        guard let stream = object.stream, let first = object.value.dictionary?["First"]?.integer else {
            throw broken(range.lowerBound)
        }
        let bytes = try unpacked(stream)
        var head = PDFLexer(bytes)
        var starts: [(number: Int, start: Int)] = []
        for _ in inner {
            guard case .number(let number)? = try head.next(), let number = Int(number),
                case .number(let start)? = try head.next(), let start = Int(start)
            else { throw broken(range.lowerBound) }
            starts.append((number, first + start))
        }
        for (turn, entry) in starts.enumerated() {
            let end = turn + 1 < starts.count ? starts[turn + 1].start : bytes.count
            guard entry.start <= end, end <= bytes.count else { throw broken(range.lowerBound) }
            let value = try PDFReader.value(Array(bytes[entry.start..<end]))
            objects[PDFReference(number: entry.number)] = PDFObject(value: value)
        }
    }

    private func unpacked(_ stream: PDFStreamData) throws -> [UInt8] {
        var window = window
        return try PDFFilters.undo(stream.filters, stream.bytes(from: &window), limit: limits.wholePictureBytes)
    }

    private static let opening = 4_096

    /// - Returns: the number that it has, and the object.
    private mutating func object(_ range: Range<Int>) throws -> (number: Int, object: PDFObject) {
        // Of a large stream, only the dictionary is read.
        var most = Self.opening
        while true {
            let bytes = try text(at: range.lowerBound, most: min(range.count, most))
            do {
                return try object(bytes, in: range)
            } catch let error where most >= range.count {
                throw error
            } catch {
                most *= 8
            }
        }
    }

    private func object(_ bytes: [UInt8], in range: Range<Int>) throws -> (number: Int, object: PDFObject) {
        var lexer = PDFLexer(bytes)
        guard case .number(let text)? = try lexer.next(), let number = Int(text), try lexer.next() == .number("0"),
            try lexer.next() == .word("obj")
        else { throw broken(range.lowerBound) }
        var reader = PDFReader(lexer)
        let value = try reader.value()
        lexer = reader.lexer
        let next = try lexer.next()
        if next == .word("endobj") { return (number, PDFObject(value: value)) }
        guard next == .word("stream"), var dictionary = value.dictionary, let count = dictionary["Length"]?.integer,
            count >= 0
        else { throw broken(range.lowerBound) }
        let start = range.lowerBound + lexer.position + 1
        guard count <= range.upperBound - start else { throw broken(start) }
        let filters = PDFFilter.list(dictionary)
        for key in ["Length", "Filter", "DecodeParms"] { dictionary[key] = nil }
        let place = PDFStreamData.Place.range(start..<start + count)
        return (
            number, PDFObject(value: .dictionary(dictionary), stream: PDFStreamData(place: place, filters: filters))
        )
    }
}

extension PDFFilter {
    /// Of a dictionary that holds them itself.
    fileprivate static func list(_ dictionary: PDFDictionary) -> [PDFFilter] {
        let names = dictionary["Filter"]?.array ?? dictionary["Filter"].map { [$0] } ?? []
        let parameters = dictionary["DecodeParms"]?.array ?? dictionary["DecodeParms"].map { [$0] } ?? []
        return names.enumerated().map { place, name in
            PDFFilter(name: name.name ?? "", parameters: place < parameters.count ? parameters[place] : .null)
        }
    }
}
