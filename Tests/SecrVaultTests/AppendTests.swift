import SecrCrypto
import SecrStream
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// Files that grow piece by piece, and files that come together with a change of state.
@Suite struct AppendTests {
    private let store = MemoryStore()
    private let vault: Vault

    init() throws { vault = try Vault.inMemory(store) }

    private struct Own: Error {}

    @discardableResult
    private func append(
        _ bytes: [UInt8], at size: Int, to name: String = "/file", in vault: Vault? = nil, now: Int64 = start,
        alongside: (StateTransaction) throws -> Void = { _ in }
    ) throws -> Int {
        try (vault ?? self.vault).append(
            to: path(name), ofSize: size, input(bytes), NewAttributes(mode: 0o600, modified: now), now: now,
            alongside: alongside)
    }

    /// Names of data objects that are there.
    private func objects() throws -> Set<ObjectName> {
        let all = Set((0..<65_536).map { vault.keys.name(.data, $0) })
        return Set(store.contents.keys).intersection(all)
    }

    /// Around the limit up to which contents lie in the index.
    private static let sizes = [0, 1, 100, 1_024, 2_047, 2_048, 2_049, 5_000, 70_000]

    @Test(arguments: sizes) func aPartOfAnySizeGoesBehindAnyOther(first: Int) throws {
        for second in Self.sizes {
            for third in [0, 1, 3_000] {
                let name = "/\(second)-\(third)"
                let parts = [noise(first), noise(second, 2), noise(third, 3)]
                var whole: [UInt8] = []
                for part in parts {
                    #expect(try append(part, at: whole.count, to: name) == whole.count + part.count)
                    whole += part
                    #expect(try vault.bytes(name) == whole && vault.stat(path(name)).size == whole.count)
                }
            }
        }
        try vault.expectWhole()
        let contents = try vault.contents()
        #expect(try vault.reopened().contents() == contents)
        for name in contents.keys { try vault.remove(path(name), recursively: false, now: start) }
        _ = try Collector(vault).run(now: start + day, waits: false)
        #expect(try objects().isEmpty)
        try vault.expectWhole()
    }

    @Test func whatWasPutIsContinued() throws {
        for (name, size) in [("/small", 500), ("/shared", 3_000), ("/large", 1_100_000)] {
            try vault.put(name, noise(size))
            try vault.copy(path(name), to: path(name + " copy"), recursively: false, overwrites: false, now: start)
            try vault.makeHardLink(path(name + " link"), to: path(name), now: start)
            let before = try vault.stat(path(name))
            #expect(try append(noise(4_000, 2), at: size, to: name, now: start + 5) == size + 4_000)
            #expect(try vault.bytes(name) == noise(size) + noise(4_000, 2))
            #expect(try vault.bytes(name + " link") == noise(size) + noise(4_000, 2))
            #expect(try vault.bytes(name + " copy") == noise(size))
            let after = try vault.stat(path(name))
            #expect(after.id == before.id && after.mode == before.mode && after.links == 2)
            #expect(after.modified == start + 5 && after.changed == start + 5)
        }
        try append([1], at: 0, to: "/new", now: start + 7)
        let new = try vault.stat(path("/new"))
        #expect(new.mode == 0o600 && new.modified == start + 7 && new.size == 1)
        try vault.expectWhole()
    }

    /// Hundreds of parts; what is there is not read, and the parts are found in their order.
    @Test func aLongDownload() throws {
        let hooked = HookedStore(store)
        let own = try vault.reopened(on: hooked)
        let opened = Mutex<Set<ObjectName>>([])
        hooked.setHook { step throws(StoreError) in
            if case .open(let name) = step { opened.withLock { _ = $0.insert(name) } }
        }
        var whole: [UInt8] = []
        for part in 0..<200 {
            let bytes = noise(9_000 + part * 7, UInt64(part))
            let size = try append(bytes, at: whole.count, in: own) { state in
                #expect(try state.node(at: path("/file"))?.size == whole.count + bytes.count)
                try state.set([UInt8(part)], of: [1])
            }
            whole += bytes
            #expect(size == whole.count)
        }
        let data = try objects()
        #expect(data.count == 200 && opened.withLock { $0.isDisjoint(with: data) })
        for vault in [own, vault, try vault.reopened()] {
            #expect(try vault.bytes("/file") == whole)
            #expect(try vault.bytes("/file", 1_000_000..<1_300_000) == Array(whole[1_000_000..<1_300_000]))
            #expect(try vault.readState { try $0.value(of: [1]) } == [199])
            try vault.expectWhole()
        }
        // It becomes one of the others, with what is known of it.
        try vault.changeState { state in
            try state.moveFile(path("/file"), to: path("/done"), overwrites: false, now: start)
            try state.remove([1])
        }
        #expect(try vault.contents() == ["/done": .file(whole)])
        try vault.changeState { try $0.removeFile(path("/done"), now: start) }
        _ = try Collector(vault).run(now: start + day, waits: false)
        #expect(try objects().isEmpty)
        try vault.expectWhole()
    }

