import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// Whenever the power is cut, what was promised is there.
@Suite struct CrashTests {
    /// Works on a vault step by step; each of them is one promise.
    struct Workload: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [@Sendable (Vault) throws -> Void]

        init(_ name: String, _ steps: [@Sendable (Vault) throws -> Void]) {
            testDescription = name
            self.steps = steps
        }
    }

    /// Sizes of all kinds: in the index, in a shared object, in an object of its own.
    private static let sizes = [0, 10, 2_048, 2_049, 5_000, 70_000]

    static let files = Workload(
        "files",
        [
            { try $0.put(sizes.map { ("/f\($0)", noise($0)) }) },
            { try $0.put("/f10", noise(20, 2)) },
            { try $0.put("/f70000", noise(90_000, 3)) },
            { try $0.makeFolder("/a/b") },
            { try $0.move(path("/f5000"), to: path("/a/b/moved"), overwrites: false, now: start) },
            { try $0.move(path("/f2049"), to: path("/f2048"), overwrites: true, now: start) },
            { try $0.copy(path("/a"), to: path("/c"), recursively: true, overwrites: false, now: start) },
            { try $0.remove(path("/a"), recursively: true, now: start) },
            { try $0.makeLink(path("/link"), to: Array("f10".utf8), plain, now: start) },
            { try $0.makeHardLink(path("/hard"), to: path("/f70000"), now: start) },
            { try $0.remove(path("/f70000"), recursively: false, now: start) },
            { try $0.put((0..<30).map { ("/many\($0)", noise(2_000 + 100 * $0, UInt64($0))) }) },
        ])

    /// Checkpoints by request, which take in levels of all sizes.
    static let checkpoints = Workload(
        "checkpoints",
        (0..<5).flatMap { round -> [@Sendable (Vault) throws -> Void] in
            [
                { try $0.put("/r\(round)", noise(40 * round, UInt64(round))) },
                { try $0.put("/b\(round)", noise(3_000, UInt64(round))) },
                { try $0.forgetDeleted() },
                { try $0.remove(path("/b\(round)"), recursively: false, now: start) },
            ]
        })

    /// So many changes that the tail is merged by itself.
    static let merge = Workload("merge", (0..<140).map { round in { try $0.put("/m\(round % 9)", noise(round)) } })

    /// Most of what shares an object goes, one after the other.
    private static let removals: [@Sendable (Vault) throws -> Void] = (0..<9).map { number in
        { try $0.remove(path("/o\(number)"), recursively: false, now: start) }
    }

    static let maintenance = Workload(
        "maintenance",
        [
            { try $0.put((0..<12).map { ("/o\($0)", noise(9_000, UInt64($0))) }) },
            { try $0.put("/large", noise(1_200_000)) },
        ] + removals + [
            { _ = try Compactor($0).run(now: start) },
            { _ = try Collector($0).run(now: start + 2 * day) },
            { _ = try Collector($0).run(now: start + 4 * day) },
            { try $0.remove(path("/large"), recursively: false, now: start) },
            { _ = try Collector($0).run(now: start + 5 * day, waits: false) },
            { try $0.put("/after", noise(8_000)) },
            { _ = try Collector($0).run(now: start + 7 * day) },
        ])

    /// Files that come in parts, each with a change of what is known of it.
    static let downloads = Workload(
        "downloads",
        [500, 0, 3_000, 60_000, 100, 9_000].enumerated().map { part, size -> @Sendable (Vault) throws -> Void in
            { vault in
                let before = try vault.find(path("/download"))?.size ?? 0
                _ = try vault.append(
                    to: path("/download"), ofSize: before, input(noise(size, UInt64(part))), plain, now: start
                ) { try $0.set(Array("\(before)".utf8), of: [1]) }
            }
        } + [
            {
                try $0.changeState { state in
                    try state.moveFile(path("/download"), to: path("/done"), overwrites: false, now: start)
                    try state.set(noise(20_000), of: [2])
                }
            },
            { try $0.changeState { try $0.removeFile(path("/done"), now: start) } },
        ])

    static let all = [files, checkpoints, merge, maintenance, downloads]

    /// A workload that has been run, and what was to be there after each of its steps.
    private struct Recording {
        let keys: AreaKeys
        let start: [ObjectName: [UInt8]]
        let operations: [Recorder.Operation]
        let promises: [Contents]

        init(_ workload: Workload) throws {
            let memory = MemoryStore()
            let first = try Vault.inMemory(memory)
            try first.put("/before", noise(4_000, 99))
            keys = first.keys
            start = memory.contents
            let recorder = Recorder(memory)
            let vault = try first.reopened(on: recorder)
            var promises = [try vault.contents()]
            for (index, step) in workload.steps.enumerated() {
                try step(vault)
                recorder.promise(index + 1)
                promises.append(try vault.contents())
            }
            #expect(vault.checkpointFailure == nil)
            operations = recorder.operations
            self.promises = promises
        }

        func state(_ prefix: Int) -> CrashState { CrashState(start: start, operations: operations, prefix: prefix) }

        /// Opens what is left, and holds it against the promises: those before the cut, or one step more.
        func check(_ state: CrashState, _ fates: [Int: CrashState.Fate], goesOn: Bool) -> String? {
            let store = MemoryStore(state.objects(fates))
            do {
                let vault = try Vault(store, keys, device: nil)
                let report = try Verifier(vault).run(.full)
                if let problem = report.problems.first(where: { !isExpected($0) }) { return problem.text }
                let contents = try vault.contents()
                // A step of several transactions can have come half-way, so that only the rest is compared.
                let before = promises[state.promised]
                let after = promises[min(state.promised + 1, promises.count - 1)]
                let wrong = Set(before.keys).union(after.keys).union(contents.keys).filter {
                    contents[$0] != before[$0] && contents[$0] != after[$0]
                }
                if let name = wrong.min() { return "\(name) is \(contents[name] as Any)" }
                return goesOn ? try workOn(vault, store, contents) : nil
            } catch {
                return "\(error)"
            }
        }

        /// A state that is only half of what it should be still works, and gets whole again.
        private func workOn(_ vault: Vault, _ store: MemoryStore, _ contents: Contents) throws -> String? {
            try vault.put("/new", noise(3_333))
            try vault.forgetDeleted()
            _ = try Collector(vault).run(now: CrashTests.end, waits: false)
            try vault.put("/new2", noise(12))
            try vault.forgetDeleted()
            let again = try vault.reopened()
            if let problem = try Verifier(again).run(.full).problems.first { return "later: \(problem.text)" }
            var expected = contents
            expected["/new"] = .file(noise(3_333))
            expected["/new2"] = .file(noise(12))
            return try again.contents() == expected ? nil : "later something is missing"
        }

        /// A power cut can take what only a repair would need.
        private func isExpected(_ problem: Problem) -> Bool { problem.text.contains("older checkpoint") }
    }

    private static let end = start + 100 * day

    /// Subsets of up to three, while they are few enough.
    private func subsets(_ places: [Int], atMost limit: Int, _ generator: inout Seeded) -> [[Int]] {
        var all: [[Int]] = places.map { [$0] }
        for (index, first) in places.enumerated() {
            for (other, second) in places.enumerated() where other > index {
                all.append([first, second])
                if places.count <= 24 { all += places[(other + 1)...].map { [first, second, $0] } }
            }
        }
        return all.count <= limit ? all : Array(all.shuffled(using: &generator).prefix(limit))
    }

    @Test(arguments: all) func everyPrefixAndSmallSubsetOpens(workload: Workload) throws {
        let seed = freshSeed("crash states of \(workload.testDescription)")
        var generator = Seeded(seed)
        let recording = try Recording(workload)
        var (states, failures) = (0, 0)
        // Of very many like one another, the short run takes some, in each run others.
        let stride = !isLongRun && recording.operations.count > 200 ? 7 : 1
        for prefix in Swift.stride(
            from: Int.random(in: 0..<stride, using: &generator), through: recording.operations.count, by: stride)
        {
            let state = recording.state(prefix)
            var fates: [[Int: CrashState.Fate]] = [[:]]
            for places in subsets(state.uncertain, atMost: isLongRun ? 400 : 3, &generator) {
                fates.append(
                    Dictionary(
                        uniqueKeysWithValues: places.map { ($0, state.fates(at: $0).randomElement(using: &generator)!) }
                    ))
            }
            for fates in fates {
                states += 1
                let failure = recording.check(state, fates, goesOn: states % 8 == 0)
                if let failure {
                    failures += 1
                    Issue.record("seed \(seed), after \(prefix) operations, \(fates): \(failure)")
                    if failures > 2 { return }
                }
            }
        }
        print("\(workload.testDescription): \(recording.operations.count) operations, \(states) states")
    }

    @Test func sampledStatesOpen() throws {
        let seed = freshSeed("sampled crash states")
        var generator = Seeded(seed)
        let recordings = try Self.all.map { try Recording($0) }
        var failures = 0
        for round in 0..<(isLongRun ? 10_000 : 200) {
            let recording = recordings[round % recordings.count]
            let state = recording.state(Int.random(in: 0...recording.operations.count, using: &generator))
            // Sometimes nearly nothing got through, sometimes nearly everything.
            let share = Double.random(in: 0...1, using: &generator)
            var fates: [Int: CrashState.Fate] = [:]
            for place in state.uncertain where Double.random(in: 0...1, using: &generator) < share {
                fates[place] = state.fates(at: place).randomElement(using: &generator)!
            }
            if let failure = recording.check(state, fates, goesOn: round % 4 == 0) {
                failures += 1
                Issue.record(
                    "seed \(seed), \(Self.all[round % recordings.count].testDescription), round \(round): \(failure)")
                if failures > 2 { return }
            }
        }
    }
}
