/// Tells quantisation tables of the widespread library from those of a camera or an editor.
enum JPEGQuantization {
    static func limitation(of document: JPEGDocument) -> Limitation {
        let slot = document.frame.components.first.map { JPEGTables.Table.Slot.quantization($0.quantizationTable) }
        let luminance = slot.flatMap { JPEGTableState.atEachScan(document).first?[$0] }
        guard let luminance, luminance.bytes.count == 1 + annexK1.count,
            let quality = (1...100).first(where: { isTable(luminance.bytes.dropFirst(), ofQuality: $0) })
        else { return .ownQuantization }
        return .commonQuantization(quality: quality)
    }

    /// Whether `bytes` are the luminance table of T.81, annex K.1, in zigzag order, scaled as the Independent JPEG Group's
    /// library does.
    private static func isTable(_ bytes: ArraySlice<UInt8>, ofQuality quality: Int) -> Bool {
        let scale = quality < 50 ? 5_000 / quality : 200 - 2 * quality
        return zip(bytes, annexK1).allSatisfy { Int($0) == max(1, min(255, (Int($1) * scale + 50) / 100)) }
    }

    private static let annexK1: [UInt8] = [
        16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
        26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
        56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
        95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
    ]
}
