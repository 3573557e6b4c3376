import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// A vault as a file system, used by several threads at once.
@Suite struct FileSystemConcurrencyTests {
    private static let top: Int64 = 1
    private static let size = 1_500_000

    /// Each thread writes a file of its own and reads what it wrote, while one after the other makes everything durable.
    @Test func threadsDoNotDisturbEachOther() throws {
        let vault = try Vault.inMemory()
        var limits = VaultFileSystem.Limits()
        (limits.memory, limits.chunk, limits.changes) = (300_000, 64_000, 50)
        let files = VaultFileSystem(vault, limits)
        let left = Mutex(4)
        let problems = try concurrently(5) { thread -> Int in
            guard thread > 0 else {
                while left.withLock({ $0 > 0 }) { try files.commit() }
                return 0
            }
            defer { left.withLock { $0 -= 1 } }
            return try Self.write(thread, files)
        }
        #expect(problems == [0, 0, 0, 0, 0])
        try files.commit()
        let there = try vault.reopened()
        for thread in 1...4 { #expect(try there.bytes("/\(thread)") == noise(Self.size, UInt64(thread))) }
        #expect(try there.contents().count == 4)
        try there.expectWhole()
    }

    /// - Returns: how often something else was read than written.
    private static func write(_ thread: Int, _ files: VaultFileSystem) throws -> Int {
        var random = Seeded(UInt64(thread))
        let bytes = noise(size, UInt64(thread))
        let name = Array("\(thread)".utf8)
        let file = try files.create(name, in: top, mode: 0o644, owner: 0, group: 0).file
        defer { files.close(file) }
        var (end, problems) = (0, 0)
        while end < bytes.count {
            let next = min(bytes.count, end + Int.random(in: 1..<20_000, using: &random))
            try bytes[end..<next].withUnsafeBytes { try files.write($0, to: file, at: end) }
            try files.relieve()
            end = next
            let start = Int.random(in: 0..<end, using: &random)
            let range = start..<min(end, start + Int.random(in: 1..<100_000, using: &random))
            try files.read(file, at: start, count: range.count) { found in
                if !found.elementsEqual(bytes[range]) { problems += 1 }
            }
            files.readAhead(file)
            // A name that comes and goes.
            let other = Array("other-\(thread)".utf8)
            _ = try files.make(.file, other, in: top, mode: 0o644, owner: 0, group: 0)
            try files.rename(other, in: top, to: other + [0x61], in: top, .replacing)
            try files.remove(other + [0x61], from: top, isFolder: false)
        }
        return problems
    }
}
