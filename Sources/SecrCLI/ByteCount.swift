/// Sizes for people.
public enum ByteCount {
    /// Three digits: `812 B`, `4.05 MiB`.
    public static func text(_ bytes: Int) -> String {
        if bytes < 1_024 { return "\(bytes) B" }
        var value = Double(bytes) / 1_024
        var units = ["KiB", "MiB", "GiB", "TiB", "PiB"][...]
        while value >= 999.5, units.count > 1 {
            value /= 1_024
            units = units.dropFirst()
        }
        let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return "\(rounded(value, digits)) \(units.first ?? "")"
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 2 ? 100 : digits == 1 ? 10 : 1
        let number = Int((value * Double(scale)).rounded())
        if digits == 0 { return "\(number)" }
        let rest = String(number % scale)
        return "\(number / scale)." + String(repeating: "0", count: digits - rest.count) + rest
    }
}
