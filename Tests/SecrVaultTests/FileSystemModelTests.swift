import Foundation
import SecrTestSupport
import SecrVault
import Testing

/// A vault as a file system, compared with a model of one by operations at random.
@Suite struct FileSystemModelTests {
    /// `SECR_OPERATIONS` says how many there are to be, 1,000,000 for a quarter of an hour of them.
    static let operations = ProcessInfo.processInfo.environment["SECR_OPERATIONS"].flatMap { Int($0) } ?? 20_000
    /// In one vault, which becomes slower to look through with all that happened to it.
    private static let atOnce = 10_000

    @Test(arguments: [true, false]) func anyOperationsAgreeWithTheModel(isSmall: Bool) throws {
        var limits = VaultFileSystem.Limits()
        if isSmall { (limits.memory, limits.chunk, limits.changes) = (60_000, 16_000, 40) }
        let seed = freshSeed("operations")
        var left = Self.operations / 2
        var turn: UInt64 = 0
        while left > 0 {
            let count = min(left, Self.atOnce)
            defer { (left, turn) = (left - count, turn + 1) }
            print("walk \(turn), \(isSmall ? "small" : "large"): SECR_SEED=\(seed &+ turn)")
            let walk = try RandomWalk(seed &+ turn, limits)
            for _ in 0..<count { try walk.step() }
            try walk.finish()
        }
    }
}

/// What is to be there.
private struct Model {
    struct Item {
        var kind: Node.Kind
        var bytes: [UInt8] = []
        var links = 1
        var mode: UInt32 = 0o644
        var attributes: [[UInt8]: [UInt8]] = [:]
    }

    var items: [Int64: Item] = [Node.topID: Item(kind: .folder)]
    var names: [Int64: [[UInt8]: Int64]] = [Node.topID: [:]]

    /// By paths.
    var contents: Contents {
        var contents: Contents = [:]
        func visit(_ folder: Int64, _ path: String) {
            for (name, id) in names[folder] ?? [:] {
                guard let item = items[id] else { continue }
                let place = path + "/" + String(decoding: name, as: UTF8.self)
                switch item.kind {
                case .file: contents[place] = .file(item.bytes)
                case .symbolicLink: contents[place] = .link(item.bytes)
                case .pipe, .socket, .characterDevice, .blockDevice: contents[place] = .special(item.kind)
                case .folder:
                    contents[place] = .folder
                    visit(id, place)
                }
            }
        }
        visit(Node.topID, "")
        return contents
    }

    func lies(_ folder: Int64, in other: Int64) -> Bool {
        var folder = folder
        while folder != other {
            guard let above = names.first(where: { $0.value.values.contains(folder) })?.key else { return false }
            folder = above
        }
        return true
    }
}

private final class RandomWalk {
    private var random: Seeded
    private let store = MemoryStore()
    private let keys = makeKeys()
    private var vault: Vault
    private var files: VaultFileSystem
    private let limits: VaultFileSystem.Limits
    private var model = Model()
    /// What was there when something became durable last.
    private var durable = Model()
    private var open: [OpenFile] = []

    init(_ seed: UInt64, _ limits: VaultFileSystem.Limits) throws {
        random = Seeded(seed)
        vault = try Vault.inMemory(store, keys)
        self.limits = limits
        files = VaultFileSystem(vault, limits)
    }

    private func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    private var someName: [UInt8] { Array("n\(number(0..<12))".utf8) }
    private var someFolder: Int64 { model.names.keys.sorted()[number(0..<model.names.count)] }
    private var someFile: OpenFile? { open.isEmpty ? nil : open[number(0..<open.count)] }

    private func someBytes() -> [UInt8] {
        let size = [1, 30, 700, 2_048, 2_049, 9_000, 20_000, 70_000][number(0..<8)]
        return noise(number(0..<size + 1), random.next())
    }

    private func someOffset(_ size: Int) -> Int {
        number(0..<4) == 0 ? number(0..<size + 30_000) : number(0..<size + 1)
    }

