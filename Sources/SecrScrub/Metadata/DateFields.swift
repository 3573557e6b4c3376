/// Date and time as numbers, the way binary formats give them.
enum DateFields {
    /// - Parameter fields: year, month, day, hour, minute, second.
    static func text(_ fields: [Int]) -> String {
        let parts = fields.map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(parts[0])-\(parts[1])-\(parts[2]) \(parts[3]):\(parts[4]):\(parts[5])"
    }
}
