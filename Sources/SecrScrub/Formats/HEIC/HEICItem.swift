internal import SecrBytes

/// An item of a HEIF file (ISO/IEC 14496-12, 8.11): a picture, a part of one, or something about one.
struct HEICItem: Sendable {
    var id: Int
    var type: FourCC
    /// Not to be shown by itself.
    var isHidden: Bool
    /// Of `mime` and `uri ` items.
    var contentType: String
    var name: String
    /// Of `mime` items: how the content is packed.
    var encoding: String
    /// Where bytes lie behind the last field of its entry.
    var surplus: Range<Int>
    var location = Location()
    /// In their order, which counts.
    var properties: [Association] = []
    var references: [Reference] = []

    struct Association: Sendable, Equatable {
        /// Into the list of all properties, from 0.
        var property: Int
        /// Whoever does not know the property must not show the item.
        var isEssential: Bool
    }

    struct Reference: Sendable, Equatable {
        var type: FourCC
        var targets: [Int]
    }

    struct Location: Sendable, Equatable {
        enum Store: Sendable, Equatable {
            /// Offsets from the start of the file.
            case file
            /// The item data box.
            case itemData
        }

        var store = Store.file
        /// Absolute, in either case. `nil` where it does not lie in this file.
        var extents: [Range<Int>]? = []

        var size: Int { extents?.reduce(0) { $0 + $1.count } ?? 0 }
    }

    /// To pictures without which an item can't be decoded, besides those that it is made of.
    static let baseReferences: [FourCC] = ["prem", "base", "pred"]

    /// Whether viewers don't list it, since it is a thumbnail of others, or something else beside them.
    var belongsToOthers: Bool { references.contains { Self.isBelonging($0.type) && !$0.targets.isEmpty } }

    static func isBelonging(_ reference: FourCC) -> Bool { reference == "thmb" || reference == "auxl" }

    /// Where a part of the contents lies.
    ///
    /// - Parameters:
    ///   - part: from the start of the contents.
    ///   - extents: that the contents consist of.
    static func parts(of part: Range<Int>, in extents: [Range<Int>]) -> [Range<Int>] {
        var (parts, start) = ([Range<Int>](), 0)
        for extent in extents {
            let found = part.clamped(to: start..<start + extent.count)
            if !found.isEmpty {
                let place = extent.lowerBound + found.lowerBound - start
                parts.append(place..<place + found.count)
            }
            start += extent.count
        }
        return parts
    }

    func targets(_ type: FourCC) -> [Int] { references.filter { $0.type == type }.flatMap(\.targets) }
}

/// Items that belong together (ISO/IEC 14496-12, 8.18).
struct HEICGroup: Sendable, Equatable {
    var type: FourCC
    var entities: [Int]
    var range: Range<Int>
}
