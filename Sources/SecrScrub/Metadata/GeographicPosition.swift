/// A place on earth, in degrees north and east.
struct GeographicPosition: Equatable, CustomStringConvertible {
    var latitude: Double
    var longitude: Double

    /// `nil` for what is no place.
    init?(latitude: Double, longitude: Double) {
        guard latitude.magnitude <= 90, longitude.magnitude <= 180 else { return nil }
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    /// With five digits: about a metre.
    var description: String { "\(Self.decimal(latitude)), \(Self.decimal(longitude))" }

    private static func decimal(_ value: Double) -> String {
        let scaled = Int((value.magnitude * 100_000).rounded())
        let fraction = String(scaled % 100_000)
        return (value < 0 ? "-" : "") + "\(scaled / 100_000)." + String(repeating: "0", count: 5 - fraction.count)
            + fraction
    }
}
