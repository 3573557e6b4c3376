internal import SecrBytes
internal import SecrCompression

/// The frame of a PNG chunk: length, type, payload, checksum (PNG third edition, section 5.3).
struct PNGChunk: Sendable, Equatable {
    var type: FourCC
    /// From the length to the checksum.
    var range: Range<Int>
    /// The file ends within it.
    var isCut = false

    /// Bytes around a payload.
    static let headSize = 8
    static let checksumSize = 4
    static let frameSize = headSize + checksumSize
    static let longestPayload = 0x7FFF_FFFF

    var payload: Range<Int> {
        range.lowerBound + Self.headSize..<range.upperBound - (isCut ? 0 : Self.checksumSize)
    }

    /// The chunk at `offset`.
    ///
    /// - Parameter allowsCut: whether the file may end within it.
    init(_ window: inout ByteWindow, at offset: Int, allowsCut: Bool = false) throws {
        guard offset + Self.headSize <= window.size else {
            throw ParseError(.truncated, at: offset, "the file ends within a chunk")
        }
        let head = ByteReader(try window.bytes(in: offset..<offset + Self.headSize), base: offset)
        let length = try head.uint32(at: 0)
        type = try head.fourCC(at: 4)
        guard type.bytes.allSatisfy({ Self.isLetter($0) }) else {
            throw ParseError(.malformed, at: offset + 4, "a chunk whose type is no word")
        }
        guard length <= Self.longestPayload else {
            throw ParseError(.malformed, at: offset, "a chunk of impossible length")
        }
        if length <= window.size - offset - Self.frameSize {
            range = offset..<offset + Self.frameSize + length
            return
        }
        guard allowsCut else { throw ParseError(.truncated, at: offset, "the file ends within a chunk") }
        range = offset..<min(window.size, offset + Self.headSize + length)
        isCut = true
    }

    /// Chunks that a decoder must understand have a capital first letter.
    var isCritical: Bool { type.bytes[0] & 0x20 == 0 }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

    /// Whether the checksum fits type and payload.
    func hasRightChecksum(_ window: inout ByteWindow) throws -> Bool {
        if isCut { return false }
        var checksum = CRC32()
        // Safe: the pointer does not leave the closure.
        try unsafe window.forEachPiece(in: range.lowerBound + 4..<payload.upperBound) { unsafe checksum.add($0) }
        let stored = ByteReader(try window.bytes(in: payload.upperBound..<range.upperBound))
        return try stored.uint32(at: 0) == Int(checksum.value)
    }

    /// A whole chunk.
    static func bytes(_ type: FourCC, _ payload: [UInt8]) -> [UInt8] {
        var checksum = CRC32()
        checksum.add(type.bytes)
        checksum.add(payload)
        var bytes = head(type, length: payload.count) + payload
        bytes.appendBigEndian32(Int(checksum.value))
        return bytes
    }

    static func head(_ type: FourCC, length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian32(length)
        bytes.append(type)
        return bytes
    }
}
