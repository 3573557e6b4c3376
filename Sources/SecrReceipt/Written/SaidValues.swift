internal import Glibc

/// What a policy lets an output say of itself (secr-receipt(5), WHAT IS WRITTEN).
struct SaidValues {
    enum Fact { case position, date, device, author, copyright }

    private let isVague: Bool
    private let kept: Set<String>
    private let precision: String
    /// Kilometres.
    private let side: Double?

    init(_ terms: Receipt.Terms) {
        isVague = terms.isVague
        kept = terms.kept
        precision = terms.words("dates").first ?? ""
        side = terms.words("gps-grid").first.flatMap { Double($0.prefix { $0 != "k" }) }
    }

    func allows(_ fact: Fact) -> Bool {
        switch fact {
        case .position, .device: isVague
        case .date: isVague || kept.contains("date")
        case .author: kept.contains("author")
        case .copyright: kept.contains("copyright")
        }
    }

    /// - Parameter text: year, month, day, hour, minute and second in 14 digits, with whatever between them.
    func isDate(_ text: String) -> Bool {
        let digits = text.filter { $0.isASCII && $0.isNumber }
        guard digits.count == 14, text.count <= 19 else { return false }
        if kept.contains("date") { return true }
        let rest = ["day": 8, "month": 6, "year": 4][precision].map { digits.dropFirst($0) }
        let first = ["day": "000000", "month": "01000000", "year": "0101000000"][precision]
        return rest.map { String($0) } == first
    }

    func isDevice(_ text: String) -> Bool {
        ["phone", "tablet", "camera", "action camera", "drone", "scanner"].contains(text)
    }

    /// Whether a place is the middle of a cell: rows of the same height, an even number of them from pole to pole, and in each
    /// as many cells as have about that width, on a sphere of which a degree has 111.195 km.
    func isMiddle(_ latitude: Double, _ longitude: Double) -> Bool {
        guard let side, side >= 1, latitude.magnitude <= 90, longitude.magnitude <= 180 else { return false }
        let rows = 2 * (90 * 111.195 / side).rounded(.up)
        let row = (latitude + 90) / 180 * rows - 0.5
        let middle = (row.rounded() + 0.5) * 180 / rows - 90
        let cells = max(1, (360 * 111.195 * cos(middle * .pi / 180) / side).rounded(.down))
        let cell = (longitude + 180) / 360 * cells - 0.5
        // As near as it is said.
        return [row, cell].allSatisfy { abs($0 - $0.rounded()) < 0.001 }
    }
}
