/// Four bytes that name a thing in a file: an ICC tag, a PNG chunk, a box.
public struct FourCC: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public var rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// From four ASCII characters, as they stand in a specification.
    public init(stringLiteral value: StaticString) {
        precondition(value.utf8CodeUnitCount == 4 && value.isASCII)
        rawValue = value.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }

    public var bytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: rawValue >> $0) }
    }

    /// The characters, with what is not printable ASCII shown as a dot.
    public var description: String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
    }
}
