internal import SecrBytes

/// What a video says of itself: items with Apple's keys, which all readers know, and the date of the movie.
struct MP4Statement {
    let statement: Statement

    private var items: [(key: String, text: String)] {
        let all: [(String, String?)] = [
            ("location.ISO6709", statement.position?.iso), ("creationdate", statement.time?.iso),
            ("model", statement.device?.rawValue), ("author", statement.author), ("copyright", statement.copyright),
        ]
        return all.compactMap { key, text in text.map { ("com.apple.quicktime." + key, $0) } }
    }

    /// The box `meta` in its only form; empty where there is nothing to say.
    ///
    /// - Parameter isQuickTime: whether the box has no version, as QuickTime's has none.
    func box(isQuickTime: Bool) -> [UInt8] {
        if statement.isEmpty { return [] }
        var (content, keys, list): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        content.appendFullBox("hdlr", [0, 0, 0, 0] + Array("mdta".utf8) + [UInt8](repeating: 0, count: 13))
        keys.appendBigEndian32(items.count)
        for (place, item) in items.enumerated() {
            keys.appendBox("mdta", Array(item.key.utf8))
            var data: [UInt8] = []
            // UTF-8, of no particular language.
            data.appendBox("data", [0, 0, 0, 1, 0, 0, 0, 0] + Array(item.text.utf8))
            list.appendBox(FourCC(rawValue: UInt32(place + 1)), data)
        }
        content.appendFullBox("keys", keys)
        content.appendBox("ilst", list)
        var bytes: [UInt8] = []
        if isQuickTime { bytes.appendBox("meta", content) } else { bytes.appendFullBox("meta", content) }
        return bytes
    }

    /// What a movie holds: QuickTime looks for the box in it (QuickTime File Format, metadata), and the readers of other
    /// brands that know these keys do so in what its user says of it (ISO/IEC 14496-12, 8.10.1 and 8.11.1).
    func inMovie(isQuickTime: Bool) -> [UInt8] {
        let box = box(isQuickTime: isQuickTime)
        if isQuickTime || box.isEmpty { return box }
        var bytes: [UInt8] = []
        bytes.appendBox("udta", box)
        return bytes
    }

    /// Of the movie, in seconds since 1904; `nil` where none is said, or none that fits.
    var date: Int? {
        guard let time = statement.time else { return nil }
        let seconds = time.secondsSince1970 + MP4Header.secondsTo1970
        return (1...Int(UInt32.max)).contains(seconds) ? seconds : nil
    }
}
