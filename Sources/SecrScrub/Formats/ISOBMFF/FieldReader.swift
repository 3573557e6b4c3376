internal import SecrBytes

/// Numbers of different sizes, one after the other.
struct FieldReader {
    private let reader: ByteReader
    private(set) var position: Int

    init(_ reader: ByteReader, at position: Int) {
        self.reader = reader
        self.position = position
    }

    mutating func next(_ bytes: Int) throws(ParseError) -> Int {
        let value = try reader.integer(at: position, bytes: bytes)
        position += bytes
        return value
    }

    /// Passes over fields that have to be there.
    mutating func skip(_ bytes: Int) throws(ParseError) {
        _ = try reader.slice(at: position, count: bytes)
        position += bytes
    }
}
