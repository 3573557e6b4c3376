import Foundation
import SecrStream
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// What every store of objects has to do.
@Suite struct ObjectStoreTests {
    /// A store of each kind, and what it needs to live.
    struct Subject: Sendable {
        let store: any ObjectStore
        let folder: TemporaryFolder?
    }

    enum Kind: CaseIterable, Sendable {
        case folder, memory

        func make() throws -> Subject {
            switch self {
            case .memory: return Subject(store: MemoryStore(), folder: nil)
            case .folder:
                let folder = try TemporaryFolder()
                try FolderStore.create(in: FilePath(folder))
                return Subject(store: try FolderStore(FilePath(folder)), folder: folder)
            }
        }
    }

    private func name(_ number: UInt8, first: UInt8 = 0xA7) -> ObjectName {
        ObjectName(bytes: [first] + [UInt8](repeating: number, count: 15))!
    }

    private func list(_ store: any ObjectStore) throws -> [ObjectName: Int] {
        var found: [ObjectName: Int] = [:]
        try store.list { name, size in
            #expect(found[name] == nil, "listed twice")
            found[name] = size
        }
        return found
    }

    @Test(arguments: Kind.allCases, [false, true])
    func keepsWhatIsPut(kind: Kind, durably: Bool) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        for (number, size) in [0, 1, 4_096, 100_000].enumerated() {
            let (name, bytes) = (name(UInt8(number)), noise(size, UInt64(number)))
            #expect(try !store.exists(name) && store.get(name) == nil && store.open(name) == nil)
            #expect(try store.put(name, bytes, durably: durably))
            #expect(try store.exists(name) && store.get(name) == bytes)
            #expect(try list(store)[name] == size)
        }
        #expect(try list(store).count == 4)
        try store.sync()
    }

    @Test(arguments: Kind.allCases) func aNameIsTakenOnce(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        #expect(try store.put(name(1), [1], durably: true))
        for durably in [true, false] {
            #expect(try !store.put(name(1), [2, 3], durably: durably))
            #expect(try store.get(name(1)) == [1])
        }
        try store.delete(name(1))
        #expect(try store.put(name(1), [2, 3], durably: true))
        #expect(try store.get(name(1)) == [2, 3])
    }

    @Test(arguments: Kind.allCases, [false, true])
    func ofManyAtOnceOneGetsTheName(kind: Kind, durably: Bool) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        for round in 0..<(durably ? 10 : 60) as Range<UInt8> {
            let wins = try concurrently(8) { thread in
                try store.put(name(round), [UInt8(thread)], durably: durably)
            }
            #expect(wins.count(where: \.self) == 1)
            #expect(try store.get(name(round)) == [UInt8(wins.firstIndex(of: true)!)])
        }
    }

    @Test(arguments: Kind.allCases) func rangesAreRead(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        let bytes = noise(70_000)
        #expect(try store.put(name(1), bytes, durably: false))
        let source = try #require(try store.open(name(1)))
        #expect(source.size == bytes.count)
        for range in [0..<0, 0..<1, 4_095..<4_097, 69_999..<70_000, 0..<70_000, 70_000..<70_000] {
            var buffer = [UInt8](repeating: 0, count: range.count)
            try buffer.withUnsafeMutableBytes { try source.read(at: range.lowerBound, into: $0) }
            #expect(buffer == Array(bytes[range]))
        }
        for offset in [69_999, 70_000, 80_000] {
            var buffer = [UInt8](repeating: 0, count: 2)
            #expect(throws: StoreError.self) {
                try buffer.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
            }
        }
    }

    @Test(arguments: Kind.allCases) func whatIsOpenOutlivesItsName(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        let bytes = noise(10_000)
        #expect(try store.put(name(1), bytes, durably: false))
        let source = try #require(try store.open(name(1)))
        try store.delete(name(1))
        try store.delete(name(1))
        #expect(try !store.exists(name(1)) && list(store).isEmpty)
        #expect(try store.put(name(1), [9], durably: false))
        var buffer = [UInt8](repeating: 0, count: bytes.count)
        try buffer.withUnsafeMutableBytes { try source.read(at: 0, into: $0) }
        #expect(buffer == bytes)
    }

    @Test(arguments: Kind.allCases) func draftsThatAreDroppedLeaveNothing(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        for _ in 0..<20 {
            let draft = try subject.store.makeDraft()
            try noise(5_000).withUnsafeBytes { try draft.write($0) }
            #expect(try list(subject.store).isEmpty)
        }
        // Also those that came too late.
        #expect(try subject.store.put(name(1), [1], durably: false))
        for durably in [false, true] { #expect(try !subject.store.put(name(1), [2], durably: durably)) }
        #expect(try list(subject.store) == [name(1): 1])
        if let folder = subject.folder {
            let files = try Run.shell("find . -type f | sort", in: folder.path).text
            let digits = name(1).hexadecimal
            #expect(files == "./o/\(digits.prefix(2))/\(digits.dropFirst(2))\n")
        }
    }

    @Test(arguments: Kind.allCases) func aDraftIsWrittenInParts(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        let parts = [noise(1), noise(0), noise(70_000), noise(3)]
        let draft = try store.makeDraft()
        for part in parts { try part.withUnsafeBytes { try draft.write($0) } }
        #expect(try draft.publish(name(2), durably: false))
        #expect(try store.get(name(2)) == parts.flatMap(\.self))
    }

    @Test(arguments: Kind.allCases) func whatIsTooLargeIsNotRead(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        let draft = try store.makeDraft()
        let part = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<64 { try part.withUnsafeBytes { try draft.write($0) } }
        try [UInt8](repeating: 1, count: 1).withUnsafeBytes { try draft.write($0) }
        #expect(try draft.publish(name(3), durably: false))
        #expect(throws: StoreError(.tooLarge, name(3))) { try store.get(name(3)) }
    }

    @Test(arguments: Kind.allCases) func manyThreadsPutListAndDelete(kind: Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let store = subject.store
        try concurrently(4) { thread in
            for round in 0..<40 as Range<UInt8> {
                let own = name(round, first: UInt8(thread))
                #expect(try store.put(own, noise(100, UInt64(round)), durably: false))
                if round % 8 == 0 { try store.sync() }
                try store.list { _, size in #expect(size == 100) }
                #expect(try store.get(own) == noise(100, UInt64(round)))
                if round % 2 == 0 { try store.delete(own) }
            }
        }
        #expect(try list(store).count == 80)
    }
}
