import Foundation
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Numbers of objects that were cleared away are given out again, and nobody clears away the second one.
@Suite struct NumberReuseTests {
    /// Each file lies in an object of its own, as large ones do.
    private func putObjects(_ count: Int, in folder: String, _ vault: Vault) throws {
        let attributes = NewAttributes(mode: 0o755, modified: WatchedVault.date)
        try vault.makeFolder(VaultPath(Array(folder.utf8)), parents: false, attributes, now: 1)
        let next = Mutex(0)
        let content = noise(2_100, 1)
        _ = try vault.put(overwrites: false, now: { WatchedVault.date }) {
            let number = next.withLock { next in
                next += 1
                return next
            }
            if number > count { return nil }
            let position = Position()
            let input = ContentInput(expectedSize: 1 << 20) { buffer in
                let part = position.take(buffer.count, of: content)
                buffer.copyBytes(from: part)
                return part.count
            }
            return .init(try VaultPath(Array("\(folder)/\(number)".utf8)), .file(input), attributes)
        }
    }

    private final class Position: Sendable {
        private let value = Mutex(0)

        func take(_ count: Int, of bytes: [UInt8]) -> ArraySlice<UInt8> {
            value.withLock { value in
                defer { value = min(value + count, bytes.count) }
                return bytes[value..<min(value + count, bytes.count)]
            }
        }
    }

    @Test func gcThatWasStoppedDoesNotTakeWhatCameLater() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        try vault.put("kept", noise(4_000, 0))
        let before = try Set(watched.objects)
        try putObjects(400, in: "old", vault)
        try vault.remove(VaultPath("/old"), recursively: true, now: WatchedVault.date)
        // Objects are gone, and the index has not been told: where older versions were stopped.
        let examples = FormatExamples(try watched.located(), watched.keys)
        let present = try Set(watched.objects).subtracting(before)
        let numbers = (0..<65_536 as Range<UInt64>).filter { number in
            guard let name = examples.name(1, number) else { return false }
            return present.contains("o/\(name.prefix(2))/\(name.dropFirst(2))")
        }
        #expect(numbers.count == 400)
        for number in numbers {
            guard let name = examples.name(1, number) else { continue }
            try watched.delete("o/\(name.prefix(2))/\(name.dropFirst(2))")
        }
        // Enough new ones that some get such a number.
        try putObjects(1_200, in: "new", vault)
        _ = try Collector(vault).run(now: WatchedVault.date, waits: false)
        let problems = try Verifier(vault).run(.presence).problems
        #expect(problems == [], "\(problems.count) objects are gone")
    }
}
