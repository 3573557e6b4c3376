internal import Glibc
internal import SecrBytes

/// A tone curve of an ICC profile, from a device's number to light, both 0...1 (ICC.1:2010, sections 10.5 and 10.15).
enum ICCCurve: Sendable {
    case power(Double)
    case table([Double])
    /// `g a b c d e f` of a parametric curve: `(a x + b)^g + e` from `d` on, `c x + f` below.
    case parametric(g: Double, a: Double, b: Double, c: Double, d: Double, e: Double, f: Double)

    /// - Parameter element: as ``ICCElement/essential(_:at:)`` gives it; `nil` for what is no curve.
    init?(_ element: [UInt8]) {
        let reader = ByteReader(element)
        do throws(ParseError) {
            switch try reader.fourCC(at: 0) {
            case "curv": try self.init(sampled: reader)
            case "para": try self.init(parametric: reader)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    private init(sampled reader: ByteReader) throws(ParseError) {
        switch try reader.uint32(at: 8) {
        case 0: self = .power(1)
        case 1: self = .power(Double(try reader.uint16(at: 12)) / 256)
        case let count:
            var points: [Double] = []
            points.reserveCapacity(count)
            for index in 0..<count { points.append(Double(try reader.uint16(at: 12 + 2 * index)) / 65_535) }
            self = .table(points)
        }
    }

    private init(parametric reader: ByteReader) throws(ParseError) {
        var values = [Double](repeating: 0, count: 7)
        let kind = try reader.uint16(at: 8)
        for index in 0..<min((reader.count - 12) / 4, 7) { values[index] = try reader.fixed(at: 12 + 4 * index) }
        let (g, a, b, c) = (values[0], values[1], values[2], values[3])
        switch kind {
        case 0: self = .parametric(g: g, a: 1, b: 0, c: 0, d: 0, e: 0, f: 0)
        case 1: self = .parametric(g: g, a: a, b: b, c: 0, d: a == 0 ? 0 : -b / a, e: 0, f: 0)
        case 2: self = .parametric(g: g, a: a, b: b, c: 0, d: a == 0 ? 0 : -b / a, e: c, f: c)
        case 3: self = .parametric(g: g, a: a, b: b, c: c, d: values[4], e: 0, f: 0)
        default: self = .parametric(g: g, a: a, b: b, c: c, d: values[4], e: values[5], f: values[6])
        }
    }

    /// Whether more never means less. Between the points of such a curve nothing can happen that they do not show.
    var isMonotone: Bool {
        let values: [Double]
        if case .table(let points) = self {
            values = points
        } else {
            values = (0..<1_024).map { self(Double($0) / 1_023) }
        }
        return zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }
    }

    func callAsFunction(_ x: Double) -> Double {
        let y: Double
        switch self {
        case .power(let exponent): y = exponent == 1 ? x : pow(x, exponent)
        case .table(let points):
            let place = x * Double(points.count - 1)
            let index = min(Int(place), points.count - 2)
            y = points[index] + (points[index + 1] - points[index]) * (place - Double(index))
        case .parametric(let g, let a, let b, let c, let d, let e, let f):
            y = x >= d ? pow(max(a * x + b, 0), g) + e : c * x + f
        }
        return y.isFinite ? min(max(y, 0), 1) : 0
    }
}

extension ByteReader {
    /// An `s15Fixed16Number`: 32 bits, signed, in 65,536ths.
    func fixed(at offset: Int) throws(ParseError) -> Double {
        Double(Int32(truncatingIfNeeded: try uint32(at: offset))) / 65_536
    }
}
