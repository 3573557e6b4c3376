extension Inspection {
    /// Names of values that tell when a picture was taken or a document was made, the best first. When somebody last changed
    /// it says nothing about that.
    private static let telling = [
        "time taken", "time taken (XMP)", "time digitised", "date created", "time created (XMP)", "date of creation",
        "Creation Time", "time of creation (movie)", "GPS date",
    ]
    /// What clocks say that were never set.
    private static let unset = ["1904-01-01", "1970-01-01", "1980-01-01"]

    /// The day on which a picture was taken or a document was made: `2024-01-02`, as its values say; `nil` where none does.
    ///
    /// It is the day where the camera was, except where a value is in UTC only, as in many videos.
    public var dayTaken: String? {
        for name in Self.telling {
            for finding in findings where finding.name == name {
                if let day = finding.value.flatMap(Self.day), !Self.unset.contains(day) { return day }
            }
        }
        return nil
    }

    /// `2024:01:02 …`, `2024-01-02T…`, `20240102` and `D:20240102…` begin with the same eight digits.
    static func day(_ text: String) -> String? {
        var digits: [UInt8] = []
        let start = text.utf8.drop { $0 == UInt8(ascii: " ") }
        for byte in start.starts(with: "D:".utf8) ? start.dropFirst(2) : start {
            if digits.count == 8 { break }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
            // Between the year, the month and the day, and nowhere else.
            case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"):
                guard digits.count == 4 || digits.count == 6 else { return nil }
            default: return nil
            }
        }
        guard digits.count == 8 else { return nil }
        let numbers = digits.map { Int($0 - UInt8(ascii: "0")) }
        let year = numbers[..<4].reduce(0) { $0 * 10 + $1 }
        let (month, day) = (numbers[4] * 10 + numbers[5], numbers[6] * 10 + numbers[7])
        guard (1826..<2200).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
    }
}
