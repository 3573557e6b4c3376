internal import GRDB
internal import Synchronization

/// Contents that become part of a vault together with what programs keep.
extension Vault {
    /// Puts one thing, and makes a change beside it, together or not at all. When it returns, both are durable.
    ///
    /// - Parameters:
    ///   - item: a folder that is there already is not touched.
    ///   - overwrites: whether a file or link that is there is replaced.
    ///   - now: nanoseconds since 1970.
    ///   - alongside: sees the new thing. May be run several times, so it must have no other effects.
    /// - Throws: ``VaultError``, or what `alongside` and the input throw. Then nothing has happened.
    public func put(
        _ item: NewItem, overwrites: Bool, now: Int64, alongside: (StateTransaction) throws -> Void
    ) throws {
        var written = ContentWriter.Result()
        if case .file(let input) = item.kind { written = try write(makeContentWriter(), Self.single(input)) }
        let contents = written.contents.first ?? .empty
        try record(written.objects, now: now, alongside: alongside) { database in
            _ = try TreePlacing(database, now: now).place(item, contents, overwrites: overwrites)
        }
    }

    /// Adds bytes to the end of a file, or makes it; all of them or none. When it returns, they are durable.
    ///
    /// What the file has is not read, apart from contents so small that they lie in the index. Each call with more than
    /// 2,048 bytes makes objects of its own: a mebibyte or more at once is well used, best a little less than a size
    /// class, such as 4 MiB less 4 KiB.
    ///
    /// - Parameters:
    ///   - size: what the file has to have now; 0 where it is to be empty or missing.
    ///   - attributes: of a file that is made; one that is there gets the date only.
    ///   - now: nanoseconds since 1970.
    ///   - alongside: what else is changed in the same transaction; sees the file with the new bytes. May be run
    ///     several times, so it must have no other effects.
    /// - Returns: the size that it has afterwards.
    /// - Throws: ``VaultError/exists(_:)`` where there is something to begin with, or what is there is no file,
    ///   ``VaultError/notFound(_:)`` where there is nothing to go on with, ``VaultError/changed(_:)`` for another size;
    ///   other ``VaultError``s, and what `alongside` and the input throw. Then nothing has happened.
    public func append(
        to path: VaultPath, ofSize size: Int, _ input: ContentInput, _ attributes: NewAttributes, now: Int64,
        alongside: (StateTransaction) throws -> Void = { _ in }
    ) throws -> Int {
        let (end, bounds) = try index.read { (try FileEnd(of: path, size, $0), try NumberWindow.bounds($0)) }
        var writer = ContentWriter(store: store, keys: keys, bounds: bounds)
        // Without anything in the index, even the smallest part has to lie in an object, as the rest does.
        if end.content == nil { writer.largestInIndex = 0 }
        let written = try write(writer, Self.single(end.content.map { input.behind($0) } ?? input))
        let contents = written.contents.first ?? .empty
        let (total, isTooLarge) = (end.content == nil ? size : 0).addingReportingOverflow(contents.size)
        try record(written.objects, now: now, alongside: alongside) { database in
            if isTooLarge { throw VaultError.tooLarge }
            let latest = try FileEnd(of: path, size, database)
            guard latest.content == end.content else { throw VaultError.changed(path.bytes) }
            guard var node = latest.node else {
                try TreePlacing(database, now: now).place(path, .file(contents), attributes, overwrites: false)
                return
            }
            (node.modified, node.changed) = (attributes.modified, now)
            if latest.content == nil {
                try TreeChange(database).extend(node, by: contents)
            } else {
                try TreeChange(database).update(node, contents, now: now)
            }
        }
        return total
    }

    /// Makes a transaction that refers to new objects, with a change of others in it.
    private func record(
        _ objects: [StoredObject], now: Int64, alongside: (StateTransaction) throws -> Void,
        _ body: (Database) throws -> Void
    ) throws {
        var thrown: (any Error)?
        do {
            try record(objects, now: now) { database in
                try body(database)
                try keepingErrors(in: &thrown) { try alongside(StateTransaction(StateTable(index, database))) }
            }
        } catch {
            throw thrown ?? error
        }
    }

    private static func single(_ input: ContentInput) -> @Sendable () throws -> ContentInput? {
        let rest = Mutex<ContentInput?>(input)
        return { rest.withLock { $0.take() } }
    }
}

/// Where a file is to be continued.
private struct FileEnd {
    /// `nil` where it is missing.
    var node: Node?
    /// All that it has, where that lies in the index or is nothing; `nil` for a file in objects.
    var content: [UInt8]?

    /// - Throws: ``VaultError`` where it has not the size that is expected.
    init(of path: VaultPath, _ size: Int, _ database: Database) throws {
        let tree = Tree(database)
        guard let node = try tree.find(path) else {
            guard size == 0 else { throw VaultError.notFound(path.bytes) }
            content = []
            return
        }
        if node.kind == .folder { throw VaultError.isAFolder(path.bytes) }
        guard node.kind == .file, size > 0 || node.size == 0 else { throw VaultError.exists(path.bytes) }
        guard node.size == size else { throw VaultError.changed(path.bytes) }
        self.node = node
        content = size == 0 ? [] : try tree.content(of: node.id)
        if let content, content.count != size { throw VaultError.damaged(.index("a file's size")) }
    }
}

extension ContentInput {
    /// These bytes, and then what it gives.
    fileprivate func behind(_ head: [UInt8]) -> ContentInput {
        if head.isEmpty { return self }
        let rest = Mutex(head[...])
        return unsafe ContentInput(expectedSize: expectedSize.map { $0 + head.count }) { buffer in
            let count = rest.withLock { rest in
                let count = min(rest.count, buffer.count)
                // Safe: not more than there is room for.
                unsafe buffer.copyBytes(from: rest.prefix(count))
                rest = rest.dropFirst(count)
                return count
            }
            if count == buffer.count { return count }
            // Safe: what is left of the buffer.
            return count + (try unsafe read(UnsafeMutableRawBufferPointer(rebasing: buffer[count...])))
        }
    }
}
