internal import SecrBytes

/// Looks into the coded pictures of items that viewers list.
///
/// Each for itself, from the start of its contents: parts of items can lie upon each other in the input, where what is a
/// message in one is a picture in another. In an output they lie apart.
struct HEICCodedPictures {
    private let source: any ByteSource
    private let limits: Limits
    /// Items with the same contents are looked through once.
    private var known: [Contents: Cleaned] = [:]
    /// Bytes that may be looked through yet: not many more than there are.
    private var left = 0
    private var found: CodedFindings

    /// Of items, what says how their pictures are coded.
    static let configurations: [FourCC: FourCC] = ["hvc1": "hvcC", "av01": "av1C", "avc1": "avcC"]

    private struct Contents: Hashable {
        var type: FourCC
        var setUp: [UInt8]
        var extents: [Range<Int>]
    }

    /// Counted from the start of the contents.
    struct Cleaned: Sendable {
        var changes: CodedChanges
        var empty: MP4Regions
    }

    init(_ source: any ByteSource, limits: Limits) {
        (self.source, self.limits) = (source, limits)
        found = CodedFindings(limits: limits)
    }

    mutating func clean(_ document: inout HEICDocument) throws {
        left = 2 * document.size + limits.chunkBytes
        for item in document.items where document.kinds[item.id].map(HEICClassification.isVisible) == true {
            guard let kind = Self.configurations[item.type], let extents = item.location.extents else { continue }
            var contents = Contents(type: item.type, setUp: [], extents: extents)
            if case .kept(let box) = document.properties(of: item, kind).first?.outcome {
                contents.setUp = Array(box.dropFirst(Box.headerSize))
            }
            if known[contents] == nil { known[contents] = try clean(contents) }
            document.cleaned[item.id] = known[contents]
        }
        document.coded = found
    }

    private mutating func clean(_ contents: Contents) throws -> Cleaned? {
        var plan = OutputPlan()
        for range in contents.extents { plan.append(.copy(range)) }
        let joined = PlannedSource(plan, of: source)
        let cleaning = Cleaning(contents.type, CodecSetUp(bytes: contents.setUp), limits: limits)
        guard case .cleaner(var cleaner) = cleaning, joined.size <= left else {
            found.skip(contents.type)
            return nil
        }
        left -= joined.size
        var (own, window) = (CodedFindings(limits: limits), ByteWindow(joined, capacity: 4_096))
        do {
            try cleaner.clean(0..<joined.size, &window, &own)
        } catch let error as ParseError {
            guard !own.isFull else { throw error }
            own.skip(contents.type)
        }
        found.add(own) { range in
            let parts = HEICItem.parts(of: range, in: contents.extents)
            return (parts.map(\.lowerBound).min() ?? 0)..<(parts.map(\.upperBound).max() ?? 0)
        }
        return Cleaned(changes: try own.takeChanges(), empty: MP4Regions(own.empty))
    }
}
