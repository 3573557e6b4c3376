import Foundation
import SecrSystem
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// Whenever the power is cut, what was promised is there, whatever the system had not brought to the disk by then.
///
/// As ``CrashTests``, but below the store: a real process is recorded call by call, and each state is a real folder.
@Suite struct SystemCallCrashTests {
    /// A recorded work, and a folder that shows what a power cut left of it.
    private final class Replay {
        let name: String
        let disk: RecordedDisk
        private let promises: [RecordedWork.Promise]
        private let folder: TemporaryFolder
        private var shown: RecordedDisk.State?
        private var checked: Set<Int> = []
        /// What opens files that were seen before: a try takes longer than all the rest.
        private var unlocked: [Int: [String: AreaKeys]] = [:]
        private(set) var states = 0

        init(_ work: RecordedWork, _ neglect: Neglect? = nil) throws {
            name = work.testDescription
            let recorded = try work.disk()
            disk = neglect.map { neglect in recorded.changingSyncs { neglect.change($0, recorded) } } ?? recorded
            promises = try work.promises
            folder = try TemporaryFolder(isInMemory: true)
        }

        private var root: URL { folder.file("disk") }

        /// Makes the folder what is in a state. Objects that both have stay as they are.
        private func show(_ state: RecordedDisk.State) throws {
            let files = FileManager.default
            if shown?.folders != state.folders {
                shown = nil
                try? files.removeItem(at: root)
                for folder in state.folders.sorted() {
                    try files.createDirectory(at: root.appending(path: folder), withIntermediateDirectories: true)
                }
            }
            // Whoever looks at a vault can change everything but its objects.
            for name in ["vault", "state"] where state.folders.contains(name) {
                for file in try files.contentsOfDirectory(atPath: root.path + "/" + name) where file != "o" {
                    try files.removeItem(at: root.appending(path: name + "/" + file))
                }
            }
            func isObject(_ path: String) -> Bool { path.hasPrefix("vault/o/") }
            let old = shown?.files ?? [:]
            for path in old.keys where isObject(path) && state.files[path] == nil {
                try files.removeItem(at: root.appending(path: path))
            }
            for (path, bytes) in state.files where !isObject(path) || old[path] != bytes {
                try Data(bytes).write(to: root.appending(path: path))
            }
            shown = state
        }

        private struct Looked: Hashable {
            var state: RecordedDisk.State
            var promised: Int
        }

        /// How much is done with a state.
        enum Depth: Comparable {
            case contents
            /// Also with what this device remembers.
            case device
            /// And then the work goes on.
            case further
        }

        /// Opens what is left, and holds it against the promises: those before the cut, or one step more.
        ///
        /// - Returns: what is wrong; `nil` also for what was looked at before.
        func fault(at cut: Int, _ fates: [Int: RecordedDisk.Fate] = [:], _ depth: Depth = .contents) -> String? {
            let (state, promised) = (disk.state(at: cut, fates), disk.promised(at: cut))
            guard checked.insert(Looked(state: state, promised: promised).hashValue).inserted else { return nil }
            states += 1
            do {
                try show(state)
                let fault = try fault(state, promised, depth)
                if depth == .further { shown = nil }
                return fault
            } catch {
                shown = nil
                return "\(error)"
            }
        }