    @Test func largePartsHaveObjectsOfTheirOwn() throws {
        let size = (4 << 20) - (4 << 10)
        try append(noise(size), at: 0)
        try append(noise(size, 2), at: size)
        #expect(try objects().count == 2)
        #expect(try objects().allSatisfy { store.contents[$0]?.count == 4 << 20 })
        #expect(try vault.bytes("/file") == noise(size) + noise(size, 2))
    }

    // MARK: Refusals

    @Test func anotherSizeIsRefused() throws {
        try vault.makeFolder("/folder")
        try vault.makeLink(path("/link"), to: [1], plain, now: start)
        for size in [100, 5_000] {
            try vault.put("/file", noise(size))
            let (change, contents, data) = (vault.change, try vault.contents(), try objects())
            for wrong in [0, 1, size - 1, size + 1, Int.max] {
                #expect(throws: wrong == 0 ? VaultError.exists(path("/file").bytes) : .changed(path("/file").bytes)) {
                    try append(noise(4_000), at: wrong)
                }
            }
            #expect(throws: VaultError.notFound(path("/missing").bytes)) {
                try append(noise(4_000), at: 1, to: "/missing")
            }
            #expect(throws: VaultError.notFound(path("/no").bytes)) { try append(noise(4_000), at: 0, to: "/no/x") }
            #expect(throws: VaultError.notAFolder(path("/file").bytes)) {
                try append(noise(4_000), at: 0, to: "/file/x")
            }
            for folder in ["/folder", "/"] {
                #expect(throws: VaultError.isAFolder(path(folder).bytes)) { try append([1], at: 0, to: folder) }
            }
            #expect(throws: VaultError.exists(path("/link").bytes)) { try append([1], at: 1, to: "/link") }
            #expect(throws: Own.self) { try append(noise(4_000), at: size) { _ in throw Own() } }
            #expect(throws: Own.self) {
                try append(noise(4_000), at: size) { state in
                    try state.set([1], of: [1])
                    throw Own()
                }
            }
            // Nothing happened, and nothing lies about.
            #expect(try vault.change == change && vault.contents() == contents && objects() == data)
            #expect(try vault.readState { try $0.value(of: [1]) } == nil)
        }
        try vault.expectWhole()
    }

    @Test(arguments: [100, 5_000]) func oneOfTwoAtTheSamePlaceIsRefused(size: Int) throws {
        try vault.put("/file", noise(size))
        let other = try vault.reopened()
        var isFirst = true
        #expect(throws: VaultError.changed(path("/file").bytes)) {
            try append(noise(3_000, 2), at: size) { _ in
                if isFirst { try append(noise(4_000, 3), at: size, in: other) }
                isFirst = false
            }
        }
        #expect(try vault.bytes("/file") == noise(size) + noise(4_000, 3) && objects().count == (size == 100 ? 1 : 2))
        // Another one of the same size, at the same time, is not overwritten with what was there.
        isFirst = true
        try vault.put("/small", noise(50))
        #expect(throws: VaultError.changed(path("/small").bytes)) {
            try append(noise(3_000, 2), at: 50, to: "/small") { _ in
                if isFirst { try other.put("/small", noise(50, 4)) }
                isFirst = false
            }
        }
        #expect(try vault.bytes("/small") == noise(50, 4))
        // Many at once: each part once, in the order in which they came.
        try concurrently(4) { [store, vault] _ in
            let own = try Vault(store, vault.keys, device: nil)
            var (done, known) = (0, 0)
            while done < 5 {
                do {
                    known = try own.append(to: path("/many"), ofSize: known, input(noise(3_000)), plain, now: start)
                    done += 1
                } catch VaultError.changed, VaultError.exists {
                    known = try own.stat(path("/many")).size
                }
            }
        }
        #expect(try vault.bytes("/many") == (0..<20).flatMap { _ in noise(3_000) })
        try vault.expectWhole()
    }

    // MARK: Stops

    /// Dies at each step there is: what is there is what was, or what was to be, and it goes on from there.
    @Test(arguments: [(0, 5_000), (500, 100), (500, 5_000), (5_000, 100), (5_000, 70_000)])
    func aStopLeavesTheOldSizeOrTheNew(before: Int, more: Int) throws {
        var first = 0
        while true {
            let memory = MemoryStore()
            let setup = try Vault.inMemory(memory)
            if before > 0 { try append(noise(before), at: 0, in: setup) }
            let hooked = HookedStore(memory)
            let own = try Vault(hooked, setup.keys, device: nil)
            let count = Mutex(0)
            let dies = first
            hooked.setHook { step throws(StoreError) in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                if number > dies { throw StoreError(.system(SystemError("write", nil, .ioError)), isUncertain: true) }
            }
            let result = Result {
                try append(noise(more, 2), at: before, in: own) { try $0.set([1], of: [1]) }
            }
            let after = try Vault(memory, setup.keys, device: nil)
            let size = try after.find(path("/file"))?.size ?? 0
            #expect(size == before || size == before + more, "at \(first)")
            #expect(try after.readState { try $0.value(of: [1]) } == (size == before ? nil : [1]))
            if case .success(let told) = result { #expect(told == before + more && size == told) }
            if size == before { try append(noise(more, 2), at: size, in: after) }
            #expect(try after.bytes("/file") == noise(before) + noise(more, 2))
            try append([7], at: before + more, in: after)
            #expect(try after.reopened().bytes("/file") == noise(before) + noise(more, 2) + [7])
            try after.reopened().expectWhole("at \(first)")
            if count.withLock({ $0 }) <= dies { break }
            first += 1
        }
        #expect(first > 5)
    }

    @Test func anInputThatFailsChangesNothing() throws {
        try append(noise(3_000), at: 0)
        let change = vault.change
        #expect(throws: Own.self) {
            try vault.append(
                to: path("/file"), ofSize: 3_000, input(noise(9_000)) { throw Own() }, plain, now: start)
        }
        #expect(try vault.change == change && vault.bytes("/file") == noise(3_000) && objects().count == 1)
    }

    // MARK: Whole files

    @Test func aFileComesWithAChange() throws {
        for (name, size) in [("/small", 10), ("/large", 100_000)] {
            let item = Vault.NewItem(path(name), .file(input(noise(size))), plain)
            try vault.put(item, overwrites: false, now: start) { state in
                #expect(try state.node(at: path(name))?.size == size)
                try state.set([1], of: Array(name.utf8))
            }
            #expect(try vault.bytes(name) == noise(size))
            let (change, data) = (vault.change, try objects())
            let again = Vault.NewItem(path(name), .file(input(noise(90_000, 2))), plain)
            #expect(throws: VaultError.exists(path(name).bytes)) {
                try vault.put(again, overwrites: false, now: start) { try $0.set([2], of: Array(name.utf8)) }
            }
            let third = Vault.NewItem(path(name), .file(input(noise(90_000, 3))), plain)
            #expect(throws: Own.self) {
                try vault.put(third, overwrites: true, now: start) { state in
                    try state.set([3], of: Array(name.utf8))
                    throw Own()
                }
            }
            #expect(try vault.change == change && objects() == data && vault.bytes(name) == noise(size))
            #expect(try vault.readState { try $0.value(of: Array(name.utf8)) } == [1])
        }
        let other = try vault.reopened()
        var runs = 0
        let item = Vault.NewItem(path("/large"), .file(input(noise(80_000, 4))), plain)
        try vault.put(item, overwrites: true, now: start) { state in
            runs += 1
            if runs == 1 { try other.changeState { try $0.set([5], of: [5]) } }
            try state.set([4], of: Array("/large".utf8))
        }
        #expect(try runs == 2 && vault.bytes("/large") == noise(80_000, 4))
        try vault.put(.init(path("/folder"), .folder, plain), overwrites: false, now: start) { try $0.set([], of: [6]) }
        #expect(try vault.stat(path("/folder")).kind == .folder && vault.readState { try $0.value(of: [6]) } == [])
        // Placed and taken away again.
        let brief = Vault.NewItem(path("/brief"), .file(input(noise(70_000))), plain)
        try vault.put(brief, overwrites: false, now: start) { try $0.removeFile(path("/brief"), now: start) }
        #expect(try vault.find(path("/brief")) == nil)
        _ = try Collector(vault).run(now: start + day, waits: false)
        #expect(try objects().count == 1)
        try vault.reopened().expectWhole()
    }
}
