import SecrCLI

/// Times as they are typed: `90s`, `15m`, `2h`.
enum TimeSpan {
    /// - Parameter option: that the text is of.
    static func seconds(_ text: [UInt8], of option: Option) throws(UsageError) -> UInt32 {
        let units: [UInt8: Int] = [UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600]
        guard let unit = text.last.flatMap({ units[$0] }),
            let number = Int(String(decoding: text.dropLast(), as: UTF8.self)), number > 0,
            number <= 24 * 3_600 / unit
        else {
            throw UsageError(
                "--\(option.long) takes a time such as 15m", hint: "s, m or h behind a number; 24h at most")
        }
        return UInt32(number * unit)
    }
}
