internal import SecrBytes

/// What tracks are that nobody sees or hears.
enum MP4TimedMetadata {
    private static let names: [FourCC: (MP4NodeKind, String)] = [
        "gpmd": (.position, "GoPro telemetry, with positions"), "camm": (.position, "camera motion and positions"),
        "rtmd": (.position, "Sony's camera data, with positions"), "gps ": (.position, "GPS track"),
        "mebx": (.timedMetadata, "Apple's timed metadata"), "mett": (.timedMetadata, "timed metadata"),
        "metx": (.timedMetadata, "timed metadata"), "urim": (.timedMetadata, "timed metadata"),
        "CTMD": (.timedMetadata, "Canon's camera data"), "fdsc": (.timedMetadata, "GoPro's camera data"),
        "tmcd": (.timecode, "timecode"), "djmd": (.position, "DJI's flight data, with positions"),
        "dbgi": (.timedMetadata, "DJI's debugging data"), "rtp ": (.timedMetadata, "hints for streaming"),
        "text": (.chapters, "text"), "tx3g": (.chapters, "text"),
    ]

    /// - Parameters:
    ///   - entry: how its samples are coded.
    static func name(_ handler: FourCC, _ entry: FourCC?) -> (MP4NodeKind, String) {
        if let entry, let found = names[entry] { return found }
        return names[handler] ?? (.timedMetadata, "a track of kind \(handler)")
    }

    /// Whether a text is a place on earth rather than something to be read: sentences of a receiver, or two coordinates.
    static func isPosition(_ sample: [UInt8]) -> Bool {
        let marks: [StaticString] = ["$GP", "$GN", "GPS(", "GPS:", "[latitude", "latitude:", "lat:"]
        return marks.contains { sample.firstOffset(of: $0) != nil }
    }
}
