internal import SecrBytes

/// Looks into the coded pictures of items that stay.
struct HEICCodedPictures {
    let limits: Limits

    /// Of items, what says how their pictures are coded.
    static let configurations: [FourCC: FourCC] = ["hvc1": "hvcC", "av01": "av1C", "avc1": "avcC"]

    /// - Parameter document: with its sequence, whose pictures can be those of items.
    func clean(_ document: inout HEICDocument, _ source: any ByteSource) throws {
        var (found, window) = (CodedFindings(limits: limits), ByteWindow(source, capacity: 4_096))
        for item in document.items where document.kinds[item.id].map(HEICClassification.isVisible) == true {
            let known = found.empty.count
            try clean(item, of: document, &window, &found)
            document.empty[item.id] = MP4Regions(Array(found.empty[known...]))
        }
        document.changes = try CodedChanges(found.takeChanges().all + (document.sequence?.changes.all ?? []))
        document.coded = found
    }

    private func clean(
        _ item: HEICItem, of document: HEICDocument, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard let kind = Self.configurations[item.type] else { return }
        var setUp = CodecSetUp()
        if case .kept(let box) = document.properties(of: item, kind).first?.outcome {
            setUp.bytes = Array(box.dropFirst(Box.headerSize))
        }
        let cleaning = Cleaning(item.type, setUp, limits: limits)
        guard case .cleaner(var cleaner) = cleaning, let extents = item.location.extents, extents.count == 1 else {
            return found.skip(item.type)
        }
        do {
            try cleaner.clean(extents[0], &window, &found)
        } catch let error as ParseError {
            guard !found.isFull else { throw error }
            found.skip(item.type)
        }
    }
}