    func step() throws {
        let (before, sequence, what) = (model, vault.change, number(0..<100))
        if what >= 97 { return try operationOnAll(what) }
        try operation(what)
        // Room was made before anything was changed.
        if vault.change != sequence { durable = before }
    }

    private func operationOnAll(_ what: Int) throws {
        switch what {
        case 97 where number(0..<4) == 0: try crash()
        case 98 where number(0..<3) == 0: try others()
        default: if number(0..<3) == 0 { try commit() }
        }
    }

    private func operation(_ what: Int) throws {
        switch what {
        case 0..<10: try make(.file)
        case 10..<14: try make(.folder)
        case 14: try make(.symbolicLink(someName))
        case 15: try make(.special(.characterDevice, device: 259))
        case 16..<24: try remove()
        case 24..<32: try rename()
        case 32..<35: try link()
        case 35..<45: try openSome()
        case 45..<52: close()
        case 52..<72: try write()
        case 72..<77: try resize()
        case 77..<79: try zero()
        case 79..<82: try copy()
        case 82..<90: try read()
        case 90..<92: try setMode()
        case 92..<94: try setAttribute()
        default: try files.relieve()
        }
    }

    // MARK: Names

    private func expect<Result>(_ error: VaultError?, _ body: () throws -> Result) throws -> Result? {
        do {
            let result = try body()
            if let error { Issue.record("not refused: \(error)") }
            return result
        } catch let found as VaultError {
            #expect(found == error)
            if found != error { throw found }
            return nil
        }
    }

    private func make(_ thing: VaultFileSystem.NewThing) throws {
        let (folder, name) = (someFolder, someName)
        let taken = model.names[folder]?[name] != nil
        let made = try expect(taken ? .exists(name) : nil) {
            try files.make(thing, name, in: folder, mode: 0o640, owner: 1, group: 2)
        }
        guard let node = made else { return }
        var item = Model.Item(kind: node.kind, mode: 0o640)
        if case .symbolicLink(let target) = thing { item.bytes = target }
        model.items[node.id] = item
        if node.kind == .folder { model.names[node.id] = [:] }
        model.names[folder]?[name] = node.id
    }

    private func isEmpty(_ id: Int64) -> Bool { model.names[id]?.isEmpty ?? true }

    private func remove() throws {
        let (folder, name, isFolder) = (someFolder, someName, number(0..<3) == 0)
        let id = model.names[folder]?[name]
        let kind = id.flatMap { model.items[$0]?.kind }
        let error: VaultError? =
            switch kind {
            case nil: .notFound(name)
            case .folder where !isFolder: .isAFolder(name)
            case .folder: isEmpty(id ?? 0) ? nil : .notEmpty(name)
            default: isFolder ? .notAFolder(name) : nil
            }
        _ = try expect(error) { try files.remove(name, from: folder, isFolder: isFolder) }
        if error == nil, let id { unlink(id, name, folder) }
    }

    private func unlink(_ id: Int64, _ name: [UInt8], _ folder: Int64) {
        model.names[folder]?[name] = nil
        model.items[id]?.links -= 1
        if model.items[id]?.links == 0 {
            model.names[id] = nil
            if !open.contains(where: { $0.id == id }) { model.items[id] = nil }
        }
    }

    private func rename() throws {
        let (folder, name, newFolder, newName) = (someFolder, someName, someFolder, someName)
        let how = [VaultFileSystem.Renaming.replacing, .replacing, .withoutReplacing, .exchanging][number(0..<4)]
        let (id, old) = (model.names[folder]?[name], model.names[newFolder]?[newName])
        let error = renameError(id, name, folder, old, newName, newFolder, how)
        _ = try expect(error) { try files.rename(name, in: folder, to: newName, in: newFolder, how) }
        guard error == nil, let id, id != old else { return }
        if how == .exchanging {
            model.names[folder]?[name] = old
        } else {
            if let old { unlink(old, newName, newFolder) }
            model.names[folder]?[name] = nil
        }
        model.names[newFolder]?[newName] = id
    }

