import SecrTestSupport
import Testing

/// Policies that come from files.
@Suite struct ScrubPolicyTests {
    private func folder(_ policy: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(Array(policy.utf8), to: "p.policy")
        try folder.write(Fixture.named("adobe-cmyk.jpg").bytes, to: "a.jpg")
        return folder
    }

    @Test func optionsCountMoreThanTheFileAndTheFileMoreThanWhatIsBuiltIn() throws {
        let folder = try folder("policy = strict\nkeep = icc, comment\ndrop = gain-map\n")
        let expectations = [
            [String](): "policy = default\n",
            ["--policy-file", "p.policy"]: "policy = strict\nkeep = icc, comment\ndrop = gain-map\n",
            ["--policy-file=p.policy", "--policy=default"]: "policy = default\nkeep = icc, comment\ndrop = gain-map\n",
            ["--policy-file", "p.policy", "--drop", "icc"]: "policy = strict\nkeep = comment\ndrop = icc, gain-map\n",
            ["--policy-file", "p.policy", "--keep", "xmp", "--tolerate", "truncated"]:
                "policy = strict\nkeep = xmp, icc, comment\ndrop = gain-map\ntolerate = truncated\n",
        ]
        for (options, text) in expectations {
            let run = try Run.scrub(["policy", "show"] + options, in: folder.path)
            #expect(run.status == 0 && run.text == text && run.errors.isEmpty, "\(options): \(run.text)\(run.errors)")
        }
    }

    @Test func aFileIsKeptToWhileScrubbing() throws {
        let folder = try folder("keep = exif\n")
        let picture = Fixture.jpeg.first { $0.drop?.contains { $0.class == "exif" } == true }!
        try folder.write(picture.bytes, to: "b.jpg")
        let kept = try Run.scrub(["--policy-file", "p.policy", "b.jpg"], in: folder.path)
        let dropped = try Run.scrub(["-f", "b.jpg"], in: folder.path)
        #expect(kept.status == 0 && kept.text.contains("kept on request: Exif"), "\(kept.text)")
        #expect(dropped.status == 0 && !dropped.text.contains("kept"), "\(dropped.text)")
    }

    @Test func whatOutputsSayIsAPolicyToo() throws {
        let folder = try folder("policy = obfuscate\ngps-grid = 50km\ndates = year\n")
        let expectations = [
            [String](): "policy = default\n",
            ["--policy", "obfuscate"]: "policy = obfuscate\ngps-grid = 10km\ndates = month\n",
            ["--policy-file", "p.policy", "--dates=day"]: "policy = obfuscate\ngps-grid = 50km\ndates = day\n",
            ["--policy-file", "p.policy", "--policy=default"]: "policy = default\n",
            ["--policy-file", "p.policy", "--keep", "date,icc", "--shift-dates", "-36h"]:
                "policy = obfuscate\ngps-grid = 50km\nshift-dates = -36h\nkeep = icc, date\n",
        ]
        for (options, text) in expectations {
            let run = try Run.scrub(["policy", "show"] + options, in: folder.path)
            #expect(run.status == 0 && run.text == text, "\(options): \(run.text)\(run.errors)")
        }
        for (options, complaint) in [
            (["--dates", "day"], "--dates goes with --policy obfuscate"),
            (["--gps-grid=5km", "--keep", "date"], "--gps-grid goes with --policy obfuscate"),
            (["--shift-dates", "1d", "--keep", "author"], "--shift-dates goes with"),
            (["--policy", "obfuscate", "--dates", "day", "--keep", "date"], "exclude each other"),
            (["--policy", "obfuscate", "--keep", "xmp"], "--keep xmp would say in full"),
            (["--keep", "exif,date"], "--keep exif would say in full"),
            (["--policy", "obfuscate", "--gps-grid", "\u{1B}[2J"], "--gps-grid does not take '\\u{1B}[2J'"),
            (["--policy", "obfuscate", "--shift-dates", "1y"], "--shift-dates does not take '1y'"),
        ] {
            let run = try Run.scrub(options + ["a.jpg"], in: folder.path)
            #expect(run.status == 64 && run.errors.contains(complaint), "\(options): \(run.errors)")
        }
        #expect(try folder.names == ["a.jpg", "p.policy"])
    }

    /// In place, and what `check` and `show` say of the result under one policy and another.
    @Test func whatIsSaidIsTold() throws {
        let folder = try folder("")
        let picture = Fixture.jpeg.first { $0.file == "everything.jpg" } ?? Fixture.jpeg[0]
        try folder.write(picture.bytes, to: "b.jpg")
        let first = try Run.scrub(
            ["--policy", "obfuscate", "--keep", "author", "--in-place", "b.jpg"], in: folder.path)
        #expect(first.status == 0 && first.text.contains("said on request: "), "\(first.text)\(first.errors)")
        let again = try Run.scrub(
            ["--policy", "obfuscate", "--keep", "author", "--in-place", "b.jpg"], in: folder.path)
        #expect(again.status == 0 && again.text.contains("b.jpg: already clean"), "\(again.text)")
        for (options, status) in [(["--policy", "obfuscate", "--keep", "author"], Int32(0)), ([], 3)] {
            #expect(try Run.scrub(["check"] + options + ["b.jpg"], in: folder.path).status == status)
        }
    }

    @Test func nothingIsScrubbedByAFileThatIsNotUnderstood() throws {
        let folder = try folder("keep = icc\nkepe = xmp\n")
        for command in [["--policy-file", "p.policy", "a.jpg"], ["check", "--policy-file", "p.policy", "a.jpg"]] {
            let run = try Run.scrub(command, in: folder.path)
            #expect(run.status == 64 && run.errors.contains("'p.policy': line 2: unknown setting 'kepe'"))
        }
        let missing = try Run.scrub(["--policy-file", "other", "a.jpg"], in: folder.path)
        #expect(missing.status == 64 && missing.errors.contains("no such file"), "\(missing.errors)")
        #expect(try folder.names == ["a.jpg", "p.policy"])
    }

    @Test func filesAreCheckedOneByOne() throws {
        let folder = try folder("keep = icc\n")
        try folder.write(Array("drop = everything".utf8), to: "q.policy")
        try folder.write([UInt8](repeating: 0x23, count: 1 << 17), to: "large")
        let run = try Run.scrub(["policy", "check", "q.policy", "p.policy", "large"], in: folder.path)
        #expect(run.status == 1 && run.text == "p.policy: fine\n")
        #expect(run.errors.contains("'q.policy': line 1: 'everything' can't be dropped"))
        #expect(run.errors.contains("'large': can't read"))
        for senseless in [["policy"], ["policy", "shwo"], ["policy", "show", "p.policy"], ["policy", "check"]] {
            #expect(try Run.scrub(senseless, in: folder.path).status == 64, "\(senseless)")
        }
    }
}
