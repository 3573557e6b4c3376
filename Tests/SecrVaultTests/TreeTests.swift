import SecrTestSupport
import SecrVault
import Testing

/// What names, folders and links do.
@Suite struct TreeTests {
    private let vault: Vault

    init() throws { vault = try Vault.inMemory() }

    private func move(_ source: String, _ target: String, overwrites: Bool = false) throws {
        try vault.move(path(source), to: path(target), overwrites: overwrites, now: start)
    }

    private func copy(_ source: String, _ target: String, recursively: Bool = true, overwrites: Bool = false) throws {
        try vault.copy(path(source), to: path(target), recursively: recursively, overwrites: overwrites, now: start)
    }

    private func remove(_ name: String, recursively: Bool = false) throws {
        try vault.remove(path(name), recursively: recursively, now: start)
    }

    private func link(_ name: String, _ existing: String) throws {
        try vault.makeHardLink(path(name), to: path(existing), now: start)
    }

    private func names(_ folder: String) throws -> [String] {
        try vault.list(path(folder)).map { String(decoding: $0.name, as: UTF8.self) }
    }

    @Test func namesAreBytesOfUpTo255() throws {
        let good: [[UInt8]] = [
            [1], [0xFF, 0xFE], Array("..a".utf8), Array("...".utf8), Array(repeating: 0x41, count: 255),
        ]
        for name in good {
            let place = try VaultPath.top.appending(name)
            try vault.makeFolder(place, parents: false, folderAttributes, now: start)
            #expect(try vault.stat(place).kind == .folder && VaultPath(place.bytes) == place)
        }
        #expect(try vault.list(.top).map(\.name) == good.sorted { $0.lexicographicallyPrecedes($1) })
        for name in [[], [0x2E], [0x2E, 0x2E], [0], [0x41, 0], [0x2F], Array(repeating: 0x41, count: 256)] as [[UInt8]]
        {
            #expect(throws: VaultError.badName(name)) { try VaultPath.top.appending(name) }
        }
        for (text, bytes) in ["": "/", "/": "/", "a": "/a", "//a/./b/": "/a/b", "./": "/"] {
            #expect(path(text).bytes == Array(bytes.utf8))
        }
        for text in ["..", "/a/..", "../a", "a\0b", "a/" + String(repeating: "x", count: 256)] {
            #expect(throws: VaultError.self, "\(text)") { try VaultPath(Array(text.utf8)) }
        }
    }

