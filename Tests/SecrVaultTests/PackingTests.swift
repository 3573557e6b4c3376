import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Files that end where a buffer does.
@Suite struct PackingTests {
    /// The end of such a file is only seen when nothing more comes of it, and then the next one must not follow in an object
    /// whose size has been decided.
    @Test(arguments: [1_048_575, 1_048_576, 1_048_577, 2_097_152, 2_097_153, 3_145_729])
    func aLargeFileAndThenOthers(size: Int) throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        let files = [("large", noise(size, 1)), ("next", noise(700_000, 2)), ("last", noise(30, 3))]
        let next = Mutex(0)
        _ = try vault.put(overwrites: false, now: { WatchedVault.date }) {
            let number = next.withLock { next in
                next += 1
                return next - 1
            }
            guard number < files.count else { return nil }
            let (name, bytes) = files[number]
            let position = Position()
            let input = ContentInput(expectedSize: bytes.count) { buffer in
                let part = position.take(buffer.count, of: bytes)
                buffer.copyBytes(from: part)
                return part.count
            }
            return .init(
                try VaultPath(Array(name.utf8)), .file(input), .init(mode: 0o600, modified: WatchedVault.date))
        }
        for (name, bytes) in files { #expect(try vault.bytes(VaultPath(Array(name.utf8))) == bytes, "\(name)") }
        #expect(try Verifier(vault).run(.full).problems == [])
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
}
