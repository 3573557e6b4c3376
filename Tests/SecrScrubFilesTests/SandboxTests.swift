import Foundation
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SecrTestSupport
import Testing

/// What a process can't do once it reads what others made; tried from inside, by a program that is made for that.
@Suite(.enabled(if: Sandbox.support.isComplete, "this kernel has no Landlock or no seccomp"))
struct SandboxTests {
    private static let probe = Run.built("sandbox-probe")

    /// A folder that may be used, with a file in it, and a file elsewhere.
    private func attempts(_ calls: String) throws -> [String: String] {
        let (inside, outside) = (try TemporaryFolder(), try TemporaryFolder())
        try inside.write([1], to: "file")
        try outside.write([1], to: "file")
        let run = try Run.program(Self.probe, [calls, inside.path, outside.file("file").path])
        try #require(run.status == 0, "\(run.errors)")
        #expect(try outside.bytes("file") == [1])
        let lines = run.text.split(separator: "\n").map { $0.split(separator: ": ", maxSplits: 1).map(String.init) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0[0], $0[1]) })
    }

    private static let everywhere = [
        "read outside", "write outside", "create outside", "list outside", "rename outside", "remove outside",
        "truncate outside", "make a folder inside", "internet socket", "local socket", "another program",
        "another process",
    ]

    @Test func filesAreGuardedAndCallsFiltered() throws {
        let outcomes = try attempts("ordinary")
        #expect(outcomes["complete"] == "true")
        for name in ["read inside", "create inside", "a thread"] { #expect(outcomes[name] == "works", "\(name)") }
        for name in Self.everywhere { #expect(outcomes[name]?.hasPrefix("fails") == true, "\(name)") }
    }

    @Test func leastOfAllIsLess() throws {
        let outcomes = try attempts("least")
        for name in ["read inside", "a thread"] { #expect(outcomes[name] == "works", "\(name)") }
        for name in Self.everywhere + ["signal another process"] {
            #expect(outcomes[name]?.hasPrefix("fails") == true, "\(name)")
        }
    }

    private func scrub(_ how: String) throws -> (lines: [Substring], names: [String]) {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("attachment.pdf").bytes, to: "a.pdf")
        try folder.write(Fixture.named("adobe-cmyk.jpg").bytes, to: "b.jpg")
        let run = try Run.program(Self.probe, ["worker", how, "a.pdf", "b.jpg"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        return (run.text.split(separator: "\n"), try folder.names)
    }

    @Test(arguments: [
        ("crash", "crashed: the process that looked into it crashed"),
        ("loop", "limit: it takes too much time"),
        ("grow", "crashed: the process that looked into it crashed"),
        ("exit", "crashed: the process that looked into it gave no answer"),
        ("sleep", "limit: it takes too much time"),
    ])
    func whatAFileDoesToItsWorkerCostsThatFile(_ how: String, message: String) throws {
        let (lines, names) = try scrub(how)
        #expect(lines == [message[...], "scrubbed"])
        #expect(names == ["a.pdf", "b.jpg", "b.scrubbed.jpg"])
    }

    @Test(arguments: ["nothing", "snoop"]) func workersCanDoNothingElse(_ how: String) throws {
        let (lines, names) = try scrub(how)
        #expect(lines == ["scrubbed", "scrubbed"])
        #expect(names == ["a.pdf", "a.scrubbed.pdf", "b.jpg", "b.scrubbed.jpg"])
    }
}
