import SecrScrub
import Testing

/// What a policy file can say, and what it can't.
@Suite struct PolicyFileTests {
    private func read(_ text: String) throws(PolicyFile.Problem) -> PolicyFile { try PolicyFile(Array(text.utf8)) }

    @Test func saysWhatTheOptionsSay() throws {
        let file = try read(
            """
            # For the parish magazine.
            policy = strict

              keep=icc , comment   # the printer wants both
            drop = gain-map,attachments
            tolerate = truncated\r
            """)
        #expect(
            file.profile == .strict && file.keep == [.part(.icc), .part(.comment)]
                && file.drop == [.gainMap, .attachment])
        #expect(file.tolerate == [.truncated])
    }

    @Test func isReadAsItIsWritten() throws {
        for profile in Policy.Profile.allCases {
            for keep in FindingClass.keepable + [nil] {
                for drop in FindingClass.droppable + [nil] where keep == nil || keep != drop {
                    let policy = Policy(
                        profile: profile, keep: keep.map { [$0] } ?? [], drop: drop.map { [$0] } ?? [],
                        tolerate: keep == .xmp ? [.truncated] : [])
                    let text = PolicyFile(policy).text
                    #expect(try read(text) == PolicyFile(policy), "\(text)")
                }
            }
        }
        #expect(PolicyFile(Policy()).text == "policy = default\n")
    }

    @Test func whatOutputsSayIsReadAsItIsWritten() throws {
        for facts in [[], [Policy.Fact.author], Policy.Fact.allCases] {
            for (dates, shift) in [(Policy.DatePrecision.year, 0), (.day, -3_600), (.month, 86_400 * 90)] {
                var policy = Policy(profile: .obfuscate, facts: Set(facts))
                (policy.dates, policy.dateShift) = (dates, shift)
                policy.grid = try #require(GeographicGrid(kilometres: 250))
                let text = PolicyFile(policy).text
                #expect(try read(text) == PolicyFile(policy), "\(text)")
            }
        }
        let file = try read("policy=obfuscate\ngps-grid = 5km\ndates=day\nshift-dates = -2w\nkeep=author,icc")
        #expect(file.grid?.kilometres == 5 && file.dates == .day && file.dateShift?.seconds == -1_209_600)
        #expect(file.keep == [.fact(.author), .part(.icc)])
    }

    @Test func anEmptyOneSaysNothing() throws {
        for text in ["", "\n\n", "# nothing", " \t \r\n#\n"] { #expect(try read(text) == PolicyFile()) }
    }

    @Test(arguments: [
        ("keep = icc\nkep = xmp", 2, "unknown setting 'kep'"),
        ("keep icc", 1, "there is no '=' in it"),
        ("keep = icc\nkeep = xmp", 2, "'keep' is set twice"),
        ("gps-grid = 5", 1, "'gps-grid' takes a size"),
        ("dates = day, month", 1, "'dates' takes one word"),
        ("dates = hour", 1, "unknown precision 'hour'"),
        ("shift-dates = 1y", 1, "'shift-dates' takes a time"),
        ("drop = author", 1, "'author' can't be dropped"),
        ("keep = icc,", 1, "'' can't be kept"),
        ("keep =", 1, "'' can't be kept"),
        ("keep = orientation", 1, "'orientation' can't be kept"),
        ("\n\ndrop = exif", 3, "'exif' can't be dropped"),
        ("policy = mild", 1, "unknown policy 'mild'"),
        ("policy = strict, default", 1, "'policy' takes one word"),
        ("tolerate = everything", 1, "unknown flaw 'everything'"),
        ("keep = icc\ndrop = icc", 1, "'icc' is both kept and dropped"),
        ("Keep = icc", 1, "unknown setting 'Keep'"),
        ("= icc", 1, "unknown setting ''"),
        ("\u{FEFF}keep = icc", 1, "unknown setting '\u{FEFF}keep'"),
    ])
    func whatIsNotUnderstoodIsAnError(_ text: String, line: Int, reason: String) {
        #expect {
            try read(text)
        } throws: { error in
            let problem = error as? PolicyFile.Problem
            return problem?.line == line && problem?.reason == reason
        }
    }

    @Test func bytesThatAreNoTextAreAnError() {
        #expect(throws: PolicyFile.Problem.self) { try PolicyFile([0x6B, 0xFF, 0x3D]) }
    }
}
