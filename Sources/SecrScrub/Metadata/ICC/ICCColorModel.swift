internal import Glibc
internal import SecrBytes

/// What a profile of curves, and of a matrix where there are three, makes of a device's numbers (ICC.1:2010, annex F).
///
/// Only such profiles can be compared by their effect. Those with look-up tables have no model.
struct ICCColorModel: Sendable {
    /// For grey, or red, green and blue: what each number adds, as parts of white.
    private var channels: [[SIMD3<Double>]] = []

    /// The last of the numbers in even steps: those of eight bits, and three between each two.
    private static let last = 1_020

    /// The white of the connection space (ICC.1:2010, 6.3.4.3).
    static let white = SIMD3(0.9642, 1, 0.8249)

    init?(_ profile: ICCProfile) {
        func element(_ name: FourCC) -> [UInt8]? { profile.tags.first { $0.signature == name }?.data }
        let tables = profile.tags.contains { ICCProfile.tableTags.contains($0.signature) }
        guard !tables, profile.header.connectionSpace == "XYZ ", element("cicp") == nil else { return nil }
        let names: [(curve: FourCC, column: FourCC?)]
        switch profile.header.colorSpace {
        case "RGB ": names = [("rTRC", "rXYZ"), ("gTRC", "gXYZ"), ("bTRC", "bXYZ")]
        case "GRAY": names = [("kTRC", nil)]
        default: return nil
        }
        for name in names {
            guard let curve = element(name.curve).flatMap(ICCCurve.init), curve.isMonotone else { return nil }
            var column = Self.white
            if let signature = name.column {
                guard let values = element(signature).flatMap(Self.point) else { return nil }
                column = values
            }
            channels.append((0...Self.last).map { curve(Double($0) / Double(Self.last)) * column / Self.white })
        }
    }

    private static func point(_ element: [UInt8]) -> SIMD3<Double>? {
        let reader = ByteReader(element)
        guard (try? reader.fourCC(at: 0)) == "XYZ " else { return nil }
        return try? SIMD3(reader.fixed(at: 8), reader.fixed(at: 12), reader.fixed(at: 16))
    }

    /// Whether two models make nearly the same of all numbers: colours at most `tolerance` apart, as CIE 1976 delta E.
    ///
    /// Looks at all greys, since eyes are keenest there, and at a grid of colours.
    func isClose(to other: ICCColorModel, tolerance: Double) -> Bool {
        guard channels.count == other.channels.count else { return false }
        func isNear(_ red: Int, _ green: Int, _ blue: Int) -> Bool {
            let difference = lab(red, green, blue) - other.lab(red, green, blue)
            return (difference * difference).sum() <= tolerance * tolerance
        }
        guard (0...Self.last).allSatisfy({ isNear($0, $0, $0) }) else { return false }
        if channels.count == 1 { return true }
        let grid = Array(stride(from: 0, to: Self.last, by: 128)) + [Self.last]
        return grid.allSatisfy { red in grid.allSatisfy { green in grid.allSatisfy { isNear(red, green, $0) } } }
    }

    private func lab(_ red: Int, _ green: Int, _ blue: Int) -> SIMD3<Double> {
        var sum = channels[0][red]
        if channels.count == 3 { sum += channels[1][green] + channels[2][blue] }
        let (x, y, z) = (Self.root(sum.x), Self.root(sum.y), Self.root(sum.z))
        return SIMD3(116 * y - 16, 500 * (x - y), 200 * (y - z))
    }

    /// The f of CIELAB (CIE 15).
    private static func root(_ ratio: Double) -> Double {
        ratio > 216.0 / 24_389 ? cbrt(ratio) : (24_389.0 / 27 * ratio + 16) / 116
    }
}
