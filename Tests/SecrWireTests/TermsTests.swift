import SecrWire
import Testing

/// What relays offer, and days.
@Suite struct TermsTests {
    static let all = AdmissionPolicy.allCases.flatMap { admission in
        [
            Terms(day: Samples.day, admission: admission, boxDays: 1, boxCells: 1, blobDays: 1, wait: 0),
            Terms(
                day: Day(rawValue: .max), admission: admission, boxDays: 90, boxCells: 4_096, blobDays: 89, wait: 600),
        ]
    }

    @Test(arguments: all) func comeBack(terms: Terms) throws {
        let frame = terms.encoded()
        #expect(frame.count == 512)
        #expect(try Terms(parsing: frame) == terms)
        var expected = [1, terms.admission.rawValue, 0, 0] + bytes(terms.day.rawValue)
        for value in [terms.boxDays, terms.boxCells, terms.blobDays, terms.wait] { expected += bytes(UInt16(value)) }
        #expect(frame == expected + [UInt8](repeating: 0, count: 496))
    }

    @Test func everyOtherFrameIsRefused() throws {
        let terms = Self.all[0]
        let frame = terms.encoded()
        for wrong in [Array(frame.dropLast()), frame + [0], []] {
            let error = refusal { () throws(WireError) in _ = try Terms(parsing: wrong) }
            #expect(error?.code == .size && error?.offset == wrong.count)
        }
        for bit in 0..<512 * 8 {
            let changed = frame.flipping(bit)
            guard let parsed = try? Terms(parsing: changed) else {
                if (4..<8).contains(bit / 8) { Issue.record("bit \(bit) of the day") }
                continue
            }
            if parsed == terms || parsed.encoded() != changed { Issue.record("bit \(bit): \(parsed)") }
        }
        for (offset, allowed) in [(8, 1...90), (10, 1...4_096), (12, 1...90), (14, 0...600)] {
            for value in 0...0xFFFF {
                let changed = frame.replacing(offset, with: bytes(UInt16(value)))
                if ((try? Terms(parsing: changed)) != nil) != allowed.contains(value) {
                    Issue.record("\(value) at \(offset)")
                }
            }
        }
    }

    @Test func daysBeginAtMidnight() {
        let table: [(Int64, UInt32)] = [
            (0, 0), (86_399, 0), (86_400, 1), (1_728_000_000, 20_000), (1_728_086_399, 20_000), (1_728_086_400, 20_001),
            (-1, 0), (.min, 0), (.max, .max),
        ]
        for (seconds, day) in table { #expect(Day(seconds: seconds) == Day(rawValue: day)) }
    }

    @Test func daysCount() {
        let (first, last) = (Day(rawValue: 0), Day(rawValue: .max))
        #expect(first.adding(21) == Day(rawValue: 21) && first.adding(-1) == first && last.adding(1) == last)
        #expect(Samples.day.adding(-1).distance(to: Samples.day.adding(1)) == 2)
        #expect(last.distance(to: first) == -Int(UInt32.max) && first < last)
    }
}
