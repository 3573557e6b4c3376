/// A place on earth, in degrees north and east.
package struct GeographicPosition: Equatable, Sendable, CustomStringConvertible {
    package var latitude: Double
    package var longitude: Double

    /// `nil` for what is no place.
    package init?(latitude: Double, longitude: Double) {
        guard latitude.magnitude <= 90, longitude.magnitude <= 180 else { return nil }
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    /// With five digits: about a metre.
    package var description: String { "\(Self.decimal(latitude)), \(Self.decimal(longitude))" }

    private static func decimal(_ value: Double) -> String {
        let scaled = Int((value.magnitude * 100_000).rounded())
        let fraction = String(scaled % 100_000)
        return (value < 0 ? "-" : "") + "\(scaled / 100_000)." + String(repeating: "0", count: 5 - fraction.count)
            + fraction
    }

    /// - Parameter text: ``description``, or degrees in ISO 6709 such as `+48.8584+002.2945+035.0/`.
    package init?(text: String) {
        let numbers: [Substring]
        if text.contains(",") {
            numbers = text.split(separator: ",").map { $0.drop { $0 == " " } }
        } else {
            // A sign begins each number.
            let starts = text.indices.filter { text[$0] == "+" || text[$0] == "-" }
            guard starts.first == text.startIndex, starts.count > 1 else { return nil }
            let ends = starts.dropFirst() + [text.endIndex]
            numbers = zip(starts, ends).map { text[$0..<$1].prefix { $0 != "/" && $0 != "C" } }
            // Longer ones are degrees and minutes in one.
            guard Self.wholeDigits(numbers[0]) <= 2, Self.wholeDigits(numbers[1]) <= 3 else { return nil }
        }
        guard numbers.count >= 2, let latitude = Double(numbers[0]), let longitude = Double(numbers[1]) else {
            return nil
        }
        self.init(latitude: latitude, longitude: longitude)
    }

    private static func wholeDigits(_ number: Substring) -> Int { number.dropFirst().prefix { $0 != "." }.count }

    /// A latitude or longitude as XMP spells it (ISO 16684-1, 7.4): `48,51.504N` or `48,51,30N`.
    static func degrees(xmp text: String) -> Double? {
        guard let letter = text.last, "NSEW".contains(letter) else { return nil }
        let parts = text.dropLast().split(separator: ",").map { Double($0) }
        guard (2...3).contains(parts.count) else { return nil }
        var (sum, unit) = (0.0, 1.0)
        for part in parts {
            guard let part, part >= 0, part <= 180 else { return nil }
            sum += part / unit
            unit *= 60
        }
        return letter == "S" || letter == "W" ? -sum : sum
    }

    /// With a sign, so many digits of whole degrees, and a fraction: `+002.29450`.
    private static func signed(_ value: Double, digits: Int) -> String {
        let text = decimal(value.magnitude)
        let whole = text.prefix { $0 != "." }.count
        return (value < 0 ? "-" : "+") + String(repeating: "0", count: max(0, digits - whole)) + text
    }

    /// Both as ISO 6709 spells them.
    package var iso: String { Self.signed(latitude, digits: 2) + Self.signed(longitude, digits: 3) + "/" }
}
