import Foundation
import SecrStream
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// What only a store in a folder has to do.
@Suite struct FolderStoreTests {
    private let folder: TemporaryFolder
    private let store: FolderStore

    init() throws {
        folder = try TemporaryFolder()
        try FolderStore.create(in: FilePath(folder))
        store = try FolderStore(FilePath(folder))
    }

    private func name(_ number: UInt8, first: UInt8 = 0x0A) -> ObjectName {
        ObjectName(bytes: [first] + [UInt8](repeating: number, count: 15))!
    }

    private func count(_ store: any ObjectStore) throws -> Int {
        var count = 0
        try store.list { _, _ in count += 1 }
        return count
    }

    @Test func aPathIsTheNameAndTheDateSaysNothing() throws {
        for (number, durably) in [(1, true), (2, false)] as [(UInt8, Bool)] {
            #expect(try store.put(name(number), noise(9), durably: durably))
            let file = folder.file("o/0a/" + String(repeating: "0\(number)", count: 15)).path
            let status = try #require(try FileStatus.of(FilePath(file), followSymlinks: false))
            #expect(status.size == 9 && status.mode & 0o777 == 0o600)
            let dates = try Run.program("stat", ["-c", "%X %Y", file]).text
            #expect(dates == "946684800 946684800\n")
        }
    }

