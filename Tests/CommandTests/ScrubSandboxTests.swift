import Foundation
import SecrTestSupport
import Testing

/// The sandbox of `secr-scrub` as people meet it; what it prevents is tried by `SandboxTests`.
@Suite struct ScrubSandboxTests {
    private static let launcher = Repository.file("Tests/CommandTests/without.py").path
    private static let canRefuseLandlock =
        (try? Run.program("/usr/bin/python3", [launcher, "landlock", "true"]))?.status == 0

    @Test func versionSaysWhatIsActive() throws {
        let short = try Run.scrub(["--version"])
        #expect(short.text.split(separator: "\n").count == 1)
        let long = try Run.scrub(["--version", "-v"])
        let lines = long.text.split(separator: "\n")
        #expect(lines.first.map { $0 + "\n" } == short.text[...])
        #expect(lines.dropFirst().count == 2 && lines.dropFirst().allSatisfy { $0.hasPrefix("sandbox: ") })
    }

    @Test(.enabled(if: canRefuseLandlock)) func withoutLandlockItSaysSoAndGoesOn() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("address.pdf").bytes, to: "a.pdf")
        let arguments = [Self.launcher, "landlock", Run.scrubber]
        let run = try Run.program("/usr/bin/python3", arguments + ["a.pdf"], in: folder.path)
        let message = "the sandbox is incomplete here: files not guarded, since this kernel has no Landlock"
        #expect(run.status == 0 && run.errors.contains("secr-scrub: warning: \(message)"), "\(run.errors)")
        #expect(try folder.names == ["a.pdf", "a.scrubbed.pdf"])
        let quiet = try Run.program("/usr/bin/python3", arguments + ["-q", "-f", "a.pdf"], in: folder.path)
        #expect(quiet.status == 0 && quiet.errors.isEmpty)
        let version = try Run.program("/usr/bin/python3", arguments + ["--version", "-v"])
        #expect(version.text.contains("sandbox: files not guarded, since this kernel has no Landlock\n"))
    }

    /// It only reads, but it has to: outputs of earlier runs decide what would be done.
    @Test(arguments: [
        ["--resume", "--output-dir", "out"], ["--resume"], ["--rename", "hash", "--output-dir", "out"],
        ["--rename", "hash"],
    ]) func whatWouldBeDoneIsKnownInTheSandbox(_ options: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("address.pdf").bytes, to: "a.pdf")
        try folder.write(Fixture.named("adobe-cmyk.jpg").bytes, to: "b.jpg")
        let files = ["a.pdf", "b.jpg"]
        let first = try Run.scrub(options + files, in: folder.path)
        let names = try folder.names
        let dry = try Run.scrub(["-n", "--json"] + options + files, in: folder.path)
        #expect(first.status == 0 && dry.status == 0, "\(first.errors)\(dry.errors)")
        let result = options.contains("--resume") ? "already-done" : "duplicate"
        #expect(dry.text.matches(of: try Regex("\"result\":\"\(result)\"")).count == 2, "\(dry.text)")
        #expect(try folder.names == names)
    }

    @Test func aDryRunMakesNoFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("adobe-cmyk.jpg").bytes, to: "b.jpg")
        let dry = try Run.scrub(["-n", "--output-dir", "out/deep", "b.jpg"], in: folder.path)
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(try folder.names == ["b.jpg"])
    }

    /// A document on which a worker is busy for a while, and a picture.
    private func busyFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let writer =
            "import sys; sys.path.insert(0, sys.argv[1]); import large_pdf; large_pdf.write('a.pdf', 50_000_000)"
        let benchmarks = Repository.file("Tests/Benchmarks").path
        let made = try Run.program("python3", ["-B", "-c", writer, benchmarks], in: folder.path)
        try #require(made.status == 0, "\(made.errors)")
        try folder.write(Fixture.named("adobe-cmyk.jpg").bytes, to: "b.jpg")
        return folder
    }

    /// Waits for the worker of a document, which is a grandchild's child, does something, and waits for the end.
    ///
    /// Without the shell's own `wait`, which sleeps for ever where whoever runs the tests has blocked SIGCHLD.
    private func whenWorkerIsBusy(_ then: String) -> String {
        """
        ("$TOOL" a.pdf b.jpg > out 2> err; echo $? > status) &
        for try in $(seq 100); do
            main=$(pgrep -P $! 2> /dev/null)
            worker=$(pgrep -P "$(pgrep -P "$(pgrep -P "$main")")" 2> /dev/null) && break
        done
        [ -n "$worker" ] || exit 99
        \(then)
        for try in $(seq 100); do [ -s status ] && exit $(cat status); sleep 0.1; done
        exit 98
        """
    }

    @Test(arguments: [
        ("SYS", "crashed", 1), ("KILL", "was killed", 1), ("XCPU", "takes too much time", 1),
    ])
    func aWorkerThatDiesCostsOneFile(_ signal: String, message: String, status: Int) throws {
        let folder = try busyFolder()
        let run = try Run.shell(
            whenWorkerIsBusy("kill -\(signal) $worker"), in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == status)
        let errors = String(decoding: try folder.bytes("err"), as: UTF8.self)
        #expect(errors.contains("'a.pdf': ") && errors.contains(message), "\(errors)")
        #expect(try folder.names == ["a.pdf", "b.jpg", "b.scrubbed.jpg", "err", "out", "status"])
    }

    @Test(arguments: [("KILL", 137), ("TERM", 143)])
    func nobodyWorksForAToolThatIsGone(_ signal: String, status: Int) throws {
        let folder = try busyFolder()
        let run = try Run.shell(
            whenWorkerIsBusy(
                """
                kill -\(signal) $main
                for try in $(seq 50); do grep -qs '^State:.[^Z]' /proc/$worker/status || break; sleep 0.1; done
                [ $try -lt 50 ] || exit 97
                """), in: folder.path, ["TOOL": Run.scrubber])
        #expect(Int(run.status) == status)
        #expect(try !folder.names.contains("a.scrubbed.pdf"))
    }
}
