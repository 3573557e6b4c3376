import Foundation
import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What outputs say of themselves where a policy lets them. What other programs read of it is judged elsewhere.
@Suite struct StatementTests {
    static let policies: [Policy] = {
        var coarse = Policy(profile: .obfuscate, facts: [.author])
        coarse.dates = .year
        coarse.grid = GeographicGrid(kilometres: 1_000)!
        return [
            Policy(profile: .obfuscate), coarse, Policy(facts: [.date, .author, .copyright]),
            Policy(profile: .obfuscate, facts: [.date, .copyright], drop: [.orientation]),
        ]
    }()

    /// Scrubbing what was obfuscated is scrubbing, and obfuscating it again changes nothing.
    @Test(arguments: Fixture.accepted) func isTheSameByWhateverWay(fixture: Fixture) throws {
        let plain = try? fixture.scrubbed()
        for policy in Self.policies {
            let scrubber = Scrubber(policy: policy)
            guard let once = try? fixture.scrubbed(scrubber) else {
                #expect(plain == nil, "\(fixture): refused only with \(policy)")
                continue
            }
            #expect(try scrub(once, scrubber) == once)
            #expect(try scrubber.inspect(MemorySource(once)).findings.isClean)
            if policy.drop.isEmpty { #expect(try scrub(once) == plain) }
        }
    }

    /// What the canaries of fixtures stand for is as little in these outputs as in others.
    @Test(arguments: Fixture.accepted) func nothingElseGetsThrough(fixture: Fixture) throws {
        guard let output = try? fixture.scrubbed(Scrubber(policy: Policy(profile: .obfuscate))) else { return }
        for token in fixture.drop ?? [] { #expect(!output.contains(canary: token.bytes), "\(fixture): \(token.row)") }
    }

    /// An output that says something else, or nothing, is noticed before anybody sees it.
    @Test(arguments: ["exif-everything.jpg", "app1-extra-nul.jpg"]) func anotherStatementIsNoticed(name: String) throws
    {
        guard let fixture = Fixture.jpeg.first(where: { $0.file == name }) else { return }
        let scrubber = Scrubber(policy: Policy(profile: .obfuscate))
        #expect(try fixture.unnoticedChanges(scrubber) == [])
        let source = MemorySource(try fixture.bytes)
        let prepared = try scrubber.prepare(source)
        let silent = MemorySource(try fixture.scrubbed())
        if try prepared.plan.bytes(from: source) != fixture.scrubbed() {
            #expect(throws: ScrubError.self) { try prepared.verify(silent) }
        }
    }

    @Test func partsThatWouldSayMoreAreRefused() throws {
        for kind in [FindingClass.exif, .xmp, .iptc, .comment] {
            let scrubber = Scrubber(policy: Policy(profile: .obfuscate, keep: [kind]))
            #expect(throws: ScrubError.self) { try Fixture.jpeg[0].scrubbed(scrubber) }
        }
    }

    // MARK: Cells

    @Test(arguments: [1, 2, 7, 10, 33, 100, 500, 1_000]) func aPlaceIsSaidByTheMiddleOfItsCell(kilometres: Int) throws {
        let grid = try #require(GeographicGrid(kilometres: kilometres))
        var random = Seeded(1)
        for _ in 0..<2_000 {
            let place = try #require(
                GeographicPosition(
                    latitude: Double.random(in: -90...90, using: &random),
                    longitude: Double.random(in: -180...180, using: &random)))
            let middle = try #require(grid.middle(of: place))
            // The middle of a cell is that of its own, even where it is said with five digits.
            #expect(grid.middle(of: middle) == middle)
            let said = try #require(GeographicPosition(text: middle.description))
            #expect(grid.middle(of: said) == middle)
            #expect(grid.middle(of: try #require(GeographicPosition(text: middle.iso))) == middle)
            #expect(Self.kilometres(place, middle) < Double(kilometres) * 1.2)
        }
    }

    /// Places at the edges of the map.
    @Test func polesAndTheDateLineHaveCells() throws {
        let grid = try #require(GeographicGrid(kilometres: 10))
        for (latitude, longitude) in [(90.0, 0.0), (-90, 180), (0, 180), (0, -180), (89.999, -180), (0, 0)] {
            let place = try #require(GeographicPosition(latitude: latitude, longitude: longitude))
            let middle = try #require(grid.middle(of: place))
            #expect(Self.kilometres(place, middle) < 8)
        }
        #expect(GeographicGrid(kilometres: 0) == nil && GeographicGrid(kilometres: 1_001) == nil)
    }

    /// All pictures of a neighbourhood say the same, so that they don't average out.
    @Test func neighboursSayTheSame() throws {
        let grid = try #require(GeographicGrid(kilometres: 10))
        let middle = try #require(GeographicPosition(latitude: 52.5, longitude: 13.4).flatMap(grid.middle))
        for (north, east) in [(0.02, 0.03), (-0.02, -0.03), (0, 0.04)] {
            let place = GeographicPosition(latitude: middle.latitude + north, longitude: middle.longitude + east)
            #expect(place.flatMap(grid.middle) == middle)
        }
    }

    /// On a sphere.
    private static func kilometres(_ one: GeographicPosition, _ other: GeographicPosition) -> Double {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let (north, east) = (
            sin(radians(other.latitude - one.latitude) / 2), sin(radians(other.longitude - one.longitude) / 2)
        )
        let part = north * north + cos(radians(one.latitude)) * cos(radians(other.latitude)) * east * east
        return 2 * 6_371 * asin(min(1, part.squareRoot()))
    }

    // MARK: Words of options

    @Test(arguments: [
        ("90d", 7_776_000), ("-36h", -129_600), ("1w", 604_800), ("5m", 300), ("30s", 30), ("", nil), ("d", nil),
        ("0d", nil), ("--1d", nil), ("1y", nil), ("1.5d", nil), ("37000d", nil), ("9223372036854775807w", nil),
        ("+1d", nil), ("1", nil), ("-", nil), ("１d", nil),
    ])
    func timesAreRead(text: String, seconds: Int?) {
        #expect(DateShift(text)?.seconds == seconds)
        if let shift = DateShift(text) { #expect(DateShift(shift.description) == shift) }
    }

    @Test(arguments: [
        ("10km", 10), ("1km", 1), ("1000km", 1_000), ("0km", nil), ("1001km", nil), ("10", nil), ("10m", nil),
        ("-5km", nil), ("km", nil), ("1.5km", nil),
    ])
    func sizesAreRead(text: String, kilometres: Int?) { #expect(GeographicGrid(text)?.kilometres == kilometres) }
}
