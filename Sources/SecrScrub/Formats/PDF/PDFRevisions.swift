internal import SecrBytes

/// Earlier versions of a document, which are all still there where programs only appended what they changed
/// (ISO 32000-2, 7.5.6).
struct PDFRevisions {
    /// Versions before the last one.
    private(set) var count = 0
    /// Pages, counted from 1, that were painted in another way in one of them; those that can't be read are left out.
    private(set) var changedPages: [Int] = []
    /// Pages that one of them had more than the last version, at most.
    private(set) var goneCount = 0

    /// So many are looked into, the latest ones first.
    private static let most = 8
    /// Larger documents are not read again and again.
    private static let largest = 64 << 20
    /// Of all versions and pages together; pages behind it are not compared.
    private static let objects = 2_000_000

    init(_ contents: PDFContents, _ source: any ByteSource, password: DocumentPassword?, limits: Limits) {
        let ends = Self.ends(source).dropLast()
        // Documents that are to be shown while they arrive have an end behind their first page.
        let versions = contents.isLinearized(source) ? ends.dropFirst() : ends
        count = versions.count
        guard !versions.isEmpty, source.size <= Self.largest else { return }
        var budget = Self.objects
        var current = PDFPrints(contents, source)
        let last = current.all(&budget)
        var changed: Set<Int> = []
        for end in versions.suffix(Self.most) {
            let earlier = SliceSource(source, 0..<end)
            guard var parser = try? PDFParser(earlier, password: password, limits: limits),
                let found = try? parser.parse(), !found.isRepaired
            else { continue }
            var former = PDFPrints(found, earlier)
            for (place, (old, new)) in zip(former.all(&budget), last).enumerated() {
                if let old, let new, old != new { changed.insert(place + 1) }
            }
            goneCount = max(goneCount, found.pages.count - last.count)
        }
        changedPages = changed.sorted()
    }

    /// Where versions end.
    private static func ends(_ source: any ByteSource) -> [Int] {
        let mark = Array("%%EOF".utf8)
        var (ends, position, window) = ([Int](), 0, ByteWindow(source))
        let step = 64 * 1024
        while position < source.size,
            let bytes = try? window.bytes(in: position..<min(source.size, position + step + mark.count - 1))
        {
            // A mark across the end of a step is found with the next one.
            var from = 0
            while let found = bytes.firstOffset(of: mark, from: from), found < step {
                let end = position + found
                // Contents of streams can hold such a mark too.
                let front = try? window.bytes(in: max(0, end - 64)..<end)
                if front?.firstOffset(of: "startxref") != nil { ends.append(end + mark.count) }
                from = found + 1
            }
            position += step
        }
        return ends
    }

    /// For a person to read; `nil` where there is no earlier version.
    var text: String? {
        if count == 0 { return nil }
        var text = count == 1 ? "1 earlier version is still inside" : "\(count) earlier versions are still inside"
        if !changedPages.isEmpty { text += "; \(PDFPages.named(changedPages)) changed" }
        if goneCount > 0 { text += goneCount == 1 ? "; a page was taken out" : "; \(goneCount) pages were taken out" }
        return text
    }
}

/// Pages as people call them.
enum PDFPages {
    /// - Parameter pages: counted from 1.
    static func named(_ pages: [Int]) -> String {
        let numbers = pages.prefix(10).map { String($0) }.joined(separator: ", ")
        return (pages.count == 1 ? "page " : "pages ") + numbers + (pages.count > 10 ? " and others" : "")
    }
}

/// All that pages are made of, to tell whether they are the same as other ones.
private struct PDFPrints {
    private let contents: PDFContents
    private let pages: Set<PDFReference>
    private var window: ByteWindow
    /// Of data that several pages have in common.
    private var digests: [PDFReference: [UInt8]] = [:]

    init(_ contents: PDFContents, _ source: any ByteSource) {
        self.contents = contents
        pages = Set(contents.pages)
        window = ByteWindow(source)
    }

    /// - Parameter budget: objects that may be looked at.
    /// - Returns: `nil` for each page for which that was not enough.
    mutating func all(_ budget: inout Int) -> [[UInt8]?] { contents.pages.map { print(of: $0, &budget) } }

    private mutating func print(of page: PDFReference, _ budget: inout Int) -> [UInt8]? {
        var text: [UInt8] = []
        // Numbers of objects can change, so each is named by its turn.
        var turns: [PDFReference: Int] = [page: 0]
        var waiting = [page]
        var next = 0
        while next < waiting.count {
            guard budget > 0, let object = contents.objects[waiting[next]] else { return nil }
            budget -= 1
            text.append(note(object.value, &turns, &waiting))
            if let stream = object.stream { text += digest(of: stream, at: waiting[next]) }
            next += 1
        }
        return MD5.digest(text)
    }

    private mutating func digest(of stream: PDFStreamData, at reference: PDFReference) -> [UInt8] {
        if let known = digests[reference] { return known }
        let digest = (try? stream.bytes(from: &window)).map(MD5.digest) ?? []
        digests[reference] = digest
        return digest
    }

    private func note(
        _ value: PDFValue, _ turns: inout [PDFReference: Int], _ waiting: inout [PDFReference]
    ) -> PDFValue {
        switch value {
        case .reference(let found):
            guard turns[found] != nil || !pages.contains(found), contents.objects[found] != nil else { return .null }
            if turns[found] == nil {
                turns[found] = waiting.count
                waiting.append(found)
            }
            return .reference(PDFReference(number: turns[found] ?? 0))
        case .array(let values): return .array(values.map { note($0, &turns, &waiting) })
        case .dictionary(let dictionary):
            return .dictionary(
                PDFDictionary(
                    dictionary.entries.filter { !Self.ways.contains($0.key) }.map {
                        PDFDictionary.Entry(key: $0.key, value: note($0.value, &turns, &waiting))
                    }))
        default: return value
        }
    }

    /// What leads from a page to the rest of the document, or only says when it was changed.
    private static let ways: Set<String> = [
        "Parent", "P", "Dest", "A", "B", "StructParent", "StructParents", "M", "LastModified", "PieceInfo", "Metadata",
    ]
}
