internal import SecrBytes

/// How many samples at the beginning and the end of sound are only there for the coder, as iTunes writes it.
enum MP4Gapless {
    private static let (owner, name) = ("com.apple.iTunes", "iTunSMPB")

    /// - Parameter meta: of a movie's texts.
    /// - Returns: the box `udta` with nothing else in it, or `nil` where the numbers are not there or make no sense.
    static func find(in meta: Box, _ window: inout ByteWindow, _ reader: BoxReader) throws -> [UInt8]? {
        var reader = reader
        guard meta.content.count > FullBoxHead.size,
            let list = try? reader.cut(meta.content.dropFirst(FullBoxHead.size), &window).boxes
                .first(where: { $0.type == "ilst" }),
            let entries = try? reader.cut(list.content, &window).boxes
        else { return nil }
        for entry in entries where entry.type == "----" && entry.range.count < 1_024 {
            guard let parts = try? reader.cut(entry.content, &window).boxes else { continue }
            func text(_ type: FourCC, from start: Int) throws -> String? {
                guard let part = parts.first(where: { $0.type == type }), part.content.count >= start else {
                    return nil
                }
                return String(decoding: try window.bytes(in: part.content.dropFirst(start)), as: UTF8.self)
            }
            guard try text("name", from: 4) == name, let numbers = try text("data", from: 8) else { continue }
            // The first is always 0; then priming, padding and the number of samples, which is all that players read.
            let fields = numbers.split(separator: " ").prefix(4)
            guard fields.count == 4, fields.allSatisfy({ $0.count <= 16 && UInt64($0, radix: 16) != nil }) else {
                return nil
            }
            return written(fields.compactMap { UInt64($0, radix: 16) })
        }
        return nil
    }

    private static func written(_ numbers: [UInt64]) -> [UInt8] {
        func hexadecimal(_ number: UInt64, _ digits: Int) -> String {
            let text = String(number, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let text = zip(numbers, [8, 8, 8, 16]).map { " " + hexadecimal($0, $1) }.joined()
        var (entry, item, list, meta, written): ([UInt8], [UInt8], [UInt8], [UInt8], [UInt8]) = ([], [], [], [], [])
        entry.appendFullBox("mean", Array(owner.utf8))
        entry.appendFullBox("name", Array(name.utf8))
        entry.appendBox("data", [0, 0, 0, 1, 0, 0, 0, 0] + Array(text.utf8))
        item.appendBox("----", entry)
        list.appendFullBox("hdlr", [0, 0, 0, 0] + Array("mdirappl".utf8) + [UInt8](repeating: 0, count: 9))
        list.appendBox("ilst", item)
        meta.appendFullBox("meta", list)
        written.appendBox("udta", meta)
        return written
    }
}