    private func renameError(
        _ id: Int64?, _ name: [UInt8], _ folder: Int64, _ old: Int64?, _ newName: [UInt8], _ newFolder: Int64,
        _ how: VaultFileSystem.Renaming
    ) -> VaultError? {
        guard let id, let item = model.items[id] else { return .notFound(name) }
        if item.kind == .folder, model.lies(newFolder, in: id) { return .intoItself([]) }
        if id == old { return nil }
        guard let old, let other = model.items[old] else { return how == .exchanging ? .notFound(newName) : nil }
        switch how {
        case .exchanging: return other.kind == .folder && model.lies(folder, in: old) ? .intoItself([]) : nil
        case .withoutReplacing: return .exists(newName)
        case .replacing:
            if other.kind == .folder {
                return item.kind != .folder ? .isAFolder(newName) : isEmpty(old) ? nil : .notEmpty(newName)
            }
            return item.kind == .folder ? .notAFolder(newName) : nil
        }
    }

    private func link() throws {
        let (folder, name) = (someFolder, someName)
        guard let id = model.names[someFolder]?[someName], let item = model.items[id] else { return }
        let error: VaultError? =
            item.kind == .folder ? .isAFolder([]) : model.names[folder]?[name] != nil ? .exists(name) : nil
        let linked = try expect(error) { try files.link(id, name, in: folder) }
        guard let linked else { return }
        model.names[folder]?[name] = id
        model.items[id]?.links += 1
        #expect(linked.links == item.links + 1)
    }

    private func setMode() throws {
        guard let id = model.items.keys.sorted().randomElement(using: &random) else { return }
        let mode = UInt32(number(0..<0o1000))
        try files.setAttributes(of: id) { $0.mode = mode }
        model.items[id]?.mode = mode
        try check(id)
    }

    private func setAttribute() throws {
        guard let id = model.items.keys.sorted().randomElement(using: &random) else { return }
        let (name, value) = (Array("user.\(number(0..<3))".utf8), someName)
        let known = model.items[id]?.attributes[name] != nil
        if number(0..<3) == 0 {
            _ = try expect(known ? nil : .notFound(name)) {
                try files.setAttribute(name, of: id, to: nil, .existing)
            }
            model.items[id]?.attributes[name] = nil
        } else {
            try files.setAttribute(name, of: id, to: value)
            model.items[id]?.attributes[name] = value
        }
        try check(id)
    }

    // MARK: Files

    private func openSome() throws {
        guard let id = model.names[someFolder]?[someName], let item = model.items[id] else { return }
        let file = try expect(item.kind == .file ? nil : .isAFolder([])) { try files.open(id).file }
        if let file { open.append(file) }
    }

    private func close() {
        guard !open.isEmpty else { return }
        let file = open.remove(at: number(0..<open.count))
        files.close(file)
        if model.items[file.id]?.links == 0, !open.contains(where: { $0 === file }) { model.items[file.id] = nil }
    }

    private func write() throws {
        guard let file = someFile, var bytes = model.items[file.id]?.bytes else { return }
        let new = someBytes()
        let offset = number(0..<5) == 0 ? nil : someOffset(bytes.count)
        try new.withUnsafeBytes { try files.write($0, to: file, at: offset) }
        if new.isEmpty { return }
        let start = offset ?? bytes.count
        if bytes.count < start + new.count {
            bytes += [UInt8](repeating: 0, count: start + new.count - bytes.count)
        }
        bytes.replaceSubrange(start..<start + new.count, with: new)
        model.items[file.id]?.bytes = bytes
    }

    private func resize() throws {
        guard let file = someFile, let bytes = model.items[file.id]?.bytes else { return }
        let size = number(0..<6) == 0 ? 0 : someOffset(bytes.count)
        try files.resize(file.id, to: size)
        model.items[file.id]?.bytes =
            Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
    }

    private func zero() throws {
        guard let file = someFile, var bytes = model.items[file.id]?.bytes else { return }
        let start = someOffset(bytes.count)
        let range = start..<start + number(0..<30_000)
        try files.zero(range, of: file)
        for place in range.clamped(to: 0..<bytes.count) { bytes[place] = 0 }
        model.items[file.id]?.bytes = bytes
    }

