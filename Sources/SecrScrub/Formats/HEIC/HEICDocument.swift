internal import SecrBytes

/// A parsed HEIF file: its nodes, which tile the input, and its items.
struct HEICDocument: Sendable {
    var size: Int
    var nodes: [HEICNode]
    /// As they stand in the file: the major brand and the others.
    var brands: [FourCC]
    var primary: Int
    /// In the order of the file, which viewers follow.
    var items: [HEICItem]
    var properties: [HEICProperty]
    var groups: [HEICGroup]
    /// What the items are.
    var kinds: [Int: HEICNodeKind]
    /// Of gain maps that need them, by the map's id.
    var gainMapPackets: [Int: [UInt8]]
    /// What is written for `tmap` items, by their ids.
    var toneMaps: [Int: [UInt8]]
    /// How many bytes of an item it is about, where there are more.
    var usedSizes: [Int: Int]
    /// What becomes of items that are files of their own.
    var inner: [Int: PreparedScrub]

    /// What was found inside coded pictures of items, and, by their ids, what is written over it.
    var coded = CodedFindings(limits: Limits())
    var cleaned: [Int: HEICCodedPictures.Cleaned] = [:]

    /// The tracks of a file that is a sequence of pictures or an animation as well.
    var sequence: MP4Document?

    func item(_ id: Int) -> HEICItem? { index[id].map { items[$0] } }

    /// Places of items by their ids.
    var index: [Int: Int]

    /// What an item is, for a person.
    func label(of item: HEICItem) -> String {
        switch kinds[item.id] ?? .vendorItem {
        case .picture: item.id == primary ? "the picture" : item.targets("dimg").isEmpty ? "a picture" : "a layout"
        case .alpha: "transparency"
        case .gainMap: "gain map"
        case .toneMap, .gainMapParameters: "gain map parameters"
        case .exif: "Exif"
        case .xmp: "XMP"
        case .thumbnail: "thumbnail"
        case .hiddenPicture: "a picture that no viewer shows"
        case .auxiliaryPicture:
            AuxiliaryPicture.name(item.properties.lazy.compactMap { properties[$0.property].auxiliaryType }.first ?? "")
        case .contentCredentials: "content credentials"
        case .text: "text (\(item.contentType.isEmpty ? item.type.description : item.contentType))"
        default: "item \(item.type)\(item.contentType.isEmpty ? "" : ": \(item.contentType)")"
        }
    }

    /// Where the bytes of an item lie that it is about.
    func extents(of item: HEICItem) -> [Range<Int>] {
        guard var left = usedSizes[item.id] else { return item.location.extents ?? [] }
        return (item.location.extents ?? []).compactMap { range in
            let part = range.prefix(left)
            left -= part.count
            return part.isEmpty ? nil : part
        }
    }

    func properties(of item: HEICItem, _ type: FourCC) -> [HEICProperty] {
        item.properties.map { properties[$0.property] }.filter { $0.type == type }
    }

    /// Whether pixels lie outside of the clean aperture (ISO/IEC 14496-12, 12.1.4).
    func isCropped(_ item: HEICItem) -> Bool {
        guard case .kept(let box) = properties(of: item, "clap").first?.outcome, let size = extent(of: item) else {
            return false
        }
        let reader = ByteReader(box)
        func isLess(_ at: Int, than whole: Int) -> Bool {
            guard let top = try? reader.uint32(at: at), let bottom = try? reader.uint32(at: at + 4) else {
                return false
            }
            return top < whole * bottom
        }
        return isLess(Box.headerSize, than: size.width) || isLess(Box.headerSize + 8, than: size.height)
    }

    /// Pixels across and down of an item before it is turned.
    func extent(of item: HEICItem) -> (width: Int, height: Int)? {
        guard case .kept(let box) = properties(of: item, "ispe").first?.outcome else { return nil }
        let reader = ByteReader(box)
        guard let width = try? reader.uint32(at: 12), let height = try? reader.uint32(at: 16) else { return nil }
        return (width, height)
    }
}