    @Test func folderNamesAreAlwaysThere() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("o").path).sorted()
        #expect(names.count == 256 && names.first == "00" && names.last == "ff")
        // A second time does no harm.
        #expect(try store.put(name(1), [1], durably: true))
        try FolderStore.create(in: FilePath(folder))
        #expect(try store.get(name(1)) == [1])
    }

    @Test func whatIsNoObjectIsLeftAlone() throws {
        #expect(try store.put(name(1), [1], durably: false))
        let digits = String(repeating: "0", count: 30)
        let strange = [
            "o/readme", "o/0a/\(digits)0", "o/0a/" + digits.dropLast(), "o/0a/\(digits.dropLast())G",
            "o/0a/\(digits.dropLast())A", "o/0a/.secr-abc", "o/zz/\(digits)", "o/0A/\(digits)", "o/0a/x/\(digits)",
        ]
        for file in strange { try folder.write([7], to: file) }
        let script = """
            mkdir o/0b/\(digits) && ln -s ../0a/\(name(1).hexadecimal.dropFirst(2)) o/0c/\(digits) \
            && mkfifo o/0d/\(digits) && ln -s nowhere o/0e/\(digits)
            """
        #expect(try Run.shell(script, in: folder.path).status == 0)
        #expect(try count(store) == 1)
        // A link is no object, and a FIFO must not block.
        #expect(throws: StoreError.self) { try store.open(ObjectName(hexadecimal: "0c" + digits)!) }
        for prefix in ["0b", "0d"] { _ = try? store.get(ObjectName(hexadecimal: prefix + digits)!) }
        for file in strange { #expect(try folder.bytes(file) == [7]) }
    }

    @Test func aFolderThatIsMissingIsAnEmptyOne() throws {
        #expect(try Run.shell("rmdir o/0a", in: folder.path).status == 0)
        #expect(try !store.exists(name(1)) && store.get(name(1)) == nil && count(store) == 0)
        try store.delete(name(1))
        #expect(throws: StoreError.self) { try store.put(name(1), [1], durably: true) }
    }

    @Test func namesAreExact() {
        let digits = "0123456789abcdef0123456789abcdef"
        #expect(ObjectName(hexadecimal: digits)?.hexadecimal == digits)
        for wrong in [
            "", String(digits.dropLast()), digits + "0", digits.uppercased(), "g" + digits.dropFirst(),
            "+1" + digits.dropFirst(2), " 1" + digits.dropFirst(2), "é" + digits.dropFirst(2),
        ] {
            #expect(ObjectName(hexadecimal: wrong) == nil, "\(wrong)")
        }
        for count in [0, 15, 17] { #expect(ObjectName(bytes: [UInt8](repeating: 1, count: count)) == nil) }
        let keys = makeKeys()
        let purposes: [ObjectName.Purpose] = [.data, .record, .root, .pages, .milestone]
        let names = purposes.flatMap { purpose in (0..<50).map { keys.name(purpose, $0) } }
        #expect(Set(names).count == names.count)
        #expect(Set(names).isDisjoint(with: purposes.map { makeKeys().name($0, 1) }))
    }

    /// Runs in a mounted file system of its own.
    private func withFileSystem(_ options: String, _ body: (TemporaryFolder) throws -> Void) throws {
        guard Run.canMount else { return }
        let folder = try TemporaryFolder()
        try #require(try Run.shell("mount -t tmpfs -o \(options) none .", in: folder.path).status == 0)
        defer { _ = try? Run.program("umount", ["-l", folder.path]) }
        try body(folder)
    }

    @Test(.enabled(if: Run.canMount)) func aFullDiskIsAnErrorThatLeavesNothing() throws {
        try withFileSystem("size=2m") { folder in
            try FolderStore.create(in: FilePath(folder))
            let store = try FolderStore(FilePath(folder))
            #expect(try store.put(name(1), noise(1 << 20), durably: true))
            for durably in [true, false] {
                let error = #expect(throws: StoreError.self) {
                    try store.put(name(2), noise(2 << 20), durably: durably)
                }
                guard case .system(let cause) = error?.reason else { Issue.record("\(error as Any)"); continue }
                #expect(cause.errno == .noSpace && error?.isUncertain == false)
            }
            #expect(try count(store) == 1)
            #expect(try store.put(name(2), noise(1 << 19), durably: true), "what failed takes no room")
        }
    }

    @Test(.enabled(if: Run.canMount)) func aFolderThatCannotBeWrittenIsRead() throws {
        try withFileSystem("size=4m") { folder in
            try FolderStore.create(in: FilePath(folder))
            #expect(try FolderStore(FilePath(folder)).put(name(1), noise(9), durably: true))
            try #require(try Run.program("mount", ["-o", "remount,ro", folder.path]).status == 0)
            let store = try FolderStore(FilePath(folder))
            #expect(try store.get(name(1)) == noise(9) && count(store) == 1)
            for work in [{ _ = try store.put(name(2), [1], durably: false) }, { try store.delete(name(1)) }] {
                let error = #expect(throws: StoreError.self) { try work() }
                guard case .system(let cause) = error?.reason else { Issue.record("\(error as Any)"); continue }
                #expect(cause.errno == .readOnlyFileSystem)
            }
        }
    }

    /// Who asks for durability must not be answered while another one's sync, which took over what was waiting, goes on.
    @Test func oneSyncWaitsForTheOther() throws {
        let part = noise(1 << 20)
        for round in 0..<2 as Range<UInt8> {
            let draft = try store.makeDraft()
            for _ in 0..<12 { try part.withUnsafeBytes { try draft.write($0) } }
            #expect(try draft.publish(name(round), durably: false))
            let begun = Atomic(false)
            let done = Atomic(false)
            let (store, folder) = (store, folder)
            try withExtendedLifetime(folder) {
                let thread = DispatchGroup()
                thread.enter()
                Thread.detachNewThread {
                    begun.store(true, ordering: .sequentiallyConsistent)
                    try? store.sync()
                    done.store(true, ordering: .sequentiallyConsistent)
                    thread.leave()
                }
                while !begun.load(ordering: .sequentiallyConsistent) {}
                usleep(3_000)
                try store.sync()
                let wasDone = done.load(ordering: .sequentiallyConsistent)
                usleep(2_000)
                // Either the other one was done, or it is now at once.
                #expect(wasDone || done.load(ordering: .sequentiallyConsistent))
                thread.wait()
            }
            try store.delete(name(round))
        }
    }
}
