import SecrBytes

/// A box as the readers of these tests see it (ISO/IEC 14496-12, 4.2).
struct FileBox {
    var type: String
    var range: Range<Int>
    var content: Range<Int>

    static func all(in range: Range<Int>, _ reader: ByteReader) throws -> [FileBox] {
        var boxes: [FileBox] = []
        var at = range.lowerBound
        // Too little for another box.
        while at + 8 <= range.upperBound {
            let (short, type) = (try reader.uint32(at: at), try reader.fourCC(at: at + 4))
            let head = short == 1 ? 16 : 8
            let size = short == 1 ? try reader.uint32(at: at + 12) : short == 0 ? range.upperBound - at : short
            guard size >= head, size <= range.upperBound - at else { break }
            boxes.append(FileBox(type: type.description, range: at..<at + size, content: at + head..<at + size))
            at += size
        }
        return boxes
    }
}
