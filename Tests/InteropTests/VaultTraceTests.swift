import Foundation
import SecrTestSupport
import Testing

/// What a vault's commands do as the system sees it, and as somebody does who watches from outside.
@Suite(.serialized) struct VaultTraceTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 5) }, to: "key")
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 7) }, to: "other-key")
        try folder.write(Array("correct horse".utf8), to: "pass")
        try folder.write(Array("battery staple".utf8), to: "other")
        try folder.write((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }, to: "large")
        try folder.write([1, 2, 3], to: "small")
    }

    private var environment: [String: String] {
        ["XDG_STATE_HOME": folder.file("state").path, "XDG_RUNTIME_DIR": folder.file("run").path]
    }

    private func vault(_ arguments: [String]) throws -> Run {
        try Run.vault(arguments, in: folder.path, environment: environment)
    }

    static let calls =
        "open,openat,creat,link,linkat,rename,renameat,renameat2,mkdir,mkdirat,symlink,symlinkat,mknod,mknodat,memfd_create"
    static let canTrace = (try? Run.shell("strace -f -y -o /dev/null true"))?.status == 0

    /// SQLite has a journal and temporary files, others have lock files: none of it here, wherever.
    @Test(.enabled(if: canTrace, "strace is not there or not allowed"))
    func nothingIsWrittenAnywhereElse() throws {
        let steps = [
            ["init", "vault", "--key-file", "key"], ["put", "vault", "large", "small", "--key-file", "key"],
            ["put", "-f", "vault", "large", "--key-file", "key"], ["ls", "-l", "vault", "--key-file", "key"],
            ["get", "vault", "large", "--output-dir", "out", "--key-file", "key"],
            ["mv", "vault", "small", "moved", "--key-file", "key"], ["verify", "vault", "--key-file", "key"],
            ["slot", "add", "vault", "--new-key-file", "other-key", "--key-file", "key"],
            ["compact", "vault", "--key-file", "key"], ["gc", "vault", "--key-file", "key"],
        ]
        try FileManager.default.createDirectory(at: folder.file("out"), withIntermediateDirectories: true)
        for step in steps {
            let run = try Run.program(
                "strace", ["-f", "-y", "-s", "4096", "-o", "trace", "-e", "trace=" + Self.calls, Run.vault] + step,
                in: folder.path, environment: environment)
            try #require(run.status == 0, "\(step): \(run.errors)")
            let lines = try String(decoding: folder.bytes("trace"), as: UTF8.self).split(separator: "\n")
            #expect(lines.contains { $0.contains("openat") })
            for line in lines where isWriting(line) && !line.contains(" = -1 ") {
                #expect(isExpected(line), "\(step[0]): \(line)")
            }
        }
    }

    private func isWriting(_ line: Substring) -> Bool {
        if ["open(", "openat("].contains(where: line.contains) {
            return ["O_CREAT", "O_TMPFILE", "O_WRONLY", "O_RDWR"].contains(where: line.contains)
        }
        return !line.contains("+++") && !line.contains("---") && !line.contains("resumed>")
    }

    /// Every path in it, of a descriptor or given, is the vault's, the state's or an output.
    private func isExpected(_ line: Substring) -> Bool {
        let root = folder.file("").path
        let descriptors = line.matches(of: #/[0-9]<(/[^>]*)>/#).map { String($0.1) }
        let names = line.matches(of: #/"((?:[^"\\]|\\.)*)"/#).map { String($0.1) }
        let isAnchored = descriptors.contains { $0.hasPrefix(root) && $0 != root }
        return names.allSatisfy { name in
            if ["/dev/null", "/dev/tty"].contains(name) || name.hasPrefix("/proc/self/fd/") { return true }
            if !name.hasPrefix("/") && isAnchored { return isPattern(name) }
            let path = name.hasPrefix("/") ? name : root + "/" + name
            return ["vault", "state", "out", "run"].contains { path.hasPrefix("\(root)/\($0)") }
        }
    }

    /// As the page says that files are called.
    private func isPattern(_ name: String) -> Bool {
        [".", "secr-vault", "slots", "slots.new", "large"].contains(name)
            || name.contains(#/^[0-9a-f]{2}(/[0-9a-f]{30})?$/#) || name.contains(#/^[0-9a-f]{32}$/#)
    }

    /// One run of Argon2id, and the same words, whatever is wrong.
    @Test func whatIsWrongLooksTheSame() throws {
        #expect(try vault(["init", "vault", "--passphrase-file", "pass"]).status == 0)
        #expect(try vault(["put", "vault", "small", "--passphrase-file", "pass"]).status == 0)
        let slots = try folder.bytes("vault/slots")
        let clock = ContinuousClock()
        func attempt(_ credential: [String]) throws -> (run: Run, time: Duration) {
            var run: Run?
            let times = try (0..<2).map { _ in
                try clock.measure { run = try vault(["ls", "vault"] + credential) }
            }
            return (try #require(run), times.min()!)
        }
        var attempts = try [
            attempt(["--passphrase-file", "other"]), attempt(["--key-file", "key"]),
            attempt(["--passphrase-file", "pass", "--key-file", "key"]),
        ]
        var noise = SystemRandomNumberGenerator()
        try folder.write(
            Array(slots.prefix(4_096)) + (0..<32_768).map { _ in .random(in: 0...255, using: &noise) },
            to: "vault/slots")
        attempts.append(try attempt(["--passphrase-file", "pass"]))
        try folder.write([UInt8](repeating: 0, count: 36_864), to: "vault/slots")
        attempts.append(try attempt(["--passphrase-file", "pass"]))
        try folder.write(slots, to: "vault/slots")
        for (run, _) in attempts {
            #expect(run.status == 12 && run.output.isEmpty)
            #expect(run.errors == attempts[0].run.errors && run.errors.contains("wrong passphrase or key"))
        }
        let right = try attempt(["--passphrase-file", "pass"])
        #expect(right.run.status == 0)
        let times = attempts.map(\.time) + [right.time]
        #expect(times.max()! < times.min()! * 1.6, "\(times)")
    }

    @Test(arguments: [[UInt8]]([[0xFF, 0xFF, 0xFF, 0xFF], [0, 0x40, 0, 1], [0, 3, 0xFF, 0xFF], [0, 0, 0, 0]]))
    func aMarkerThatAsksForTooMuchOrTooLittleIsRefusedAtOnce(memory: [UInt8]) throws {
        let marker = Array("secr-vault\0".utf8) + [1, 3, 0, 0, 0] + memory + [UInt8](repeating: 0, count: 44)
        try folder.write(marker, to: "vault/secr-vault")
        try folder.write([UInt8](repeating: 7, count: 36_864), to: "vault/slots")
        var run: Run?
        // Less address space than the least of what is allowed would need.
        let time = try ContinuousClock().measure {
            run = try Run.shell(
                "ulimit -v 250000; exec \"$TOOL\" ls vault --key-file key", in: folder.path,
                environment.merging(["TOOL": Run.vault]) { $1 })
        }
        #expect(run?.status == 13 && run?.errors.contains("too much memory") == true, "\(run?.errors ?? "")")
        #expect(time < .seconds(1))
    }
}
