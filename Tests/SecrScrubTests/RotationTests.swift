import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Turning the picture itself instead of noting how to turn it.
@Suite struct RotationTests {
    static let turner = Scrubber(bakesOrientation: true)

    @Test(arguments: 2...8) func turnedPicturesNeedNoNote(orientation: Int) throws {
        let output = try Fixture.named("orientation-\(orientation).jpg").scrubbed(Self.turner)
        #expect(output.firstOffset(of: "Exif") == nil)
        #expect(try Scrubber().inspect(MemorySource(output)).findings.isClean)
        #expect(try scrub(output) == output)
    }

    @Test func uprightPicturesAreLeftAlone() throws {
        let fixture = Fixture.named("grey.jpg")
        #expect(try fixture.scrubbed(Self.turner) == fixture.scrubbed())
    }

    @Test func aChangedTurnedPictureIsNoticed() throws {
        let source = MemorySource(try Fixture.named("orientation-6.jpg").bytes)
        let prepared = try Self.turner.prepare(source)
        var output = try prepared.plan.bytes(from: source)
        let scan = try #require(output.firstOffset(of: [0xFF, 0xDA]))
        output[scan + 16] ^= 0x10
        #expect(throws: ScrubError.self) { try prepared.verify(MemorySource(output)) }
    }

    @Test(arguments: FindingClass.keepable) func keptPartsWouldGetLost(kind: FindingClass) throws {
        let scrubber = Scrubber(policy: Policy(keep: [kind]), bakesOrientation: true)
        #expect(throws: ScrubError.self) { try Fixture.named("orientation-6.jpg").scrubbed(scrubber) }
    }
}
