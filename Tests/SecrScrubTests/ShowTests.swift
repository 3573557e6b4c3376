import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What `show` tells comes from where it says.
@Suite struct ShowTests {
    @Test(arguments: Fixture.accepted) func findingsLieWithinTheFile(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        for finding in try Scrubber().inspect(MemorySource(bytes)).findings {
            #expect(finding.range.lowerBound >= 0 && finding.range.upperBound <= bytes.count, "\(finding.name)")
        }
    }

    @Test(arguments: ["everything.jpg", "everything.png", "everything.heic"]) func noMoreIsShownThanTheLimitsSay(
        file: String
    ) throws {
        let source = MemorySource(try Fixture.named(file).bytes)
        var limits = Limits()
        limits.shownValues = 1
        let parts = try Scrubber().inspect(source, detail: .parts).findings.count
        #expect(try Scrubber(limits: limits).inspect(source).findings.count == parts + 1)
        #expect(try Scrubber().inspect(source).findings.count > parts + 1)
    }

    @Test func positionIsInDegrees() throws {
        let findings = try Scrubber().inspect(MemorySource(Fixture.named("exif-gps.jpg").bytes)).findings
        let position = try #require(findings.first { $0.name == "position" })
        #expect(position.reveals == [.location])
        #expect(position.value?.wholeMatch(of: #/-?\d+\.\d{5}, -?\d+\.\d{5}/#) != nil)
    }

    @Test func valuesStandWhereTheFindingSays() throws {
        let bytes = try Fixture.named("exif-ifd0.jpg").bytes
        let findings = try Scrubber().inspect(MemorySource(bytes)).findings
        let model = try #require(findings.first { $0.name == "model" })
        let stored = String(decoding: bytes[model.range].prefix { $0 != 0 }, as: UTF8.self)
        #expect(stored == model.value)
    }

    @Test(arguments: [("same", false), ("other", true), ("bars", false), ("turned", false)])
    func thumbnailsThatShowSomethingElseAreTold(variant: String, differs: Bool) throws {
        let bytes = try Fixture.named("exif-thumbnail-\(variant).jpg").bytes
        let findings = try Scrubber().inspect(MemorySource(bytes)).findings
        #expect(findings.contains { $0.name.contains("something else than the picture") } == differs)
    }
}
