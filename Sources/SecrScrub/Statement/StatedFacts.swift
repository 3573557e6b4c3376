/// What a file says of where, when, with what and by whom it was made, wherever it says so.
struct StatedFacts: Sendable, Equatable {
    var position: GeographicPosition?
    var time: CalendarTime?
    var maker: String?
    var model: String?
    var author: String?
    var copyright: String?

    /// What clocks say that were never set.
    static let unsetDays: Set<String> = ["1904-01-01", "1970-01-01", "1980-01-01"]

    // Names of values that tell it, the best first.
    /// When somebody last changed a file says nothing about when it was made.
    private static let times = [
        "time taken", "time taken (XMP)", "time digitised", "date created", "time created (XMP)", "date of creation",
        "Creation Time", "time of creation (movie)", "GPS date",
    ]
    private static let makers = ["maker", "maker (XMP)"]
    private static let models = ["model", "model (XMP)"]
    private static let authors = [
        "artist", "author", "author (XMP)", "Author", "Artist", "photographer", "author (Windows)",
    ]
    private static let copyrights = ["copyright", "copyright (XMP)", "Copyright"]

    /// - Parameter findings: with values.
    init(_ findings: [Finding]) {
        /// The first value that makes sense.
        func first<Value>(_ names: [String], _ read: (String) -> Value?) -> Value? {
            for name in names {
                for finding in findings where finding.name == name {
                    if let value = finding.value.flatMap(read) { return value }
                }
            }
            return nil
        }
        time = first(Self.times) { text in
            CalendarTime(text).flatMap { Self.unsetDays.contains($0.isoDay) ? nil : $0 }
        }
        position = first(["position"], GeographicPosition.init(text:))
        if position == nil, let latitude = first(["latitude (XMP)"], GeographicPosition.degrees(xmp:)),
            let longitude = first(["longitude (XMP)"], GeographicPosition.degrees(xmp:))
        {
            position = GeographicPosition(latitude: latitude, longitude: longitude)
        }
        // What receivers say that know nothing yet.
        if position?.latitude == 0, position?.longitude == 0 { position = nil }
        (maker, model) = (first(Self.makers, Self.words), first(Self.models, Self.words))
        (author, copyright) = (first(Self.authors, Self.words), first(Self.copyrights, Self.words))
    }

    /// Longest text that is ever said, in bytes of UTF-8.
    static let longestText = 200

    /// In one line, cut where it is too long; `nil` where nothing is left.
    private static func words(_ text: String) -> String? {
        let words = text.unicodeScalars.split {
            $0.value <= 0x20 || (0x7F...0x9F).contains($0.value) || [0xFFFE, 0xFFFF].contains($0.value)
        }
        var line = words.map { String($0) }.joined(separator: " ")
        while line.utf8.count > longestText { line.unicodeScalars.removeLast() }
        // Half of a letter, where a longer text was read in part.
        while let last = line.unicodeScalars.last, last == "\u{FFFD}" || last == " " {
            line.unicodeScalars.removeLast()
        }
        return line.isEmpty ? nil : line
    }
}
