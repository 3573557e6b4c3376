import Foundation
import SecrRelay
import SecrSystem
import SecrTestSupport
import SecrWire
import SystemPackage
import Testing

/// Keys that are forgotten day by day, and the file in which they lie.
@Suite struct RelayKeysTests {
    let today = Day(rawValue: 20_700)
    let name = StoredName([UInt8](1...16))

    @Test func opensWhatItSealedForThisNameAndDayOnly() throws {
        let keys = RelayKeys(RelayKeys.Link(day: today))
        for content in [[], [1, 2, 3], TestRelay.cell(1)] as [[UInt8]] {
            let sealed = try #require(keys.seal(content, name: name, expires: today.adding(5)))
            #expect(sealed.count == content.count + RelayKeys.overhead)
            #expect(keys.open(sealed, name: name, expires: today.adding(5)) == content)
            #expect(keys.open(sealed, name: name, expires: today.adding(6)) == nil)
            #expect(keys.open(sealed, name: RelayKeys.unusedName(), expires: today.adding(5)) == nil)
            var damaged = sealed
            damaged[sealed.count - 1] ^= 1
            #expect(keys.open(damaged, name: name, expires: today.adding(5)) == nil)
            #expect(keys.open(Array(sealed.dropLast()), name: name, expires: today.adding(5)) == nil)
        }
        #expect(keys.open([], name: name, expires: today) == nil)
        #expect(keys.seal([1], name: name, expires: today.adding(-1)) == nil)
        #expect(keys.seal([1], name: name, expires: today.adding(Command.longestLife)) != nil)
        #expect(keys.seal([1], name: name, expires: today.adding(Command.longestLife + 1)) == nil)
    }

    @Test func sealsNothingTwiceInTheSameWay() throws {
        let keys = RelayKeys(RelayKeys.Link(day: today))
        #expect(keys.seal([1], name: name, expires: today) != keys.seal([1], name: name, expires: today))
    }

    /// In any order of sealing and advancing, the keys of a day are the same until it is over, and gone then.
    @Test func forgetsDayByDay() throws {
        let link = RelayKeys.Link(day: today)
        let (eager, lazy) = (RelayKeys(link), RelayKeys(link))
        let sealed = try (0...30).map { days in
            try #require(eager.seal([UInt8(days)], name: name, expires: today.adding(days)))
        }
        for day in 0...31 {
            eager.advance(to: today.adding(day))
            lazy.advance(to: today.adding(day))
            let fresh = RelayKeys(link.advanced(to: today.adding(day)))
            for (expires, sealed) in sealed.enumerated() {
                let content: [UInt8]? = expires >= day ? [UInt8(expires)] : nil
                for keys in [eager, lazy, fresh] {
                    #expect(keys.open(sealed, name: name, expires: today.adding(expires)) == content)
                }
            }
        }
    }

    @Test func namesStayAndTellNothing() {
        let link = RelayKeys.Link(day: today)
        let address = TestRelay.Owner().address
        #expect(RelayKeys(link).name(of: address) == RelayKeys(link.advanced(to: today.adding(400))).name(of: address))
        #expect(RelayKeys(link).name(of: address) != RelayKeys(RelayKeys.Link(day: today)).name(of: address))
        #expect(RelayKeys(link).name(of: address) != RelayKeys(link).name(of: TestRelay.Owner().address))
    }

    @Test func theFileKeepsThem() throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.path).appending("keys")
        let created = try KeyFile(path, creating: today)
        let sealed = try #require(RelayKeys(created.load()).seal([7], name: name, expires: today.adding(3)))
        let again = try KeyFile(path, creating: today.adding(1))
        #expect(try again.load().day == today)
        #expect(try RelayKeys(again.load()).open(sealed, name: name, expires: today.adding(3)) == [7])
        #expect(try again.advance(to: today.adding(3)).day == today.adding(3))
        #expect(try RelayKeys(again.load()).open(sealed, name: name, expires: today.adding(3)) == [7])
        // Never back.
        #expect(try again.advance(to: today).day == today.adding(3))
        #expect(try again.advance(to: today.adding(4)).day == today.adding(4))
        #expect(try RelayKeys(again.load()).open(sealed, name: name, expires: today.adding(3)) == nil)
        #expect(try FileStatus.of(path, followSymlinks: false)?.mode == 0o600)
    }

    /// What is overwritten is nowhere in the file any more.
    @Test func theFileKeepsNothingElse() throws {
        let folder = try TemporaryFolder()
        let file = try KeyFile(FilePath(folder.path).appending("keys"), creating: today)
        let before = try folder.bytes("keys")
        #expect(before.count == 2 * KeyFile.blockSize)
        let secret = Array(before[64..<96])
        #expect(secret.contains { $0 != 0 })
        _ = try file.advance(to: today.adding(1))
        let after = try folder.bytes("keys")
        #expect(after.count == 2 * KeyFile.blockSize)
        #expect(!after.indices.dropLast(31).contains { Array(after[$0..<$0 + 32]) == secret })
    }

    /// Whatever a power cut leaves of the two writes, there are keys, and the next advance clears the older ones.
    @Test func aPowerCutLeavesKeys() throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.path).appending("keys")
        _ = try KeyFile(path, creating: today).load()
        let old = try folder.bytes("keys")
        _ = try KeyFile(path, creating: nil).advance(to: today.adding(1))
        let new = try folder.bytes("keys")
        let (first, second) = (Array(old[..<KeyFile.blockSize]), Array(new[KeyFile.blockSize...]))
        let torn = Array(second[..<100]) + Array(old[KeyFile.blockSize + 100..<2 * KeyFile.blockSize])
        for (left, day) in [(first + torn, 0), (first + second, 1), (torn + second, 1)] {
            try folder.write(left, to: "keys")
            try makePrivate(path)
            let file = try KeyFile(path, creating: nil)
            #expect(try file.load().day == today.adding(day))
            #expect(try file.advance(to: today.adding(1)).day == today.adding(1))
            let bytes = try folder.bytes("keys")
            #expect(
                bytes[..<KeyFile.blockSize].allSatisfy { $0 == 0 } || bytes[KeyFile.blockSize...].allSatisfy { $0 == 0 }
            )
        }
    }

    private func makePrivate(_ path: FilePath) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path.string)
    }

    @Test func aFileThatCannotBeUsedIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = FilePath(folder.path).appending("keys")
        #expect(throws: KeyFile.Failure.self) { try KeyFile(path, creating: nil) }
        try folder.write([UInt8](repeating: 0, count: 8_192), to: "keys")
        try makePrivate(path)
        #expect(throws: KeyFile.Failure.self) { try KeyFile(path, creating: today).load() }
        try folder.write([1, 2, 3], to: "keys")
        #expect(throws: KeyFile.Failure.self) { try KeyFile(path, creating: today).load() }
    }
}
