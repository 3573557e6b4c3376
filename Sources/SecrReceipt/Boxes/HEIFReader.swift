internal import SecrBytes

/// A HEIF or AVIF file (ISO/IEC 23008-12): its boxes, and the picture that it shows first.
struct HEIFReader: FormatReader {
    let source: any ByteSource
    private let items: HEIFItems
    private let movie: Movie
    let parts: [Part]

    var tracks: Set<Int> { movie.ids }

    init(_ source: any ByteSource) throws {
        self.source = source
        items = try HEIFItems(source)
        movie = try Movie(source)
        parts = try BoxParts(
            source, isPicture: true, claims: items.claims + movie.claims, dropped: movie.dropped
        ).list.parts
    }

    func addEssence(_ scope: EssenceScope, to hasher: inout EssenceHasher) throws {
        var left = Limits().items
        try add(items.primary, depth: 0, &left, scope, to: &hasher)
        for item in items.all.filter({ items.isAlpha($0, of: items.primary) }) {
            hasher.add(FourCC("auxl"))
            try add(item.id, depth: 0, &left, scope, to: &hasher)
        }
        if !movie.tracks.isEmpty {
            var window = ByteWindow(source)
            try movie.addEssence(scope, to: &hasher, &window)
        }
    }

    private static let derived: Set<FourCC> = ["grid", "iovl", "iden", "sato", "tmap"]
    private static let deepest = 8

    /// - Parameter left: how many may follow.
    private func add(
        _ id: Int, depth: Int, _ left: inout Int, _ scope: EssenceScope, to hasher: inout EssenceHasher
    ) throws {
        guard let item = items[id] else { throw ParseError(.malformed, at: 0, "a picture that is not there") }
        guard depth <= Self.deepest, left > 0 else {
            throw ParseError(.limit, at: 0, "pictures that are made of too many others")
        }
        left -= 1
        hasher.add(item.type)
        let properties = try items.properties(of: item, hasOrientation: scope.hasOrientation)
        hasher.add(properties.count)
        for property in properties {
            hasher.add(property.type)
            hasher.add(property.essence)
        }
        // A tone map is shown as the picture that it is about.
        let parts = item.type == "tmap" ? Array(item.parts.prefix(1)) : item.parts
        hasher.add(parts.count)
        for part in parts { try add(part, depth: depth + 1, &left, scope, to: &hasher) }
        if item.type != "tmap" { try addData(of: item, scope, to: &hasher) }
    }

    /// Behind how many bytes are in front of it, and these (ISO/IEC 23008-12, A.2.1).
    func tiff(in part: [UInt8]) -> [UInt8] {
        part.starts(with: [0, 0, 0, 6] + Array("Exif\0\0".utf8)) ? Array(part.dropFirst(10)) : []
    }

    private func addData(of item: HEIFItem, _ scope: EssenceScope, to hasher: inout EssenceHasher) throws {
        let data = ExtentSource(source, item.extents)
        if item.type == "jpeg" {
            try hasher.spend(data.size)
            let inner = try JPEGReader(data)
            // The file around it says how it is turned.
            return try inner.addEssence(
                EssenceScope(unchanged: RangeSet([0..<data.size]), hasOrientation: false), to: &hasher)
        }
        let coding = SampleCoding(item.type, setUp: items.setUp(of: item))
        if case .other = coding {
            var window = ByteWindow(source)
            try hasher.spend(data.size)
            try hasher.add(item.extents.flatMap(scope.unchanged.parts), of: &window)
        } else {
            var window = ByteWindow(data)
            try hasher.add(0..<data.size, coding, scope, &window)
        }
    }
}

/// Bytes of a file that lie in several places, as one row.
struct ExtentSource: ByteSource {
    private let source: any ByteSource
    private let extents: [Range<Int>]
    /// Where each of them begins.
    private let starts: [Int]
    let size: Int

    init(_ source: any ByteSource, _ extents: [Range<Int>]) {
        self.source = source
        self.extents = extents.filter { !$0.isEmpty }
        var (starts, end) = ([Int](), 0)
        for extent in self.extents {
            starts.append(end)
            end += extent.count
        }
        (self.starts, size) = (starts, end)
    }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size && range.count <= buffer.count)
        var position = range.lowerBound
        var place = max(0, starts.partitioningIndex { $0 > position } - 1)
        while position < range.upperBound {
            let offset = position - starts[place]
            let part = extents[place].dropFirst(offset).prefix(range.upperBound - position)
            var bytes = [UInt8](repeating: 0, count: part.count)
            try source.read(part, into: &bytes)
            buffer.replaceSubrange(
                position - range.lowerBound..<position - range.lowerBound + part.count, with: bytes)
            (position, place) = (position + part.count, place + 1)
        }
    }
}
