import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Colour profiles: what means a common colour space becomes that space's own profile, the rest keeps its values only.
@Suite struct ProfileTests {
    static let standards = Fixture.accepted.filter { $0.iccStandard != nil }
    static let names = [
        "srgb": "sRGB", "display-p3": "Display P3", "adobe-rgb": "Adobe RGB (1998)",
        "gray-gamma-2.2": "Gray, gamma 2.2",
    ]

    /// The profile of an output, which is in one piece here.
    private func profile(in output: [UInt8]) throws -> [UInt8] {
        let signature = try #require(output.firstOffset(of: "acsp"))
        let reader = ByteReader(output)
        return try Array(reader.slice(at: signature - 36, count: reader.uint32(at: signature - 36)))
    }

    private func finding(in bytes: [UInt8]) throws -> Finding? {
        try Scrubber().inspect(MemorySource(bytes), detail: .parts).findings.first { $0.kind == .icc }
    }

    @Test(arguments: standards) func commonProfilesAreRecognised(fixture: Fixture) throws {
        let output = try fixture.scrubbed()
        #expect(try finding(in: output)?.value == Self.names[fixture.iccStandard ?? ""])
        #expect(try profile(in: output).count < 1_024)
    }

    /// Whoever wrote it, and in whatever file: the same bytes.
    @Test func commonProfilesBecomeOne() throws {
        for name in Self.names.keys {
            let profiles = try Self.standards.filter { $0.iccStandard == name }.map { try profile(in: $0.scrubbed()) }
            #expect(profiles.count > 1, "\(name)")
            #expect(Set(profiles).count == 1, "\(name)")
        }
    }

    @Test(arguments: Fixture.accepted.filter { $0.icc == true && $0.iccStandard == nil })
    func otherProfilesAreSaidToTellSomething(fixture: Fixture) throws {
        let told = try Scrubber().inspect(MemorySource(fixture.bytes)).limitations
        #expect(told.contains(.ownProfile))
        let dropping = Scrubber(policy: Policy(drop: [.icc]))
        #expect(try !dropping.inspect(MemorySource(fixture.bytes)).limitations.contains(.ownProfile))
        let output = try fixture.scrubbed(dropping)
        #expect(output.firstOffset(of: "acsp") == nil)
    }

    @Test(arguments: standards) func commonProfilesTellNothing(fixture: Fixture) throws {
        #expect(try !Scrubber().inspect(MemorySource(fixture.bytes)).limitations.contains(.ownProfile))
    }

    @Test(arguments: ["icc-texts.jpg", "iccp-texts.png", "icc-version-4.jpg", "profile-texts.heic"]) func textsAreShown(
        file: String
    ) throws {
        let findings = try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).findings
        let texts = findings.filter { $0.name.hasSuffix("(colour profile)") }
        #expect(texts.contains { $0.name.hasPrefix("description") && $0.value?.hasPrefix("CNRY-icc-desc") == true })
        #expect(texts.allSatisfy { $0.action == .removed })
    }

    /// From version 4 on a profile has an id.
    @Test(arguments: ["icc-version-4.jpg", "icc-version-4-lookup.jpg", "iccp-version-4.png", "profile-version-4.heic"])
    func idsAreThoseOfTheirProfiles(file: String) throws {
        let profile = try profile(in: Fixture.named(file).scrubbed())
        #expect(profile[8] == 4)
        var blank = profile
        for range in [44..<48, 64..<68, 84..<100] {
            blank.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
        }
        #expect(Array(profile[84..<100]) == MD5.digest(blank))
    }

    /// RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
    ])
    func digestsAreThoseOfTheStandard(message: String, digest: String) {
        let hexadecimal = MD5.digest(Array(message.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hexadecimal == digest)
    }
}