        private func fault(_ state: RecordedDisk.State, _ promised: Int, _ depth: Depth) throws -> String? {
            let before = promises[promised]
            let after = promises[min(promised + 1, promises.count - 1)]
            guard let vault = try openedFolder() else {
                return before.contents == nil ? try makeAgain(depth) : "there is no vault"
            }
            // Either passphrase, never both, and never one from before.
            let allowed = Set([before.passphrase, after.passphrase])
            let opening = try keys(vault, state)
            guard let (passphrase, keys) = opening.first, opening.count == 1, allowed.contains(passphrase) else {
                return "\(opening.keys) open"
            }
            let isChanging = allowed.count > 1
            if let fault = remains(state, isErased: promised > 0 && !isChanging) { return fault }
            let area = try vault.open(keys, stateFolder: nil)
            // Everything that is in use is read below.
            let report = try Verifier(area).run(depth == .contents ? .presence : .full)
            if let problem = report.problems.first(where: { !isExpected($0) }) {
                return problem.text
            }
            let slots = try vault.slots(of: area)
            guard slots.count == 1, isChanging || slots[0].isAsWritten else { return "the index has \(slots)" }
            let contents = try area.contents()
            guard contents == before.contents || contents == after.contents else {
                let names = Set((before.contents ?? [:]).keys).union((after.contents ?? [:]).keys).union(contents.keys)
                return "\(names.filter { contents[$0] != before.contents?[$0] }.sorted()) are as in neither state"
            }
            if depth == .contents { return nil }
            // Whatever this device remembers, this is not older.
            let change = try vault.open(keys, stateFolder: RecordedWork.stateFolder(in: root)).change
            guard change == area.change else { return "\(change) changes instead of \(area.change)" }
            return depth == .further ? try workOn(passphrase, contents) : nil
        }

        /// Each passphrase that opens, of all that there ever were.
        private func keys(_ vault: VaultFolder, _ state: RecordedDisk.State) throws -> [String: AreaKeys] {
            let place = ["secr-vault", "slots", "slots.new"].map { state.files["vault/" + $0] }.hashValue
            if let known = unlocked[place] { return known }
            var opening: [String: AreaKeys] = [:]
            for passphrase in Set(promises.map(\.passphrase)) {
                do {
                    opening[passphrase] = try vault.unlock(WatchedVault.credential(passphrase))
                } catch VaultError.wrongKey {}
            }
            unlocked[place] = opening
            return opening
        }

        private func openedFolder() throws -> VaultFolder? {
            do {
                return try VaultFolder(RecordedWork.vault(in: root), weakest: WatchedVault.weak)
            } catch VaultError.notAVault {
                return nil
            }
        }

        /// Making a vault can be tried again where it was stopped.
        private func makeAgain(_ depth: Depth) throws -> String? {
            try VaultFolder.checkIsFree(RecordedWork.vault(in: root))
            if depth < .further { return nil }
            _ = try RecordedWork.make(in: root)
            return try RecordedWork.open(in: root, RecordedWork.first).contents() == [:] ? nil : "not empty"
        }

        /// Of a table that was replaced, the secret is gone before its name is; at the end, all of it.
        private func remains(_ state: RecordedDisk.State, isErased: Bool) -> String? {
            let block = SlotTable.blockSize
            for table in state.replaced where table.original.count == SlotTable.size {
                for start in stride(from: 0, to: isErased ? SlotTable.size : block, by: block) {
                    let isThere = table.bytes[start..<start + 32] == table.original[start..<start + 32]
                    if isThere { return "the old slots are still there from \(start) on" }
                }
            }
            return nil
        }

        /// A state that is only half of what it should be still works, and gets whole again.
        private func workOn(_ passphrase: String, _ contents: Contents) throws -> String? {
            let area = try RecordedWork.open(in: root, passphrase)
            try area.put("/new", noise(3_333))
            try RecordedWork.change(in: root, passphrase, to: "again")
            try area.forgetDeleted()
            _ = try Collector(area).run(now: start + 100 * day)
            let again = try RecordedWork.open(in: root, "again")
            if let problem = try Verifier(again).run(.full).problems.first { return "later: \(problem.text)" }
            return try again.contents() == contents.merging(["/new": .file(noise(3_333))]) { $1 }
                ? nil : "later something is missing"
        }

        /// A power cut can take what only a repair would need.
        private func isExpected(_ problem: Problem) -> Bool { problem.text.contains("older checkpoint") }
    }

    private static let reason: Comment = "strace is not there or not allowed"

    /// So many operations that all small subsets of them can be tried.
    private static let few = 12

