internal import SecrBytes
internal import SecrCrypto
internal import SecrStream

/// One transaction of an index, as it is stored: the pages that it changed.
package struct IndexRecord {
    package static let idSize = 16
    package static let hashSize = 32
    /// What one transaction can change, so that a record fits into an object.
    package static let maximumPages = 12_288

    /// From 1, without gaps.
    package var sequence: UInt64
    /// Of the whole sealed record before this one; zeros for the first.
    package var previous: [UInt8]
    /// Random: by it a writer recognises its own record when an answer got lost.
    package var id: [UInt8]
    /// The newest checkpoint that the writer knew.
    package var checkpoint: UInt64
    /// Of the database afterwards.
    package var pageCount: Int
    /// In the order of their numbers.
    package var pages: [(number: Int, bytes: [UInt8])]

    private static let headSize = 72

    package func sealed(with keys: AreaKeys) -> [UInt8] {
        var bytes = sequence.bigEndianBytes + previous + id + checkpoint.bigEndianBytes
        bytes += UInt32(pageCount).bigEndianBytes + UInt32(pages.count).bigEndianBytes
        let size = SizeClass.paddedSize(Self.headSize + pages.count * (4 + Page.size), .standard)
        bytes.reserveCapacity(size)
        for page in pages { bytes += UInt32(page.number).bigEndianBytes }
        for page in pages { bytes += page.bytes }
        bytes += repeatElement(0, count: size - bytes.count)
        return ShortStream.seal(bytes, .record, key: keys.recordKey(sequence))
    }

    /// - Throws: ``VaultError/damaged(_:)``.
    package init(opening sealed: [UInt8], sequence: UInt64, keys: AreaKeys) throws(VaultError) {
        let damage = VaultError.damaged(.record(sequence))
        guard let bytes = try? ShortStream.open(sealed, .record, key: keys.recordKey(sequence)) else { throw damage }
        var reader = FieldReader(bytes)
        guard let written = reader.number(8), written == sequence, let previous = reader.bytes(Self.hashSize),
            let id = reader.bytes(Self.idSize), let checkpoint = reader.number(8), let pageCount = reader.number(4),
            let count = reader.number(4), count <= Self.maximumPages
        else { throw damage }
        var numbers: [Int] = []
        for _ in 0..<count {
            guard let number = reader.number(4), number < pageCount, Int(number) > numbers.last ?? -1 else {
                throw damage
            }
            numbers.append(Int(number))
        }
        pages = []
        for number in numbers {
            guard let page = reader.bytes(Page.size) else { throw damage }
            pages.append((number, page))
        }
        guard reader.restIsZero else { throw damage }
        self.sequence = sequence
        self.previous = previous
        self.id = id
        self.checkpoint = checkpoint
        self.pageCount = Int(pageCount)
    }

    package init(
        sequence: UInt64, previous: [UInt8], checkpoint: UInt64, pageCount: Int,
        pages: [(number: Int, bytes: [UInt8])]
    ) {
        self.sequence = sequence
        self.previous = previous
        self.id = SecureRandom.bytes(Self.idSize)
        self.checkpoint = checkpoint
        self.pageCount = pageCount
        self.pages = pages
    }
}

/// Fields of fixed sizes, one after the other.
struct FieldReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Of up to 8 bytes, most significant first; `nil` at the end.
    mutating func number(_ size: Int) -> UInt64? {
        bytes(size)?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    var restIsZero: Bool { bytes[position...].allSatisfy { $0 == 0 } }
}
