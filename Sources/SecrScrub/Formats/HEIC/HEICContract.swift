internal import SecrBytes

/// The equality between a HEIF file and its scrubbed form, proved on the bytes that were really written.
///
/// - Every item that stays has the same contents: the same bytes but for the ranges that are listed as written over, or,
///   where it is a file of its own, one that passed the check of its format.
/// - It has the same properties in the same order, which must be understood or not as before.
/// - Items refer to each other as before; the main picture and the groups are the same.
/// - A sequence has the same tracks with the same samples.
/// - The output consists of allowed nodes only, and scrubbing it again would find nothing to do.
struct HEICContract {
    let original: Parsed<HEICDocument>
    let written: Parsed<HEICDocument>
    let handler: HEICHandler
    let policy: Policy
    let limits: Limits

    func check() throws {
        let findings = try HEICFindings(original: written, policy: policy, handler: handler).all
        try handler.allowList.requireClean(written.document.nodes, findings: findings, policy: policy)
        let before = try HEICSelection(original.document, policy: policy, allowList: handler.allowList)
        let after = try HEICSelection(written.document, policy: policy, allowList: handler.allowList)
        let statements = handler.statementItem == nil ? 0 : 1
        guard before.items.count + statements == written.document.items.count, after.items.count == before.items.count
        else {
            throw ScrubError.broken("a picture is missing", at: 0)
        }
        guard before.numbers[original.document.primary] == written.document.primary,
            before.groups.elementsEqual(after.groups, by: ==)
        else { throw ScrubError.broken("another picture comes first", at: 0) }
        // Every byte of the tables is the one that would be written.
        var composer = HEICComposer(after, of: written.source, handler, limits: limits)
        guard try composer.compose().isIdentity(of: written.source) else {
            throw ScrubError.broken("its tables differ", at: 0)
        }
        try checkSequence()
        let places = try propertyPlaces(before, after)
        for (item, copy) in zip(before.items, after.items) {
            try checkItem(item, copy, before, after, places)
            try checkContents(item, copy, before)
        }
    }

    private func checkSequence() throws {
        guard let before = original.document.sequence, let after = written.document.sequence else {
            if original.document.sequence == nil && written.document.sequence == nil { return }
            throw ScrubError.broken("the sequence is missing", at: 0)
        }
        try MP4Contract(
            original: Parsed(document: before, source: original.source),
            written: Parsed(document: after, source: written.source), handler: handler.sequence, policy: policy
        ).checkTracks()
    }

    /// Where each property that is used stands in the output, which has the same in the same order.
    private func propertyPlaces(_ before: HEICSelection, _ after: HEICSelection) throws -> [Int: Int] {
        let used = Set(try before.items.flatMap { try before.properties(of: $0).map(\.place) }).sorted()
        guard used.count == written.document.properties.count,
            zip(used, 0...).allSatisfy({ before.box(at: $0) == after.box(at: $1) })
        else { throw ScrubError.broken("a property differs", at: 0) }
        return Dictionary(uniqueKeysWithValues: zip(used, 0...))
    }

    private func checkItem(
        _ item: HEICItem, _ copy: HEICItem, _ before: HEICSelection, _ after: HEICSelection, _ places: [Int: Int]
    ) throws {
        let place = copy.location.extents?.first?.lowerBound ?? 0
        // One that viewers don't list any more is only a part of others.
        let isSameKind = before.kind(item) == after.kind(copy) || before.isHidden(item) != item.isHidden
        guard item.type == copy.type, before.isHidden(item) == copy.isHidden, isSameKind,
            before.numbers[item.id] == copy.id, before.references(of: item) == after.references(of: copy)
        else { throw ScrubError.broken("an item differs", at: place) }
        let expected = try before.properties(of: item).map {
            HEICSelection.Written(place: places[$0.place] ?? -1, isEssential: $0.isEssential)
        }
        guard expected == (try after.properties(of: copy)) else {
            throw ScrubError.broken("a property differs", at: place)
        }
    }

    /// Piece after piece, as they should follow one another.
    private func checkContents(_ item: HEICItem, _ copy: HEICItem, _ before: HEICSelection) throws {
        let pieces = before.contents(of: item)
        let size = pieces.reduce(0) { $0 + $1.count }
        guard let extents = copy.location.extents, copy.location.size == size, extents.count == (size > 0 ? 1 : 0)
        else { throw ScrubError.broken("an item has another size", at: 0) }
        guard let start = extents.first?.lowerBound else { return }
        if let inner = original.document.inner[item.id] {
            return try inner.verify(SliceSource(written.source, start..<start + size))
        }
        if let place = try written.source.firstDifference(from: pieces, at: start, original.source) {
            throw ScrubError.broken("a coded picture differs", at: place)
        }
    }
}
