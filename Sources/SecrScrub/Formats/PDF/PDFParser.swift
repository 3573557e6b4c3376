internal import SecrBytes

/// Reads all objects of a document, and finds their data in the file.
struct PDFParser {
    private let source: any ByteSource
    private let limits: Limits
    private let file: QPDFFile
    private var objects = PDFObjects()
    private var waiting: [PDFReference] = []
    private var places: PDFStreamPlaces
    /// Bytes that all data together can have: more than the file only where they lie in each other.
    private var room: Int
    /// Bytes that unpacked data may take in memory.
    private var held: Int

    init(_ source: any ByteSource, password: DocumentPassword?, limits: Limits) throws {
        self.source = source
        self.limits = limits
        places = try PDFStreamPlaces(source)
        guard places.count <= limits.documentStreams else {
            throw ParseError(.limit, at: 0, "a document with too many streams")
        }
        file = try QPDFFile(source, password: password, streams: places.count, limits: limits)
        room = 4 * source.size + (1 << 20)
        held = limits.wholePictureBytes
    }

    mutating func parse() throws -> PDFContents {
        let trailer = try file.object(.trailer).value.dictionary ?? PDFDictionary()
        try file.together { try findAll(from: trailer) }
        return try PDFContents(
            size: source.size, version: file.version, isEncrypted: file.isEncrypted,
            isProtected: file.isProtected, isRepaired: file.isRepaired, trailer: trailer, objects: objects)
    }

    private mutating func findAll(from trailer: PDFDictionary) throws {
        find(.dictionary(trailer))
        var next = 0
        while next < waiting.count {
            guard waiting.count <= limits.documentObjects else {
                throw ParseError(.limit, at: 0, "a document with too many objects")
            }
            let reference = waiting[next]
            next += 1
            let object = try self.object(reference)
            find(object.value)
            objects[reference] = object
        }
    }

    private mutating func find(_ value: PDFValue) {
        switch value {
        case .reference(let reference):
            if objects.reserve(reference) { waiting.append(reference) }
        case .array(let values): for value in values { find(value) }
        case .dictionary(let dictionary): for entry in dictionary.entries { find(entry.value) }
        default: return
        }
    }

    private mutating func object(_ reference: PDFReference) throws -> PDFObject {
        let found = try file.object(reference)
        guard found.isStream else { return PDFObject(value: found.value) }
        guard var dictionary = found.value.dictionary else {
            throw ParseError(.malformed, at: 0, "data without a dictionary")
        }
        if dictionary["Subtype"]?.name == "Image" { spellOut(&dictionary) }
        let filters: [PDFFilter]
        do {
            // A name, or several, is how pictures among instructions call their filters.
            if let external = dictionary["F"], external != .null, external.name == nil, external.array == nil {
                throw ParseError(.unsupported, at: 0, "data that lie in another file")
            }
            filters = try self.filters(of: dictionary)
        } catch let error as ParseError {
            // Perhaps nobody needs them.
            return PDFObject(value: found.value, stream: PDFStreamData(place: .unreadable(error), filters: []))
        }
        for key in ["Length", "Filter", "DecodeParms", "FFilter", "FDecodeParms", "DL"] { dictionary[key] = nil }
        guard let data = file.data(of: reference) else {
            throw ParseError(.malformed, at: 0, "data that can't be read")
        }
        room -= data.count
        guard room >= 0 else { throw ParseError(.limit, at: 0, "data that lie in each other") }
        let isPicture = filters.last.map { PDFFilters.pictures.contains($0.name) } ?? false
        let front = isPicture ? filters.dropLast() : filters[...]
        var stream = PDFStreamData(place: try places.find(data), filters: filters)
        // Everything that is not packed in the usual way is unpacked at once.
        if !front.isEmpty, isPicture || filters.count > 1 || filters[0].name != "FlateDecode" {
            do {
                var spent = 0
                defer { held = max(0, held - spent) }
                let unpacked = try PDFFilters.undo(front, data, limit: held, spent: &spent)
                stream = PDFStreamData(place: .bytes(unpacked), filters: isPicture ? [filters[filters.count - 1]] : [])
            } catch {
                if held == 0 { throw PDFFilters.tooLarge }
                stream = PDFStreamData(place: .unreadable(error), filters: [])
            }
        }
        return PDFObject(value: .dictionary(dictionary), stream: stream)
    }

