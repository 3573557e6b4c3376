import Foundation
import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// A vault that the built command works on, with everything of this device in a folder of its own.
final class CommandVault: Sendable {
    let folder: TemporaryFolder
    var vault: String { folder.file("vault").path }
    var keyFile: String { folder.file("key").path }
    let environment: [String: String]

    static let binary: String = {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return tests.appending(path: "secr-vault").path
    }()

    init() throws {
        folder = try TemporaryFolder()
        for name in ["state", "run"] {
            try FileManager.default.createDirectory(
                at: folder.file(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        environment = ["XDG_STATE_HOME": folder.file("state").path, "XDG_RUNTIME_DIR": folder.file("run").path]
        try folder.write(noise(64, UInt64.random(in: .min ... .max)), to: "key")
        try succeed("init", "--key-file", keyFile, vault)
        try succeed("unlock", "--for", "1h", "--key-file", keyFile, vault)
    }

    deinit { _ = try? Run.program(Self.binary, ["lock", "-q", vault], environment: environment) }

    func run(_ arguments: [String], input: [UInt8] = []) throws -> Run {
        try Run.program(Self.binary, arguments, input: input, environment: environment)
    }

    @discardableResult
    func succeed(_ arguments: String..., input: [UInt8] = []) throws -> Run {
        let run = try run(arguments, input: input)
        if run.status != 0 { throw Failure(arguments: arguments, status: run.status, errors: run.errors) }
        return run
    }

    struct Failure: Error {
        var arguments: [String]
        var status: Int32
        var errors: String
    }

    func put(_ name: String, _ bytes: [UInt8]) throws -> Run {
        try run(["put", "-q", "-f", vault, "-", "--as", name], input: bytes)
    }

    /// Starts a command and kills it after so many microseconds, if it is not done before. Returns whether it was.
    func runAndKill(_ arguments: [String], input: [UInt8], after microseconds: Int) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: Self.binary)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let stdin = folder.file("in\(UInt64.random(in: .min ... .max))")
        try Data(input).write(to: stdin)
        defer { try? FileManager.default.removeItem(at: stdin) }
        process.standardInput = try FileHandle(forReadingFrom: stdin)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(UInt32(microseconds))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return process.terminationReason == .exit && process.terminationStatus == 0
    }

    /// Names of the top folder, and the bytes of what is no folder.
    func contents() throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        let target = folder.file("out\(UInt64.random(in: .min ... .max))")
        defer { try? FileManager.default.removeItem(at: target) }
        try succeed("get", "-q", "-r", "-o", target.path, vault, "/")
        let all = FileManager.default.enumerator(at: target, includingPropertiesForKeys: [.isRegularFileKey])
        for case let file as URL in all!
        where try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
            let name = file.resolvingSymlinksInPath().path.dropFirst(target.resolvingSymlinksInPath().path.count)
            found[String(name)] = Array(try Data(contentsOf: file))
        }
        return found
    }

    var change: Int {
        get throws {
            // The number is the last word; the path before it has digits as well.
            let text = try succeed("trust", vault).text
            return try #require(text.split(separator: " ").last.flatMap { Int($0.filter(\.isNumber)) })
        }
    }
}

/// The built command, killed and crowded. Once at a time, since there is one disk.
@Suite(.serialized) struct ProcessTests {
    /// What a command does to the files of a vault.
    private struct Work {
        var arguments: [String]
        var input: [UInt8] = []
        var after: [String: [UInt8]]
    }

