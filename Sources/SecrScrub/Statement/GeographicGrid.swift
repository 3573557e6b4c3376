internal import Glibc

/// Cells of about the same size that cover the earth. Whoever knows the middle of a cell knows the cell and nothing else,
/// however many pictures were taken in it; random noise would average out.
public struct GeographicGrid: Sendable, Equatable {
    /// The length of a side, 1...1000.
    public let kilometres: Int

    public static let standard = GeographicGrid(unchecked: 10)
    public static let sizes = 1...1_000

    public init?(kilometres: Int) {
        guard Self.sizes.contains(kilometres) else { return nil }
        self.init(unchecked: kilometres)
    }

    private init(unchecked kilometres: Int) { self.kilometres = kilometres }

    /// - Parameter text: such as `10km`.
    public init?(_ text: some StringProtocol) {
        guard text.hasSuffix("km"), let count = Int(text.dropLast(2)) else { return nil }
        self.init(kilometres: count)
    }

    public static let hint = "such as 10km, from 1km to 1000km"

    public var description: String { "\(kilometres)km" }

    /// Kilometres in a degree of a great circle, of a sphere with the mean radius of the earth (6371.0 km).
    private static let degree = 111.195

    /// The middle of the cell that a place is in: rows of the same height from pole to pole, each cut into as many cells as
    /// have about that width in its middle.
    package func middle(of place: GeographicPosition) -> GeographicPosition? {
        let side = Double(kilometres)
        // An even number, so that no middle lies on the equator: 0, 0 stands for no place at all.
        let rows = 2 * (90 * Self.degree / side).rounded(.up)
        let row = min(rows - 1, ((place.latitude + 90) / 180 * rows).rounded(.down))
        let latitude = (row + 0.5) * 180 / rows - 90
        let cells = max(1, (360 * Self.degree * cos(latitude * .pi / 180) / side).rounded(.down))
        let cell = min(cells - 1, ((place.longitude + 180) / 360 * cells).rounded(.down))
        return GeographicPosition(latitude: latitude, longitude: (cell + 0.5) * 360 / cells - 180)
    }
}
