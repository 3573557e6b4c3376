import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What decides how a picture is shown survives in the smallest form, and nothing else does.
@Suite struct RenderingTests {
    private func kept(_ kind: FindingClass, in bytes: [UInt8]) throws -> Finding? {
        try Scrubber().inspect(MemorySource(bytes)).findings.first { $0.kind == kind }
    }

    private static let turns = [
        "mirrored", "upside down", "upside down and mirrored", "mirrored, turned left", "turned right",
        "mirrored, turned right",
        "turned left",
    ]

    @Test(arguments: Fixture.jpeg + Fixture.png) func orientationIsKept(fixture: Fixture) throws {
        let orientation = fixture.orientation ?? 1
        let finding = try kept(.orientation, in: fixture.scrubbed())
        #expect(finding?.value == (orientation == 1 ? nil : Self.turns[orientation - 2]))
    }

    @Test func orientationIsTheOnlyTag() throws {
        let output = try Fixture.named("orientation-6.jpg").scrubbed()
        let exif = try #require(output.firstOffset(of: "Exif\0\0"))
        let expected: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        #expect(Array(output[exif..<exif + expected.count]) == expected)
        // Two bytes of length count themselves.
        #expect(Int(output[exif - 1]) == expected.count + 2)
    }

    @Test func orientationCanBeDropped() throws {
        let output = try Fixture.named("orientation-6.jpg").scrubbed(Scrubber(policy: Policy(drop: [.orientation])))
        #expect(output.firstOffset(of: "Exif") == nil)
    }

    @Test(arguments: Fixture.jpeg) func markersThatDecideColoursAreKept(fixture: Fixture) throws {
        let output = try fixture.scrubbed()
        if let jfif = fixture.jfif { #expect((output.firstOffset(of: "JFIF\0") != nil) == jfif) }
        let adobe = output.firstOffset(of: Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0])
        #expect(adobe.map { Int(output[$0 + 11]) } == fixture.adobe)
        if let icc = fixture.icc { #expect((output.firstOffset(of: "ICC_PROFILE\0") != nil) == icc) }
        if let isAdobeRGB = fixture.adobeRGB { #expect((output.firstOffset(of: "R03\0") != nil) == isAdobeRGB) }
    }

    @Test(arguments: Fixture.jpeg.filter { $0.jfif == true }) func aspectIsKeptAndResolutionIsNot(fixture: Fixture)
        throws
    {
        let output = try fixture.scrubbed()
        let jfif = try #require(output.firstOffset(of: "JFIF\0"))
        let aspect = fixture.aspect ?? [1, 1]
        #expect(Array(output[jfif + 5..<jfif + 14]) == [1, 1, 0, 0, UInt8(aspect[0]), 0, UInt8(aspect[1]), 0, 0])
        let strict = try fixture.scrubbed(Scrubber(policy: Policy(profile: .strict)))
        let again = try #require(strict.firstOffset(of: "JFIF\0"))
        #expect(Array(strict[again + 8..<again + 12]) == [0, 1, 0, 1])
    }

    @Test(arguments: Fixture.jpeg.filter { $0.decodable }) func decodesToTheSamePixels(fixture: Fixture) throws {
        for policy in [Policy(), Policy(profile: .strict)] {
            _ = try fixture.scrubbed(Scrubber(policy: policy, verification: .decode))
        }
    }

    @Test func partsAreKeptOnRequest() throws {
        for (file, kind) in [("comment.jpg", FindingClass.comment), ("xmp.jpg", .xmp), ("exif-ifd0.jpg", .exif)] {
            let fixture = Fixture.named(file)
            let output = try fixture.scrubbed(Scrubber(policy: Policy(keep: [kind])))
            for token in fixture.drop ?? [] where token.class == kind.rawValue {
                #expect(output.firstOffset(of: token.bytes) != nil, "\(token.row)")
            }
        }
    }
}