    private func work(
        _ vault: CommandVault, _ files: [String: [UInt8]], _ round: Int, _ generator: inout Seeded
    ) -> Work {
        let name = files.keys.sorted().randomElement(using: &generator) ?? "/none"
        var after = files
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1, 2, 3:
            let target = Bool.random(using: &generator) ? "/f\(round)" : name
            let sizes = [10, 2_000, 3_000, 70_000, 1_500_000]
            let bytes = noise(sizes.randomElement(using: &generator)!, UInt64(round))
            after[target] = bytes
            return Work(
                arguments: ["put", "-q", "-f", vault.vault, "-", "--as", String(target.dropFirst())], input: bytes,
                after: after)
        case 4, 5:
            after["/m\(round)"] = after.removeValue(forKey: name)
            return Work(arguments: ["mv", vault.vault, name, "/m\(round)"], after: after)
        case 6, 7:
            after[name] = nil
            return Work(arguments: ["rm", "-f", vault.vault, name], after: after)
        case 8:
            after["/c\(round)"] = after[name]
            return Work(arguments: ["cp", vault.vault, name, "/c\(round)"], after: after)
        case 9: return Work(arguments: ["mkdir", "-p", vault.vault, "/d/\(round % 3)"], after: after)
        case 10: return Work(arguments: ["gc", "-q", "--now", vault.vault], after: after)
        default: return Work(arguments: ["compact", "-q", vault.vault], after: after)
        }
    }

    @Test func killedAtRandomNothingPromisedIsLost() throws {
        let seed = freshSeed("killed at random")
        var generator = Seeded(seed)
        let vault = try CommandVault()
        var files: [String: [UInt8]] = [:]
        let rounds = isLongRun ? 10_000 : 1_000
        var kills = 0
        // As long as a command takes, and somewhat longer: at every place of it, and not seldom behind its end.
        let watch = ContinuousClock.now
        for _ in 0..<3 { #expect(try vault.put("warm", noise(70_000)).status == 0) }
        let longest = Int((ContinuousClock.now - watch) / .microseconds(1)) / 3 * 5 / 4
        files["/warm"] = noise(70_000)
        for round in 0..<rounds {
            let work = work(vault, files, round, &generator)
            let microseconds = Int.random(in: 1_000...max(longest, 10_000), using: &generator)
            let isDone = try vault.runAndKill(work.arguments, input: work.input, after: microseconds)
            if isDone {
                files = work.after
            } else {
                kills += 1
                // Either it happened or not.
                let found = try vault.contents()
                guard found == files || found == work.after else {
                    let names = Set(found.keys).symmetricDifference(files.keys)
                    Issue.record("seed \(seed), round \(round): \(work.arguments), \(names)")
                    return
                }
                files = found
            }
            if round % 50 == 49 { try vault.succeed("verify", "-q", vault.vault) }
        }
        print("killed \(kills) of \(rounds) commands")
        #expect(kills > rounds / 10 && kills < rounds)
        #expect(try vault.contents() == files)
        // What the killed ones left goes, and there are no strange files.
        try vault.succeed("gc", "-q", "--now", vault.vault)
        try vault.succeed("gc", "-q", "--now", vault.vault)
        try vault.succeed("verify", "-q", vault.vault)
        let script = "find vault -type f | grep -vE '^vault/(secr-vault|slots|o/[0-9a-f]{2}/[0-9a-f]{30})$'"
        #expect(try Run.shell(script, in: vault.folder.path).text == "")
    }

    /// Near its end, where it writes: what costs time before that only reads.
    @Test func aKeyThatIsChangedIsTheOldOneOrTheNewOne() throws {
        let seed = freshSeed("killed while a key is changed")
        var generator = Seeded(seed)
        let vault = try CommandVault()
        #expect(try vault.put("kept", noise(5_000)).status == 0)
        try vault.succeed("lock", "-q", vault.vault)
        var keys = [vault.keyFile, vault.folder.file("other").path]
        try vault.folder.write(noise(64, seed), to: "other")
        func change() -> [String] { ["passwd", "--key-file", keys[0], "--new-key-file", keys[1], vault.vault] }
        let watch = ContinuousClock.now
        try vault.succeed("passwd", "--key-file", keys[0], "--new-key-file", keys[1], vault.vault)
        let duration = Int((ContinuousClock.now - watch) / .microseconds(1))
        keys.reverse()
        for round in 0..<(isLongRun ? 200 : 8) {
            let microseconds = duration - Int.random(in: 0...duration / 5, using: &generator)
            let isDone = try vault.runAndKill(change(), input: [], after: microseconds)
            let opened = try keys.filter {
                let run = try vault.run(["cat", "--key-file", $0, vault.vault, "kept"])
                #expect(run.status == 0 ? run.output == noise(5_000) : run.status == 12)
                return run.status == 0
            }
            try #require(opened.count == 1, "seed \(seed), round \(round): \(opened)")
            #expect(!isDone || opened == [keys[1]])
            if opened == [keys[1]] { keys.reverse() }
        }
        // Whatever was left half way, there is one way in, and it counts.
        let slots = try vault.succeed("slot", "ls", "--json", "--key-file", keys[0], vault.vault).text
        #expect(slots.split(separator: "\n").count == 1)
    }

    @Test func fourProcessesAtOnce() throws {
        let vault = try CommandVault()
        let deadline = ContinuousClock.now + .seconds(60)
        let before = try vault.change
        let victims = Mutex(0)
        // The last one's commands are killed at random: that changes nothing for the others.
        let told = try concurrently(4) { worker -> (files: [String: [UInt8]], changes: Int) in
            var generator = Seeded(UInt64(worker))
            var (files, changes, round): ([String: [UInt8]], Int, Int) = ([:], 0, 0)
            while ContinuousClock.now < deadline {
                round += 1
                let name = "/w\(worker)-\(round)"
                if worker == 3 {
                    let arguments = ["put", "-q", "-f", vault.vault, "-", "--as", "victim\(round % 5)"]
                    _ = try vault.runAndKill(
                        arguments, input: noise(50_000), after: Int.random(in: 1_000...30_000, using: &generator))
                    victims.withLock { $0 += 1 }
                    continue
                }
                let mine = files.keys.sorted().randomElement(using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0 where mine != nil:
                    try vault.succeed("mv", vault.vault, mine!, name)
                    files[name] = files.removeValue(forKey: mine!)
                case 1 where mine != nil:
                    try vault.succeed("rm", vault.vault, mine!)
                    files[mine!] = nil
                default:
                    let bytes = noise([50, 5_000, 200_000].randomElement(using: &generator)!, UInt64(round))
                    try vault.succeed("put", "-q", vault.vault, "-", "--as", String(name.dropFirst()), input: bytes)
                    files[name] = bytes
                }
                changes += 1
            }
            return (files, changes)
        }
        var expected: [String: [UInt8]] = [:]
        for worker in told { expected.merge(worker.files) { $1 } }
        let found = try vault.contents()
        #expect(found.filter { !$0.key.hasPrefix("/victim") } == expected)
        #expect(found.filter { $0.key.hasPrefix("/victim") }.allSatisfy { $0.value == noise(50_000) })
        try vault.succeed("verify", "-q", vault.vault)
        // Of each command that succeeded there is one record, and at most one of each that was killed.
        let changes = try vault.change - before
        let sure = told.reduce(0) { $0 + $1.changes }
        #expect((sure...sure + victims.withLock { $0 }).contains(changes))
        print("\(sure) commands of three processes, \(victims.withLock { $0 }) of a victim")
    }

    // MARK: Injected errors

    private static let hasTracing: Bool = {
        let run = try? Run.program("strace", ["-qq", "-o", "/dev/null", "-e", "inject=getpid:error=EIO", "true"])
        return run?.status == 0
    }()

    /// Each call that writes to the vault fails once, with each error; and once the process is killed instead.
    @Test(.enabled(if: hasTracing), arguments: ["error=EIO", "error=ENOSPC", "error=EIO:signal=SIGKILL"])
    func everyCallCanFail(injection: String) throws {
        let vault = try CommandVault()
        #expect(try vault.put("kept", noise(5_000)).status == 0)
        let calls = ["write", "fsync", "fdatasync", "linkat", "syncfs", "utimensat"]
        var files = ["/kept": noise(5_000)]
        for (number, call) in calls.enumerated() {
            for place in 1...(isLongRun ? 12 : 2) {
                let bytes = noise(100_000, UInt64(100 * number + place))
                let arguments = ["put", "-q", "-f", vault.vault, "-", "--as", "new"]
                let run = try Run.program(
                    "strace",
                    [
                        "-qq", "-f", "-o", "/dev/null", "-e", "inject=\(call):\(injection):when=\(place)",
                        CommandVault.binary,
                    ]
                        + arguments,
                    input: bytes, environment: vault.environment)
                let found = try vault.contents()
                var after = files
                after["/new"] = bytes
                let what = "\(call) number \(place), \(injection): status \(run.status), \(run.errors)"
                if run.status == 0 && !run.wasSignaled {
                    #expect(found == after, "\(what)")
                } else {
                    #expect(found == files || found == after, "\(what)")
                    // A deletion that is not durable, or one's own state, are no reason to fail; all else says what it was.
                    // Calls are counted for each thread: the first write of one can be that of the message.
                    let isMessageLost = call == "write" && place == 1 && run.errors.isEmpty
                    if !injection.contains("SIGKILL") && !isMessageLost {
                        let text = injection.contains("ENOSPC") ? "space" : "error"
                        #expect(run.errors.hasPrefix("secr-vault: error: ") && run.errors.contains(text), "\(what)")
                    }
                }
                try vault.succeed("verify", "-q", vault.vault)
                #expect(try vault.put("new", bytes).status == 0)
                files["/new"] = bytes
            }
        }
        #expect(try vault.contents() == files)
    }
}