    private func copy() throws {
        guard let source = someFile, let target = someFile, let from = model.items[source.id]?.bytes,
            var to = model.items[target.id]?.bytes, from.count < 300_000
        else { return }
        let start = someOffset(from.count)
        let range = start..<start + number(0..<40_000)
        let place = someOffset(to.count)
        let part = Array(from[range.clamped(to: 0..<from.count)])
        #expect(try files.copy(range, of: source, to: target, at: place) == part.count)
        if part.isEmpty { return }
        if to.count < place + part.count { to += [UInt8](repeating: 0, count: place + part.count - to.count) }
        to.replaceSubrange(place..<place + part.count, with: part)
        model.items[target.id]?.bytes = to
    }

    private func read() throws {
        guard let file = someFile, let bytes = model.items[file.id]?.bytes else { return }
        let start = someOffset(bytes.count)
        let range = start..<start + number(0..<80_000)
        var found: [UInt8] = []
        try files.read(file, at: start, count: range.count) { found = Array($0) }
        files.readAhead(file)
        #expect(found == Array(bytes[range.clamped(to: 0..<bytes.count)]))
        try check(file.id)
    }

    // MARK: Everything

    /// Throws at the first difference, since everything behind it would be another one.
    private func expect(_ vault: Vault, _ model: Model) throws {
        let (found, expected) = (try vault.contents(), model.contents)
        for path in Set(found.keys).union(expected.keys).sorted() where found[path] != expected[path] {
            var place = ""
            if case .file(let one)? = found[path], case .file(let other)? = expected[path] {
                place = " from \(zip(one, other).prefix { $0 == $1 }.count) on"
            }
            throw Difference(
                text: "\(path): \(found[path]?.description ?? "nothing"), not "
                    + "\(expected[path]?.description ?? "nothing")\(place)")
        }
    }

    private struct Difference: Error {
        var text: String
    }

    private func check(_ id: Int64) throws {
        guard let item = model.items[id] else { return }
        let node = try files.node(id)
        #expect(node.mode == item.mode || id == Node.topID)
        #expect(node.kind == .folder || node.size == item.bytes.count)
        #expect(node.device == (node.kind == .characterDevice ? 259 : 0))
        #expect(node.links == item.links || id == Node.topID)
        let attributes = try files.attributes(of: id).map { ($0.name, $0.value) }
        #expect(Dictionary(uniqueKeysWithValues: attributes) == item.attributes)
        guard item.kind == .folder else { return }
        let entries = try files.entries(of: id, after: nil, limit: .max)
        #expect(Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.node.id) }) == model.names[id])
        for entry in entries where entry.node.kind == .file {
            #expect(entry.node.size == model.items[entry.node.id]?.bytes.count)
        }
    }

    private func commit() throws {
        try files.commit()
        durable = model
        if number(0..<5) == 0 { try expect(vault.reopened(), model) }
    }

    /// Everything that is not durable is lost, and only that.
    private func crash() throws {
        vault = try Vault(store, keys, device: nil)
        try expect(vault, durable)
        files = VaultFileSystem(vault, limits)
        model = durable
        open = []
        // Those that were open and had no name stay for a while.
        let named = Set(model.names.values.flatMap(\.values))
        model.items = model.items.filter { $0.key == Node.topID || named.contains($0.key) }
        for id in model.items.keys { try check(id) }
    }

    /// Somebody else changes a file that nobody has changed here, while nothing waits.
    private func others() throws {
        try commit()
        let other = try vault.reopened()
        let name = Array("other\(number(0..<3))".utf8)
        let bytes = someBytes()
        let place = String(decoding: name, as: UTF8.self)
        try other.put("/" + place, bytes)
        let node = try #require(try files.child(name, of: Node.topID))
        #expect(node.size == bytes.count)
        if let old = model.names[Node.topID]?[name] { unlink(old, name, Node.topID) }
        model.names[Node.topID]?[name] = node.id
        model.items[node.id] = Model.Item(kind: .file, bytes: bytes)
        durable = model
    }

    func finish() throws {
        while !open.isEmpty { close() }
        try files.commit()
        try expect(vault, model)
        for id in model.items.keys { try check(id) }
        try vault.reopened().expectWhole()
    }
}
