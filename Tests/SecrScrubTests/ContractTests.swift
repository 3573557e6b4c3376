import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// The check between writing and showing: a changed output never passes.
@Suite struct ContractTests {
    /// Any single changed byte is noticed, wherever it stands: in tables, scans, or the parts that were rebuilt.
    @Test(arguments: [
        "orientation-6.jpg", "adobe-cmyk.jpg", "icc-rendering.jpg", "progressive.jpg", "adobe-rgb-interop.jpg",
    ])
    func anyChangedByteIsNoticed(file: String) throws {
        let fixture = Fixture.named(file)
        // What may differ unnoticed decides nothing: numbers of the rebuilt parts that no decoder reads.
        let essence = try #require(fixture.scrubbed().firstOffset(of: [0xFF, 0xDB]))
        #expect(try fixture.unnoticedChanges().filter { $0 >= essence } == [])
    }

    @Test(arguments: ["grey.jpg", "progressive.jpg"]) func aShortenedOutputIsNoticed(file: String) throws {
        let source = MemorySource(try Fixture.named(file).bytes)
        for profile in Policy.Profile.allCases {
            let prepared = try Scrubber(policy: Policy(profile: profile)).prepare(source)
            let good = try prepared.plan.bytes(from: source)
            for count in 0..<good.count {
                #expect(throws: ScrubError.self) { try prepared.verify(MemorySource(Array(good[..<count]))) }
            }
        }
    }

    @Test(arguments: ["comment.jpg", "exif-gps.jpg", "trailer-text.jpg", "gap-between-segments.jpg"])
    func anUncleanOutputIsNoticed(file: String) throws {
        let source = MemorySource(try Fixture.named(file).bytes)
        #expect(throws: ScrubError.self) { try Scrubber().prepare(source).verify(source) }
    }

    @Test func strictNoticesChangedTables() throws {
        let source = MemorySource(try Fixture.named("grey.jpg").bytes)
        let prepared = try Scrubber(policy: Policy(profile: .strict)).prepare(source)
        var output = try prepared.plan.bytes(from: source)
        let table = try #require(output.firstOffset(of: [0xFF, 0xDB]))
        output[table + 10] ^= 1
        let error = #expect(throws: ScrubError.self) { try prepared.verify(MemorySource(output)) }
        #expect(error?.code == .contract)
    }
}
