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

    init(_ contents: PDFContents, _ source: any ByteSource, password: DocumentPassword?, limits: Limits) {
        let ends = Self.ends(source).dropLast()
        // Documents that are to be shown while they arrive have an end behind their first page.
        let versions = contents.isLinearized(source) ? ends.dropFirst() : ends
        count = versions.count
        guard source.size <= Self.largest else { return }
        let last = contents.pages.map { PDFPrint(of: $0, in: contents, source) }
        var changed: Set<Int> = []
        for end in versions.suffix(Self.most) {
            let earlier = SliceSource(source, 0..<end)
            guard var parser = try? PDFParser(earlier, password: password, limits: limits),
                let found = try? parser.parse(), !found.isRepaired
            else { continue }
            for (place, page) in found.pages.enumerated() where place < last.count {
                if PDFPrint(of: page, in: found, earlier) != last[place] { changed.insert(place + 1) }
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
                ends.append(position + found + mark.count)
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
        if changedPages.count == 1 { text += "; page \(changedPages[0]) changed" }
        if changedPages.count > 1 {
            let named = changedPages.prefix(10).map { String($0) }.joined(separator: ", ")
            text += "; pages \(named)\(changedPages.count > 10 ? " and others" : "") changed"
        }
        if goneCount > 0 { text += goneCount == 1 ? "; a page was taken out" : "; \(goneCount) pages were taken out" }
        return text
    }
}

/// All that a page is made of, to tell whether it is the same as another one.
private struct PDFPrint: Equatable {
    private var digest: [UInt8]

    /// Objects that are looked at: enough for any page, and not for a document that leads nowhere.
    private static let most = 20_000

    init(of page: PDFReference, in contents: PDFContents, _ source: any ByteSource) {
        var (text, window): ([UInt8], ByteWindow) = ([], ByteWindow(source))
        // Numbers of objects can change, so each is named by its turn.
        var turns: [PDFReference: Int] = [page: 0]
        var waiting = [page]
        var next = 0
        func note(_ value: PDFValue) -> PDFValue {
            switch value {
            case .reference(let found):
                let isOtherPage =
                    contents.resolved(value).dictionary?["Parent"] != nil && contents.pages.contains(found)
                if isOtherPage, found != page { return .null }
                if turns[found] == nil {
                    turns[found] = waiting.count
                    waiting.append(found)
                }
                return .reference(PDFReference(number: turns[found] ?? 0))
            case .array(let values): return .array(values.map(note))
            case .dictionary(let dictionary):
                return .dictionary(
                    PDFDictionary(
                        dictionary.entries.filter { !Self.ways.contains($0.key) }.map {
                            PDFDictionary.Entry(key: $0.key, value: note($0.value))
                        }))
            default: return value
            }
        }
        while next < waiting.count, next < Self.most {
            guard let object = contents.objects[waiting[next]] else { break }
            text.append(note(object.value))
            if let stream = object.stream, let data = try? stream.bytes(from: &window) { text += MD5.digest(data) }
            next += 1
        }
        digest = MD5.digest(text)
    }

    /// What leads from a page to the rest of the document, or only says when it was changed.
    private static let ways: Set<String> = [
        "Parent", "P", "Dest", "A", "B", "StructParent", "StructParents", "M", "LastModified", "PieceInfo", "Metadata",
    ]
}
