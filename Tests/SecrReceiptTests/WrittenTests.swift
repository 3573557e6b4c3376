import SecrBytes
import SecrReceipt
import SecrScrub
import SecrTestSupport
import Testing

/// What was written anew may say what the policy lets it, and nothing else: also where the scrubber itself says more.
@Suite struct WrittenTests {
    private static let vague = Policy(profile: .obfuscate, facts: [.author])

    /// Texts of an output, and what somebody could have put there instead; of the same length.
    static let lies: [(file: String, policy: Policy, said: String, lie: String)] = [
        ("exif.heic", vague, ":01 00:00:00", ":14 00:00:00"),
        ("everything.jpg", vague, ":01 00:00:00", ":01 15:16:17"),
        ("dates.mp4", vague, "-01T00:00:00", "-14T00:00:00"),
        ("dates.mp4", vague, "com.apple.quicktime.creationdate", "com.apple.quicktime.creationdata"),
        ("dates.mp4", Policy(facts: [.date]), "com.apple.quicktime.creationdate", "com.apple.quicktime.softwareinfo"),
    ]

    @Test(arguments: lies.indices) func aLieIsNoticed(place: Int) throws {
        let (file, policy, said, lie) = Self.lies[place]
        var scrubbed = try #require(try Scrubbed(Fixture.named(file).bytes, policy))
        try scrubbed.verify(scrubbed.receipt())
        let start = try #require(scrubbed.output.firstOffset(of: Array(said.utf8)), "\(file) does not say \(said)")
        scrubbed.output.replaceSubrange(start..<start + said.utf8.count, with: lie.utf8)
        let error = #expect(throws: ReceiptError.self) { try scrubbed.receipt() }
        #expect(error?.code == .ranges)
    }

    /// Every byte of a block counts: none can be another one, unless a name of somebody could have it.
    @Test(arguments: ["everything.jpg", "adobe-rgb-interop-orientation-6.jpg"]) func aBlockHidesNothing(file: String)
        throws
    {
        let policy = file == "everything.jpg" ? Policy(profile: .obfuscate) : Policy()
        let scrubbed = try #require(try Scrubbed(Fixture.named(file).bytes, policy))
        let start = try #require(scrubbed.output.firstOffset(of: Array("MM\0*".utf8)))
        let length = Int(scrubbed.output[start - 8]) << 8 | Int(scrubbed.output[start - 7])
        var unnoticed: [Int] = []
        for place in start..<start - 8 + length {
            var other = scrubbed
            other.output[place] ^= 0x80
            if (try? other.receipt()) != nil { unnoticed.append(place - start) }
        }
        #expect(unnoticed == [], "\(file)")
    }

    /// A position that is not the middle of a cell, in each of the ways to say one.
    @Test(arguments: ["everything.jpg", "keys.mov"]) func aPlaceOfItsOwnIsNoticed(file: String) throws {
        var policy = Policy(profile: .obfuscate)
        policy.grid = try #require(GeographicGrid(kilometres: 20))
        var scrubbed = try #require(try Scrubbed(Fixture.named(file).bytes, policy))
        try scrubbed.verify(scrubbed.receipt())
        var other = policy
        other.grid = try #require(GeographicGrid(kilometres: 7))
        let fine = try #require(try Scrubbed(Fixture.named(file).bytes, other))
        guard fine.output != scrubbed.output else { return }
        scrubbed.output = fine.output
        #expect(throws: ReceiptError.self) { try scrubbed.receipt() }
    }
}
