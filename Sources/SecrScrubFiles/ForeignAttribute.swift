internal import SecrBytes
public import SecrScrub
internal import SecrSystem

/// What a program or a person noted about a file beside its content, in an extended attribute: browsers write there from
/// where it was downloaded, desktops tags and comments. No output has any.
public struct ForeignAttribute: Sendable, Equatable {
    /// Made readable where it is no text; not to be trusted on a terminal.
    public var name: String
    /// As a person reads it, cut off where it is long; `nil` where it is no text.
    public var value: String?
    public var reveals: Set<Revelation>
    /// Bytes of the value.
    public var size: Int

    private static let longest = 300
    /// Parts of names of attributes that tell where a file comes from.
    private static let origins = ["origin", "referrer", "referer", "wherefroms", "quarantine", "url"]

    init(_ attribute: FileAttribute) {
        name = String(decoding: attribute.name, as: UTF8.self)
        size = attribute.value.count
        value = Self.text(attribute.value).map { String($0.prefix(Self.longest)) }
        let lower = name.lowercased()
        reveals = Self.origins.contains { lower.contains($0) } ? [.history] : value == nil ? [] : [.text]
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        let list = PropertyListTexts.texts(in: bytes)
        if !list.isEmpty { return list.joined(separator: ", ") }
        // Some end as in C.
        let bytes = bytes.last == 0 ? bytes.dropLast() : bytes[...]
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }
}

/// The texts of a binary property list, in which Apple's programs write such values.
enum PropertyListTexts {
    private static let mostObjects = 1_000

    /// In the order of the list; none where it is no property list.
    static func texts(in bytes: [UInt8]) -> [String] {
        guard bytes.starts(with: "bplist00".utf8), bytes.count >= 40 else { return [] }
        // Sizes of an offset and of a reference, how many objects, which one is the outermost, and where offsets begin.
        let trailer = Array(bytes.suffix(32))
        let width = Int(trailer[6])
        guard (1...4).contains(width), let count = number(trailer[8..<16]), let start = number(trailer[24..<32]),
            count <= mostObjects, start <= bytes.count, count * width <= bytes.count - start
        else { return [] }
        return (0..<count).compactMap { index in
            let place = start + index * width
            return number(bytes[place..<place + width]).flatMap { text(at: $0, in: bytes) }
        }
    }

    private static func text(at place: Int, in bytes: [UInt8]) -> String? {
        guard place < bytes.count, [5, 6].contains(bytes[place] >> 4) else { return nil }
        let isWide = bytes[place] >> 4 == 6
        var (count, start) = (Int(bytes[place] & 15), place + 1)
        if count == 15 {
            // The length is a number of its own.
            guard start < bytes.count, bytes[start] >> 4 == 1 else { return nil }
            let size = 1 << Int(bytes[start] & 3)
            guard start + 1 + size <= bytes.count, let long = number(bytes[start + 1..<start + 1 + size]) else {
                return nil
            }
            (count, start) = (long, start + 1 + size)
        }
        guard count <= (bytes.count - start) / (isWide ? 2 : 1) else { return nil }
        let content = bytes[start..<start + count * (isWide ? 2 : 1)]
        if !isWide { return String(decoding: content, as: UTF8.self) }
        let units = stride(from: content.startIndex, to: content.endIndex, by: 2).map {
            UInt16(content[$0]) << 8 | UInt16(content[$0 + 1])
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        Int(exactly: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