    /// Subsets of up to three, or some of them where they are many.
    private func subsets(_ places: [Int], atMost limit: Int, _ generator: inout Seeded) -> [Set<Int>] {
        var all: Set<Set<Int>> = []
        if places.count <= Self.few {
            for first in places {
                for second in places where second >= first {
                    for third in places where third >= second { all.insert([first, second, third]) }
                }
            }
        } else {
            for _ in 0..<limit { all.insert(Set((0..<3).map { _ in places.randomElement(using: &generator)! })) }
        }
        let sorted = all.sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }
        return sorted.count <= limit ? sorted : Array(sorted.shuffled(using: &generator).prefix(limit))
    }

    /// Seldom what takes long.
    private func randomDepth(_ generator: inout Seeded) -> Replay.Depth {
        switch Int.random(in: 0..<16, using: &generator) {
        case 0: .further
        case 1..<6: .device
        default: .contents
        }
    }

    @Test(.enabled(if: SystemCall.canTrace, reason), arguments: RecordedWork.all)
    func everyPrefixAndSmallSubsetOpens(work: RecordedWork) throws {
        let seed = freshSeed("system calls of \(work.testDescription)")
        var generator = Seeded(seed)
        let replay = try Replay(work)
        let cuts = replay.disk.cuts
        var failures = 0
        // Of very many like one another, the short run takes some, in each run others.
        let stride = isLongRun ? 1 : max(1, cuts.count / 45)
        for index in Swift.stride(from: Int.random(in: 0..<stride, using: &generator), to: cuts.count, by: stride) {
            let cut = cuts[index]
            let uncertain = replay.disk.uncertain(at: cut)
            let limit = isLongRun ? uncertain.count <= Self.few ? 400 : 20 : 3
            for places in [Set<Int>()] + subsets(uncertain, atMost: limit, &generator) {
                let fates = places.sorted().map { ($0, replay.disk.randomFate(at: $0, &generator)) }
                let depth = randomDepth(&generator)
                if let fault = replay.fault(at: cut, Dictionary(uniqueKeysWithValues: fates), depth) {
                    failures += 1
                    Issue.record("seed \(seed), after line \(cut), \(fates): \(fault)")
                    if failures > 2 { return }
                }
            }
        }
        print("\(replay.name): \(replay.disk.operations.count) operations, \(cuts.count) cuts, \(replay.states) states")
    }

    @Test(.enabled(if: SystemCall.canTrace, reason)) func sampledStatesOpen() throws {
        let seed = freshSeed("sampled states of system calls")
        var generator = Seeded(seed)
        let replays = try RecordedWork.all.map { try Replay($0) }
        var failures = 0
        for round in 0..<(isLongRun ? 10_000 : 200) {
            let replay = replays[round % replays.count]
            let cut = replay.disk.cuts.randomElement(using: &generator)!
            // Sometimes nearly nothing got through, sometimes nearly everything.
            let share = Double.random(in: 0...1, using: &generator)
            var fates: [Int: RecordedDisk.Fate] = [:]
            for place in replay.disk.uncertain(at: cut) where Double.random(in: 0...1, using: &generator) < share {
                fates[place] = replay.disk.randomFate(at: place, &generator)
            }
            if let fault = replay.fault(at: cut, fates, randomDepth(&generator)) {
                failures += 1
                Issue.record("seed \(seed), \(replay.name), round \(round), after line \(cut): \(fault)")
                if failures > 2 { return }
            }
        }
        print("sampled: \(replays.map(\.states).reduce(0, +)) states")
    }

    // MARK: Whether this finds anything

    /// Where two threads are at work, `strace` writes a call in two lines: neither a sync nor a place may get lost.
    @Test func callsInTwoLinesAreRead() {
        let trace = """
            11  pwrite64(3, "\\x61\\x62", 2, 512 <unfinished ...>
            12  fdatasync(4 <unfinished ...>
            11  <... pwrite64 resumed>)            = 2
            12  <... fdatasync resumed>)           = 0
            11  close(3)                          = 0
            """
        let calls = SystemCall.all(in: Array(trace.utf8))
        #expect(calls.map(\.name) == ["pwrite64", "fdatasync", "close"])
        #expect(calls.map { $0.number(0) } == [3, 4, 3])
        #expect(calls.map(\.start) == [0, 1, 4] && calls.map(\.end) == [2, 3, 4])
        #expect(calls[0].number(3) == 512 && calls[0].result == 2)
    }

    /// A vault that does not sync as it should.
    struct Neglect: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var work: RecordedWork
        /// What becomes of a sync; `nil` for one that is left out.
        var change: @Sendable (RecordedDisk.Sync, RecordedDisk) -> RecordedDisk.Sync?

        /// Leaves out those for which `isMeant` says so, which is told of the first name that the synced file gets.
        init(
            of what: String, in work: RecordedWork,
            _ isMeant: @escaping @Sendable (RecordedDisk.Sync, (path: String, end: Int)?) -> Bool
        ) {
            (testDescription, self.work) = (what, work)
            change = { sync, disk in isMeant(sync, disk.firstName(of: sync.target)) ? nil : sync }
        }

        private init(_ what: String, _ work: RecordedWork) {
            (testDescription, self.work) = (what, work)
            change = { sync, disk in
                guard let name = disk.firstName(of: sync.target), sync.end < name.end else { return sync }
                return RecordedDisk.Sync(target: sync.target, start: name.end + 1, end: name.end + 1)
            }
        }

        static let all = [
            Neglect(of: "records before they have names", in: .files) { sync, name in
                name.map { $0.path.hasPrefix("vault/o/") && sync.end < $0.end } ?? false
            },
            Neglect("records that are synced only when they have names", .files),
            Neglect(of: "objects after they have names", in: .files) { sync, name in
                name.map { $0.path.hasPrefix("vault/o/") && sync.end > $0.end } ?? false
            },
            Neglect(of: "names of objects", in: .files) { sync, _ in
                if case .folder(let path) = sync.target { path.hasPrefix("vault/o/") } else { false }
            },
            Neglect(of: "the file system", in: .wholesale) { sync, _ in sync.target == .everything },
            Neglect(of: "new slots", in: .passphrases) { sync, name in
                name.map { $0.path == "vault/slots.new" && sync.end < $0.end } ?? false
            },
            Neglect("new slots that are synced only when they have a name", .passphrases),
            Neglect(of: "the names of slots", in: .passphrases) { sync, _ in sync.target == .folder("vault") },
            Neglect(of: "old slots that are overwritten", in: .passphrases) { sync, name in
                name.map { $0.path == "vault/slots.new" && sync.end > $0.end } ?? false
            },
            Neglect(of: "the name of the vault", in: .making) { sync, _ in sync.target == .folder("") },
            Neglect(of: "the names in a new vault", in: .making) { sync, _ in sync.target == .folder("vault") },
        ]
    }

    @Test(.enabled(if: SystemCall.canTrace, reason), arguments: Neglect.all)
    func whatIsNotSyncedIsMissed(neglect: Neglect) throws {
        let replay = try Replay(neglect.work, neglect)
        #expect(replay.disk.syncs.map(\.start) != (try neglect.work.disk()).syncs.map(\.start))
        // Most of it shows where something has been promised.
        for cut in replay.disk.promises + replay.disk.cuts.reversed() {
            // All of what can be lost, or one thing of it.
            let uncertain = replay.disk.uncertain(at: cut)
            for lost in [uncertain] + uncertain.suffix(20).map({ [$0] }) {
                let fates = lost.map { ($0, RecordedDisk.Fate.missing) }
                if replay.fault(at: cut, Dictionary(uniqueKeysWithValues: fates)) != nil { return }
            }
        }
        Issue.record("nobody would notice")
    }
}
