import Foundation

/// Tests that bytes without any order pass. Each gives the probability that randomness alone looks as bad or worse; the
/// bound for each is the chance of all divided by their number (Bonferroni), so that the chance holds for all together.
struct RandomnessScreen {
    private var results: [(what: String, probability: Double)] = []
    private var whole = [Int](repeating: 0, count: 256)
    private(set) var bytes = 0

    mutating func add(_ name: String, _ data: [UInt8]) {
        for start in stride(from: 0, to: data.count, by: Self.piece) {
            add(piece: Array(data[start..<min(start + Self.piece, data.count)]), "\(name), from \(start)")
        }
    }

    private static let piece = 512 << 10

    private mutating func add(piece data: [UInt8], _ name: String) {
        bytes += data.count
        var counts = [Int](repeating: 0, count: 256)
        for byte in data { counts[Int(byte)] += 1 }
        for value in 0..<256 { whole[value] += counts[value] }
        note(name, "frequencies", Self.chiSquare(counts))
        // By the place in 16: what a block cipher or a table would show.
        if data.count >= 16_384 {
            for phase in 0..<16 {
                var ones = 0
                var count = 0
                for index in stride(from: phase, to: data.count, by: 16) {
                    ones += data[index].nonzeroBitCount
                    count += 8
                }
                note(
                    name, "bits at \(phase) of 16", Self.twoSided(Double(2 * ones - count) / Double(count).squareRoot())
                )
            }
        }
        let centred = data.map { Double($0) - 127.5 }
        // The variance of a uniform byte is (256 * 256 - 1) / 12.
        let variance = 65_535.0 / 12
        for lag in [1, 2, 4, 16, 4_096, data.count / 2] where lag < data.count - 128 {
            var sum = 0.0
            for index in lag..<data.count { sum += centred[index] * centred[index - lag] }
            let deviation = variance * Double(data.count - lag).squareRoot()
            note(name, "correlation at \(lag)", Self.twoSided(sum / deviation))
        }
        var (longest, run) = (1, 1)
        for index in 1..<data.count {
            run = data[index] == data[index - 1] ? run + 1 : 1
            longest = max(longest, run)
        }
        // Expected number of places where such a run begins.
        note(name, "a run of \(longest)", min(1, Double(data.count) * pow(256, Double(1 - longest))))
        // What a compressor lives on: eight bytes that come again.
        var words: Set<UInt64> = []
        var repeated = 0
        data.withUnsafeBytes { data in
            for index in 0...data.count - 8 {
                let word = data.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if index % 8 == 0 {
                    repeated += words.insert(word).inserted ? 0 : 1
                } else if words.contains(word) {
                    repeated += 1
                }
            }
        }
        note(name, "\(repeated) words again", repeated == 0 ? 1 : pow(Double(data.count), 2) / 16 / pow(2, 64))
    }

    private mutating func note(_ name: String, _ test: String, _ probability: Double) {
        results.append(("\(name): \(test)", probability))
    }

    /// - Parameter chance: that anything is found in what is random.
    func problems(chance: Double) -> [String] {
        let all = results + [("everything: frequencies", Self.chiSquare(whole))]
        let bound = chance / Double(all.count)
        return all.filter { $0.probability < bound }.map { "\($0.what), by chance: \($0.probability)" }
    }

    /// 255 degrees of freedom, by the cube root of Wilson and Hilferty; too even is as bad as too uneven.
    private static func chiSquare(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / 256
        let sum = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        let part = 2.0 / (9 * 255)
        return twoSided((cbrt(sum / 255) - (1 - part)) / part.squareRoot())
    }

    private static func twoSided(_ deviation: Double) -> Double { erfc(abs(deviation) / 2.0.squareRoot()) }
}