    @Test func whatIsThereIsNotReplacedUnlessAsked() throws {
        try vault.put("/f", [1])
        try vault.makeFolder("/d/e")
        try vault.makeLink(path("/l"), to: [7], plain, now: start)
        for name in ["/f", "/d", "/l"] {
            #expect(throws: VaultError.exists(Array(name.utf8))) { try vault.put(name, [2], overwrites: false) }
            #expect(throws: VaultError.exists(Array(name.utf8))) {
                try vault.makeLink(path(name), to: [1], plain, now: start)
            }
            #expect(throws: VaultError.exists(Array(name.utf8))) {
                try vault.makeFolder(path(name), parents: false, folderAttributes, now: start)
            }
            #expect(throws: VaultError.exists(Array(name.utf8))) { try link(name, "/f") }
        }
        #expect(throws: VaultError.isAFolder(Array("/d".utf8))) { try vault.put("/d", [2]) }
        try vault.put([("/f", [3]), ("/l", [4])])
        #expect(try vault.contents() == ["/f": .file([3]), "/l": .file([4]), "/d": .folder, "/d/e": .folder])
        #expect(throws: VaultError.isAFolder([0x2F])) { try vault.put("/", [2]) }
        try vault.expectWhole()
    }

    @Test func missingAndWrongWaysAreErrors() throws {
        try vault.put("/f", [1])
        try vault.makeFolder("/d")
        let missing = VaultError.notFound(Array("/no".utf8))
        let noFolder = VaultError.notAFolder(Array("/f".utf8))
        #expect(throws: missing) { try vault.stat(path("/no")) }
        #expect(throws: missing) { try remove("/no") }
        #expect(throws: missing) { try move("/no", "/x") }
        #expect(throws: missing) { try copy("/no", "/x") }
        #expect(throws: missing) { try link("/x", "/no") }
        #expect(throws: missing) { try vault.put("/no/x", [1]) }
        #expect(throws: missing) { try move("/f", "/no/x") }
        #expect(throws: noFolder) { try vault.stat(path("/f/x")) }
        #expect(throws: noFolder) { try vault.put("/f/x", [1]) }
        #expect(throws: noFolder) { try vault.makeFolder("/f/x/y") }
        #expect(throws: noFolder) { try vault.list(path("/f")) }
        #expect(throws: VaultError.isAFolder(Array("/d".utf8))) { try vault.bytes("/d") }
        #expect(throws: VaultError.isAFolder(Array("/d".utf8))) { try link("/x", "/d") }
        #expect(throws: VaultError.isAFolder(Array("/d".utf8))) { try copy("/d", "/x", recursively: false) }
        #expect(throws: VaultError.self) { try remove("/", recursively: true) }
        #expect(throws: VaultError.self) { try move("/", "/x") }
        #expect(try vault.contents() == ["/f": .file([1]), "/d": .folder])
    }

    @Test func oneThatFailsKeepsNobodyElseOut() throws {
        try vault.put("/b", [0])
        #expect(throws: VaultError.exists(Array("/b".utf8))) {
            try vault.put([("/a", noise(5_000)), ("/b", noise(6_000)), ("/c", noise(7_000))], overwrites: false)
        }
        #expect(try vault.contents() == ["/a": .file(noise(5_000)), "/b": .file([0]), "/c": .file(noise(7_000))])
        try vault.expectWhole()
    }

    @Test func moving() throws {
        try vault.put([("/a", [1]), ("/b", [2])])
        try vault.makeFolder("/d/e")
        try vault.makeFolder("/empty")
        try vault.put("/d/e/f", [3])
        #expect(throws: VaultError.exists(Array("/b".utf8))) { try move("/a", "/b") }
        try move("/a", "/a")
        try move("/a", "/b", overwrites: true)
        #expect(try vault.bytes("/b") == [1] && vault.find(path("/a")) == nil)
        for target in ["/d/x", "/d/e/x", "/d/e/f/x"] {
            #expect(throws: VaultError.intoItself(Array(target.utf8))) { try move("/d", target) }
            #expect(throws: VaultError.intoItself(Array(target.utf8))) { try copy("/d", target) }
        }
        try move("/d", "/dx")
        #expect(throws: VaultError.exists(Array("/empty".utf8))) { try move("/dx", "/empty") }
        try move("/dx", "/empty", overwrites: true)
        #expect(throws: VaultError.notEmpty(Array("/empty/e".utf8))) {
            try vault.makeFolder("/other")
            try move("/other", "/empty/e", overwrites: true)
        }
        #expect(throws: VaultError.isAFolder(Array("/other".utf8))) { try move("/b", "/other", overwrites: true) }
        #expect(throws: VaultError.notAFolder(Array("/b".utf8))) { try move("/other", "/b", overwrites: true) }
        #expect(
            try vault.contents() == [
                "/b": .file([1]), "/empty": .folder, "/empty/e": .folder, "/empty/e/f": .file([3]), "/other": .folder,
            ])
        try vault.expectWhole()
    }

    @Test func copyingSharesContents() throws {
        try vault.makeFolder("/a/b")
        try vault.put([("/a/b/f", noise(5_000)), ("/a/g", noise(9))])
        try vault.makeLink(path("/a/l"), to: Array("../x".utf8), plain, now: start)
        let stored = try vault.usage().stored
        try copy("/a", "/c")
        #expect(try vault.usage().stored == stored)
        var expected = try vault.contents()
        for (name, thing) in expected where name.hasPrefix("/a") { expected["/c" + name.dropFirst(2)] = thing }
        #expect(try vault.contents() == expected)
        // Each goes its own way.
        try vault.put("/a/b/f", noise(6_000))
        try remove("/a", recursively: true)
        #expect(try vault.bytes("/c/b/f") == noise(5_000))
        #expect(throws: VaultError.exists(Array("/c".utf8))) { try copy("/c/b", "/c") }
        #expect(throws: VaultError.intoItself(Array("/c".utf8))) { try copy("/c", "/c") }
        // With what is there.
        try vault.makeFolder("/m/b")
        try vault.put([("/m/b/f", [1]), ("/m/own", [2])])
        try copy("/c", "/m", overwrites: true)
        #expect(try names("/m") == ["b", "g", "l", "own"] && vault.bytes("/m/b/f") == noise(5_000))
        try vault.expectWhole()
    }

    @Test func hardLinksAreOneFile() throws {
        try vault.makeFolder("/d")
        try vault.put("/a", noise(5_000))
        try link("/d/b", "/a")
        try link("/c", "/d/b")
        let node = try vault.stat(path("/a"))
        #expect(node.links == 3)
        #expect(try vault.stat(path("/d/b")) == node && vault.stat(path("/c")) == node)
        // Moving one name over another one of the same file does nothing, as POSIX has it.
        try move("/a", "/c", overwrites: true)
        #expect(try vault.stat(path("/a")).links == 3)
        try remove("/a")
        try move("/c", "/e")
        #expect(try vault.stat(path("/e")).links == 2 && vault.bytes("/d/b") == noise(5_000))
        // Putting another file under one name leaves the others.
        try vault.put("/e", [1])
        #expect(try vault.stat(path("/d/b")).links == 1 && vault.bytes("/d/b") == noise(5_000))
        // A copy is another file.
        try link("/f", "/e")
        try copy("/f", "/g")
        #expect(try vault.stat(path("/g")).links == 1 && vault.stat(path("/f")).links == 2)
        try remove("/d", recursively: true)
        try vault.expectWhole()
        #expect(try vault.usage().freedObjects == 1)
    }

    @Test func removingFolders() throws {
        try vault.makeFolder("/d/e/f")
        #expect(throws: VaultError.notEmpty(Array("/d".utf8))) { try remove("/d") }
        try remove("/d/e/f")
        try remove("/d", recursively: true)
        #expect(try vault.contents().isEmpty)
        try vault.expectWhole()
    }

    @Test func manyThings() throws {
        let count = isLongRun ? 60_000 : 6_000
        try vault.makeFolder("/d/inner")
        for part in stride(from: 0, to: count, by: 3_000) {
            try vault.put((part..<part + 3_000).map { ("/d/inner/\($0)", [UInt8($0 % 251)]) })
        }
        #expect(try vault.list(path("/d/inner")).count == count)
        #expect(try vault.bytes("/d/inner/\(count - 1)") == [UInt8((count - 1) % 251)])
        // By parts, as somebody reads a large folder.
        var seen: [[UInt8]] = []
        while true {
            let part = try vault.list(path("/d/inner"), after: seen.last, limit: 999)
            if part.isEmpty { break }
            seen += part.map(\.name)
        }
        #expect(seen.count == count && Set(seen).count == count)
        try copy("/d", "/c")
        try remove("/d", recursively: true)
        #expect(try vault.list(path("/c/inner")).count == count)
        try vault.expectWhole()
        try remove("/c", recursively: true)
        #expect(try vault.contents().isEmpty)
        try vault.reopened().expectWhole()
    }

    @Test func attributesStay() throws {
        let full = NewAttributes(
            mode: 0o107_654, owner: 7, group: .max, modified: -5,
            extended: [.init(name: Array("user.a".utf8), value: [0, 1]), .init(name: Array("user.b".utf8), value: [])])
        _ = try vault.put(overwrites: false, now: { start + 1 }, items([.init(path("/f"), .file(input([1])), full)]))
        let node = try vault.stat(path("/f"))
        #expect(node.mode == 0o7654 && node.owner == 7 && node.group == .max)
        #expect(node.modified == -5 && node.changed == start + 1 && node.size == 1)
        let (last, top) = (try vault.attributes(path("/f")), try vault.stat(.top))
        #expect(last.map(\.name) == full.extended.map(\.name) && last.map(\.value) == full.extended.map(\.value))
        #expect(top.modified == start + 1 && top.mode == 0o700)
        try copy("/f", "/g")
        #expect(try vault.attributes(path("/g")).count == 2 && vault.stat(path("/g")).mode == 0o7654)
        try vault.setAttributes(
            path("/f"),
            {
                $0.mode = 0o600; $0.modified = 9
            }, now: start + 2)
        #expect(try vault.stat(path("/f")).modified == 9 && vault.stat(path("/g")).modified == -5)
        try remove("/f")
        try remove("/g")
        try vault.expectWhole()
    }
}