    /// Keys that are meant for pictures among instructions (8.9.7), which readers take here as well.
    private static let shortKeys = [
        ("BPC", "BitsPerComponent"), ("CS", "ColorSpace"), ("D", "Decode"), ("DP", "DecodeParms"), ("F", "Filter"),
        ("H", "Height"), ("I", "Interpolate"), ("IM", "ImageMask"), ("W", "Width"),
    ]

    private func spellOut(_ dictionary: inout PDFDictionary) {
        for (short, long) in Self.shortKeys where dictionary[long] == nil {
            guard let value = dictionary[short] else { continue }
            // Names are filters; anything else means another file.
            if short == "F", value.name == nil, value.array == nil { continue }
            dictionary[long] = value
            dictionary[short] = nil
        }
    }

    private func filters(of dictionary: PDFDictionary) throws -> [PDFFilter] {
        func list(_ value: PDFValue?) throws -> [PDFValue] {
            guard let value = try direct(value), value != .null else { return [] }
            return try value.array?.map { try direct($0) ?? .null } ?? [value]
        }
        let names = try list(dictionary["Filter"])
        let parameters = try list(dictionary["DecodeParms"])
        return try names.enumerated().compactMap { place, value in
            guard let name = value.name.map(PDFFilters.fullName), PDFFilters.known.contains(name) else {
                throw ParseError(.unsupported, at: 0, "data that are packed in an unknown way")
            }
            if name == "Crypt" { return nil }
            var own = place < parameters.count ? parameters[place] : .null
            if case .dictionary(var dictionary) = own {
                // Numbers can be objects; a stream stays one.
                for entry in dictionary.entries where entry.value.reference != nil {
                    if let value = try direct(entry.value), value.dictionary == nil { dictionary[entry.key] = value }
                }
                own = .dictionary(dictionary)
            }
            if name == "FlateDecode", (own.dictionary?["Predictor"]?.integer ?? 1) <= 1 { own = .null }
            return PDFFilter(name: name, parameters: own)
        }
    }

    private func direct(_ value: PDFValue?) throws -> PDFValue? {
        if case .reference(let reference)? = value { try file.object(reference).value } else { value }
    }
}

/// Where data of streams lie in a file. What libqpdf hands out says nothing of that.
struct PDFStreamPlaces {
    private let source: any ByteSource
    /// Where data may begin, by what they begin with.
    private var starts: [ByteKey: [Int]] = [:]
    /// How many there can be.
    private(set) var count = 0
    private static let keyLength = 16
    /// Places of the same beginning that are looked at.
    private static let most = 16
    /// Fewer bytes are written as fast as they are copied.
    private static let smallest = 4_096

    init(_ source: any ByteSource) throws {
        self.source = source
        let word = Array("stream".utf8)
        var window = ByteWindow(source)
        var position = 0
        let step = 64 * 1024
        while position < source.size {
            let end = min(source.size, position + step)
            // A word and what begins behind it can lie across the end of a step.
            let bytes = try window.bytes(in: position..<min(source.size, end + 32))
            var at = 0
            while let found = bytes.firstIndex(of: word[0], within: at..<min(bytes.count, end - position)) {
                at = found + 1
                guard bytes[found...].starts(with: word) else { continue }
                count += 1
                var start = found + word.count
                if start < bytes.count, bytes[start] == 13 { start += 1 }
                if start < bytes.count, bytes[start] == 10 { start += 1 }
                let key = ByteKey(Array(bytes[min(start, bytes.count)...].prefix(Self.keyLength)))
                if starts[key, default: []].count < Self.most { starts[key, default: []].append(position + start) }
            }
            position = end
        }
    }

    func find(_ data: [UInt8]) throws -> PDFStreamData.Place {
        guard data.count >= Self.smallest else { return .bytes(data) }
        let memory = MemorySource(data)
        for start in starts[ByteKey(Array(data.prefix(Self.keyLength)))] ?? [] where start <= source.size - data.count {
            let range = start..<start + data.count
            if try memory.holdsSameBytes(in: 0..<data.count, as: source, in: range) { return .range(range) }
        }
        return .bytes(data)
    }
}
