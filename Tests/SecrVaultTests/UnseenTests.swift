import Foundation
import SecrCrypto
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// What somebody finds who has copies of the folder and of the device's state, and no key: nothing but sizes in classes.
@Suite struct UnseenTests {
    /// Of names, contents, labels and passphrases.
    static let token = "Zyxomorph"
    static let time: Int64 = 1_098_765_432_123_456_789
    static let size = 2_345_678

    private final class Calls: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// After all kinds of work, also work that was stopped.
    private func makeVault() throws -> (vault: WatchedVault, copies: [[String: [UInt8]]]) {
        let watched = try WatchedVault(passphrase: Self.token)
        let vault = try watched.open()
        var copies: [[String: [UInt8]]] = []
        func note() throws { copies.append(try watched.snapshot()) }
        let text = Array((Self.token + " ").utf8)
        let long = Array(repeatElement(text, count: Self.size / text.count + 1).joined().prefix(Self.size))
        try note()
        try vault.put(Self.token + " in the index", text)
        try vault.put(Self.token + " alone", long)
        for number in 0..<70 { try vault.put("\(Self.token) \(number)", Array(long.prefix(number * 100))) }
        try note()
        try vault.makeFolder(
            VaultPath(Array("\(Self.token) folder".utf8)), parents: false,
            NewAttributes(
                mode: 0o700, owner: 0x5A5A_1234, group: 0x1234_5A5A, modified: Self.time,
                extended: [.init(name: text, value: Array(long.prefix(900)))]), now: Self.time)
        try vault.makeLink(
            VaultPath(Array("link".utf8)), to: text, NewAttributes(mode: 0o777, modified: Self.time), now: Self.time)
        for number in 0..<30 {
            try vault.remove(VaultPath(Array("\(Self.token) \(number)".utf8)), recursively: false, now: Self.time)
        }
        try note()
        // A put that is stopped: its objects stay behind.
        struct Stop: Error {}
        let given = Mutex(0)
        let before = try watched.objects.count
        #expect(throws: Stop.self) {
            try vault.put(overwrites: false, now: { Self.time }) {
                let number = given.withLock { given in
                    given += 1
                    return given
                }
                let calls = Calls()
                // The first has an object of its own, which is there when the second stops.
                let input = ContentInput(expectedSize: 1 << 20) { buffer in
                    if number == 2 { throw Stop() }
                    if calls.next() > 2 { return 0 }
                    for index in buffer.indices { buffer[index] = text[index % text.count] }
                    return buffer.count
                }
                let path = try VaultPath(Array("stopped \(number)".utf8))
                return .init(path, .file(input), .init(mode: 0o600, modified: Self.time))
            }
        }
        #expect(try watched.objects.count == before + 1)
        try note()
        let folder = try watched.located()
        try folder.addSlot(
            vault, WatchedVault.credential(Self.token + " 2"), isRecovery: false, label: text, now: Self.time)
        try folder.change(
            WatchedVault.credential(Self.token), to: WatchedVault.credential(Self.token + " 3"),
            stateFolder: watched.stateFolder, now: Self.time)
        try note()
        _ = try Compactor(vault).run(now: Self.time)
        _ = try Collector(vault).run(now: Self.time, waits: false)
        try vault.forgetDeleted()
        try note()
        #expect(try Verifier(vault).run(.full).problems == [])
        return (watched, copies)
    }

    @Test func nothingIsWrittenDown() throws {
        let (watched, copies) = try makeVault()
        let state = try FileManager.default.contentsOfDirectory(atPath: watched.stateFolder.string)
        #expect(state.count == 1 && state.allSatisfy { $0.count == 32 })
        var files = try state.map { ("state", try watched.folder.bytes("state/" + $0)) }
        #expect(files[0].1.count == 16_384)
        for copy in copies { files += copy.map { ($0.key, $0.value) } }
        var needles = ["Zyxomorph", "SQLite format", "CREATE TABLE"].map { Array($0.utf8) }
        for date in [Self.time, WatchedVault.date] {
            needles.append(withUnsafeBytes(of: date.bigEndian) { Array($0) })
            needles.append(withUnsafeBytes(of: date) { Array($0) })
        }
        // In six bytes, as SQLite would write it, which do not come by chance.
        needles.append(Array(withUnsafeBytes(of: Int64(Self.size).bigEndian) { Array($0) }.suffix(6)))
        for (name, bytes) in files {
            let data = Data(bytes)
            for needle in needles {
                #expect(data.range(of: Data(needle)) == nil, "\(name) has \(needle)")
            }
        }
    }

    @Test func namesSizesAndDatesTellNothing() throws {
        let (watched, copies) = try makeVault()
        for copy in copies {
            for (file, bytes) in copy {
                switch file {
                case "secr-vault": #expect(bytes.count == 64)
                case "slots": #expect(bytes.count == 36_864)
                default:
                    #expect(file.contains(#/^o/[0-9a-f]{2}/[0-9a-f]{30}$/#), "\(file)")
                    #expect(Self.isClass(bytes.count), "\(file) has \(bytes.count) bytes")
                }
            }
        }
        for file in try watched.files {
            let attributes = try FileManager.default.attributesOfItem(atPath: watched.path + "/" + file)
            let date = try #require(attributes[.modificationDate] as? Date)
            #expect(date.timeIntervalSince1970 == 946_684_800, "\(file): \(date)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    /// Computed another way than the library does it: few digits behind the first (PETS 2019, section 4).
    private static func isClass(_ size: Int) -> Bool {
        if size <= 4_096 { return size == 4_096 }
        let digits = String(size, radix: 2)
        let kept = String(digits.count - 1, radix: 2).count + 1
        return size <= 64 << 20 && digits.dropFirst(kept).allSatisfy { $0 == "0" }
    }

    /// Every byte of every file but the marker looks random. Of all tests together one in a million would fail by chance.
    @Test func everyByteLooksRandom() throws {
        let (watched, copies) = try makeVault()
        var seen: Set<[UInt8]> = []
        var screen = RandomnessScreen()
        let state = try FileManager.default.contentsOfDirectory(atPath: watched.stateFolder.string)
        for name in state { screen.add("state", try watched.folder.bytes("state/" + name)) }
        for copy in copies {
            for (file, bytes) in copy where file != "secr-vault" && seen.insert(bytes).inserted {
                screen.add(file, bytes)
            }
        }
        for problem in screen.problems(chance: 1e-6) { Issue.record("\(problem)") }
        #expect(screen.bytes > 4 << 20)
    }

    /// It finds what it should: a screen that passes everything is worth nothing.
    @Test func theScreenFindsWhatIsNotRandom() {
        let random = SecureRandom.bytes(65_536)
        var padded = random
        padded.replaceSubrange(1_000..<1_008, with: repeatElement(0, count: 8))
        var biased = random
        for index in biased.indices where index % 16 == 0 { biased[index] &= 0x7F }
        let repeated = Array(random.prefix(32_768)) + random.prefix(32_768)
        let counted = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
        for (what, bytes) in [("zeros", padded), ("bias", biased), ("repetition", repeated), ("counter", counted)] {
            var screen = RandomnessScreen()
            screen.add(what, bytes)
            #expect(!screen.problems(chance: 1e-6).isEmpty, "\(what)")
        }
        var screen = RandomnessScreen()
        screen.add("random", random)
        #expect(screen.problems(chance: 1e-6) == [])
    }

    /// Two vaults of the same things share nothing.
    @Test func sameThingsLookDifferent() throws {
        let made = try (0..<2).map { _ in
            let watched = try WatchedVault()
            try watched.put("same", noise(9_000, 1), in: watched.open())
            return try watched.snapshot()
        }
        let names = made.map { Set($0.keys.filter { $0.hasPrefix("o/") }) }
        #expect(names[0].isDisjoint(with: names[1]))
        // No block of 16 bytes is in both, or twice in one.
        var blocks: Set<ArraySlice<UInt8>> = []
        var count = 0
        for snapshot in made {
            for (file, bytes) in snapshot where file != "secr-vault" {
                for at in stride(from: 0, to: bytes.count - 15, by: 16) {
                    blocks.insert(bytes[at..<at + 16])
                    count += 1
                }
            }
        }
        #expect(blocks.count == count)
    }

    @Test func aMarkerThatAsksForTooMuchIsRefusedAtOnce() throws {
        let watched = try WatchedVault()
        let marker = try watched.bytes("secr-vault")
        func asking(_ memory: UInt32, _ passes: UInt8) -> [UInt8] {
            var changed = marker
            changed[12] = passes
            changed.replaceSubrange(16..<20, with: withUnsafeBytes(of: memory.bigEndian, Array.init))
            return changed
        }
        let clock = ContinuousClock()
        for (memory, passes) in [
            (UInt32.max, 3), (1_048_577, 3), (262_144, 17), (262_144, 255), (262_143, 3), (262_144, 2), (0, 0), (8, 1),
        ] as [(UInt32, UInt8)] {
            try watched.overwrite("secr-vault", asking(memory, passes))
            let time = clock.measure {
                #expect(throws: VaultError.damaged(.marker)) { try VaultFolder(FilePath(watched.path)) }
            }
            #expect(time < .milliseconds(100), "\(memory) KiB, \(passes) passes")
        }
        for (memory, passes) in [(262_144, 3), (1_048_576, 16)] as [(UInt32, UInt8)] {
            try watched.overwrite("secr-vault", asking(memory, passes))
            _ = try VaultFolder(FilePath(watched.path))
        }
    }
}
