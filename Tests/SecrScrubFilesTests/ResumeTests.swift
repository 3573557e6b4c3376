import Foundation
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct ResumeTests {
    let place: ScrubFolder
    let dirty: [UInt8]

    init() throws {
        place = try ScrubFolder()
        dirty = try Fixture.named("everything.jpg").bytes
        for name in ["in/a.jpg", "in/sub/b.jpg"] { try place.folder.write(dirty, to: name) }
    }

    private func resume(_ change: (inout FileScrubber) -> Void = { _ in }) -> [FileOutcome] {
        place.run(["in"], .folder(place.path("out"))) {
            $0.resumes = true
            change(&$0)
        }
    }

    @Test func whatIsThereIsPassedOver() throws {
        #expect(resume().map(\.isDone) == [false, false])
        let times = try place.times("out/a.jpg")
        #expect(resume().map(\.isDone) == [true, true])
        try FileManager.default.removeItem(atPath: place.path("out/sub/b.jpg").string)
        #expect(resume().map(\.isDone) == [true, false])
        #expect(try place.times("out/a.jpg")[1] == times[1])
        #expect(try place.folder.bytes("out/a.jpg") == place.folder.bytes("out/sub/b.jpg"))
    }

    @Test func whatIsNotTheOutputIsAnErrorAndStays() throws {
        _ = resume()
        let output = try place.folder.bytes("out/a.jpg")
        // Not clean, cut off, changed at one place, and of an input that is another one now.
        let others = [dirty, Array(output.dropLast()), output.dropLast(3) + [0] + output.suffix(2)]
        for other in others {
            try place.folder.write(other, to: "out/a.jpg")
            #expect(resume().map(\.code) == [.exists, nil])
            #expect(try place.folder.bytes("out/a.jpg") == other)
        }
        try place.folder.write(output, to: "out/a.jpg")
        try place.folder.write(Fixture.named("comment.jpg").bytes, to: "in/a.jpg")
        #expect(resume().map(\.code) == [.exists, nil])
        // Where it may, it writes that one anew, and only that one.
        #expect(resume { $0.overwrites = true }.map(\.isDone) == [false, true])
        #expect(resume().map(\.isDone) == [true, true])
    }

    @Test func namesAreFoundAgain() throws {
        #expect(resume { $0.naming = .date }.map(\.isDone) == [false, false])
        let files = try place.files
        #expect(resume { $0.naming = .date }.map(\.isDone) == [true, true])
        #expect(try place.files == files)
    }

    // MARK: Interruptions

    /// Without what the man page says of a killed process: an output that was about to take the place of its original can
    /// be left under a hidden name.
    private func tree(_ folder: String) throws -> [String: [UInt8]] {
        try place.files.filter { $0.hasPrefix(folder + "/") && !$0.contains("/.secr-") }.reduce(into: [:]) {
            $0[String($1.dropFirst(folder.count))] = try place.folder.bytes($1)
        }
    }

    /// Some hundred files, of which some are the same, in several folders.
    private func fill(_ folder: String) throws {
        let kinds = ["everything.jpg", "comment.jpg", "everything.png", "everything.heic"].map(Fixture.named)
        for number in 0..<300 {
            let fixture = kinds[number % kinds.count]
            let name = "\(folder)/\(number / 100)/\(number).\(fixture.pathExtension)"
            try place.folder.write(fixture.bytes, to: name)
        }
    }

    @Test(arguments: [
        ["--output-dir", "out"], [], ["--in-place"], ["--output-dir", "out", "--rename", "date"],
        ["--in-place", "--rename", "hash"], ["--in-place", "--rename", "date"],
    ]) func interruptedAndResumedTheTreeIsTheSame(options: [String]) throws {
        let isInPlace = options.contains("--in-place")
        let resume = isInPlace ? [] : ["--resume"]
        for signal in ["KILL", "INT"] {
            for name in ["reference", "work"] {
                try FileManager.default.createDirectory(
                    atPath: place.path("\(name)/\(signal)").string, withIntermediateDirectories: true)
                try fill("\(name)/\(signal)/many")
            }
            let whole = try Run.scrub(
                ["-q", "-r"] + options + ["many"], in: place.path("reference/\(signal)").string)
            #expect(whole.status == 0, "\(whole.errors)")
            let script = """
                delay=0.02; stopped=0
                while ! timeout -s \(signal) $delay "$TOOL" "$@"; do
                    stopped=$((stopped + 1)); [ $stopped -lt 40 ] || delay=30
                    [ $stopped -lt 45 ] || exit 1
                    delay=$(awk "BEGIN { print $delay * 1.2 }")
                done; echo $stopped
                """
            let run = try Run.program(
                "/bin/sh", ["-c", script, "sh", "-q", "-r"] + resume + options + ["many"],
                in: place.path("work/\(signal)").string, environment: ["TOOL": Run.scrubber])
            #expect(run.status == 0, "\(run.errors)")
            #expect(Int(run.text.filter(\.isNumber)) ?? 0 > 0)
            let (expected, got) = (try tree("reference/\(signal)"), try tree("work/\(signal)"))
            #expect(expected.keys.sorted() == got.keys.sorted())
            #expect(expected == got)
        }
    }
}

@Suite struct NameListTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a.jpg", "b\n.jpg", "-", "clean.jpg"] {
            try folder.write(Fixture.named("comment.jpg").bytes, to: name)
        }
        _ = try Run.scrub(["--in-place", "clean.jpg"], in: folder.path)
    }

    private func scrub(_ arguments: String..., input: String = "") throws -> Run {
        try Run.scrub(arguments, input: Array(input.utf8), in: folder.path)
    }

    @Test func namesComeFromAListAndGoToOne() throws {
        try folder.write(Array("a.jpg\0b\n.jpg\0-".utf8), to: "list")
        let check = try scrub("check", "--print0", "--files0-from", "list")
        #expect(check.status == 3)
        #expect(check.text == "a.jpg\0b\n.jpg\0./-\0")
        let run = try scrub("--print0", "--output-dir", "out", "--files0-from", "-", input: "a.jpg\0b\n.jpg\0")
        #expect(run.status == 0)
        #expect(run.text == "out/a.jpg\0out/b\n.jpg\0")
        #expect(try scrub("check", "--print0", "a.jpg", "clean.jpg").text == "a.jpg\0")
        #expect(try scrub("show", "--files0-from", "list").status == 0)
    }

    @Test(arguments: [
        ["--files0-from", "list", "a.jpg"], ["--files0-from", "missing"], ["--files0-from", "empty"],
        ["--files0-from", "double"], ["--print0", "--json", "a.jpg"], ["--print0", "-"], ["--print0", "-n", "a.jpg"],
        ["--resume", "--in-place", "a.jpg"], ["--resume", "-o", "x", "a.jpg"], ["--resume", "-"],
        ["--rename", "hash", "-o", "x", "a.jpg"], ["--rename", "date", "-f", "a.jpg"], ["--zero-times", "-"],
        ["check", "--print0", "--json", "a.jpg"], ["check"], ["--resume", "--keep-password", "a.jpg"],
    ]) func nonsenseIsRefused(arguments: [String]) throws {
        for (name, text) in [("list", "a.jpg"), ("empty", ""), ("double", "a.jpg\0\0a.jpg\0")] {
            try folder.write(Array(text.utf8), to: name)
        }
        let names = try folder.names
        let run = try Run.scrub(arguments, in: folder.path)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("secr-scrub: error: "))
        #expect(try folder.names == names)
    }
}
