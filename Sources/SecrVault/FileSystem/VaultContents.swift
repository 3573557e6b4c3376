internal import GRDB
internal import SecrStream
internal import Synchronization

/// Putting files into a vault, and reading them.
extension Vault {
    /// Something to be put.
    public struct NewItem: Sendable {
        public enum Kind: Sendable {
            case folder
            case symbolicLink([UInt8])
            case file(ContentInput)
        }

        public var path: VaultPath
        public var kind: Kind
        public var attributes: NewAttributes

        public init(_ path: VaultPath, _ kind: Kind, _ attributes: NewAttributes) {
            self.path = path
            self.kind = kind
            self.attributes = attributes
        }
    }

    /// What became of a put.
    public struct PutResult: Sendable {
        /// What is there now that was not before: files, links and folders.
        public var files = 0
        public var bytes = 0
        /// What could not be given its name, and why.
        public var failures: [(path: VaultPath, error: VaultError)] = []
        /// Folders that were there already.
        fileprivate var entered: [VaultPath] = []
    }

    /// In one transaction.
    private static let itemsAtOnce = 16_384
    private static let indexBytesAtOnce = 8 << 20

    /// Puts one thing after the other; folders before what lies in them. When it returns, everything is durable. If it
    /// throws, some of the things may be there, each as a whole.
    ///
    /// - Parameters:
    ///   - next: gives the things, `nil` at the end. A file's contents are read before the next thing is asked for.
    ///   - overwrites: whether files and links that are there are replaced. Folders that are there are not touched.
    /// - Throws: ``VaultError``, or what `next` and the inputs throw.
    public func put(
        overwrites: Bool, now: @escaping @Sendable () -> Int64, _ next: @escaping @Sendable () throws -> NewItem?
    ) throws -> PutResult {
        var result = PutResult()
        var dates: [VaultPath: Int64] = [:]
        let batch = Batch(next)
        while !batch.isAtEnd {
            let written = try write(makeContentWriter()) { try batch.nextInput() }
            let items = batch.take()
            if items.isEmpty { break }
            for item in items {
                if case .folder = item.kind { dates[item.path] = item.attributes.modified }
            }
            let placed = try commit(items, written, dates, overwrites: overwrites, now: now())
            for path in placed.entered { dates[path] = nil }
            result.failures += placed.failures
            result.files += placed.files
            result.bytes += placed.bytes
        }
        return result
    }

    func makeContentWriter() throws(VaultError) -> ContentWriter {
        ContentWriter(store: store, keys: keys, bounds: try index.read { try NumberWindow.bounds($0) })
    }

    /// Stores contents, durably. Nothing refers to them yet.
    ///
    /// - Throws: ``VaultError``, or what the inputs throw.
    func write(
        _ writer: ContentWriter, _ next: @escaping @Sendable () throws -> ContentInput?
    ) throws -> ContentWriter.Result {
        do {
            let failures = store.failedSyncs
            let written = try writer.write(next)
            if !written.objects.isEmpty { try store.sync(after: failures) }
            return written
        } catch {
            throw VaultError.translated(error)
        }
    }

    /// Makes a transaction that refers to objects that were just written. Where it throws, they are taken away again.
    func record<Result>(
        _ objects: [StoredObject], now: Int64, _ body: (Database) throws -> Result
    ) throws(VaultError) -> Result {
        var isRefused = false
        do {
            return try index.write { database in
                isRefused = true
                let change = TreeChange(database)
                try change.add(objects)
                let result = try body(database)
                try change.freeUnused(objects, now: now)
                isRefused = false
                return result
            }
        } catch {
            // It has not happened, and `gc` would need a day for them, or has swept their numbers already.
            if isRefused { for object in objects { try? store.delete(keys.name(.data, UInt64(object.number))) } }
            throw error
        }
    }

    /// - Parameter dates: of folders that were put. What is put into them does not count as a change.
    private func commit(
        _ items: [NewItem], _ written: ContentWriter.Result, _ dates: [VaultPath: Int64], overwrites: Bool, now: Int64
    ) throws(VaultError) -> PutResult {
        try record(written.objects, now: now) { database in
            let placing = TreePlacing(database, now: now)
            var contents = written.contents[...]
            var result = PutResult()
            for item in items {
                do {
                    var content = Contents.empty
                    if case .file = item.kind { content = contents.popFirst() ?? .empty }
                    guard try placing.place(item, content, overwrites: overwrites) else {
                        result.entered.append(item.path)
                        continue
                    }
                    result.bytes += content.size
                    result.files += 1
                } catch let error as VaultError where error.isAboutNames {
                    result.failures.append((item.path, error))
                }
            }
            for path in Set(items.map(\.path.parent)).subtracting(result.entered) {
                guard let date = dates[path], var folder = try Tree(database).find(path) else { continue }
                folder.modified = date
                try TreeChange(database).update(folder)
            }
            return result
        }
    }

    /// Writes a part of a file's contents, in order; what lies behind its end is not there.
    ///
    /// - Parameter write: called by one thread at a time. Only authentic bytes arrive.
    /// - Throws: ``VaultError``, or what `write` throws.
    public func read(
        _ path: VaultPath, _ range: Range<Int>? = nil,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let (node, content, extents) = try index.read { database in
            let tree = Tree(database)
            let node = try tree.get(path)
            guard node.kind == .file else { throw VaultError.isAFolder(path.bytes) }
            return (node, try tree.content(of: node.id), try tree.extents(of: node.id))
        }
        let range = (range ?? 0..<node.size).clamped(to: 0..<node.size)
        do {
            if let content {
                guard content.count == node.size else { throw VaultError.damaged(.index("a file's size")) }
                // Safe: clamped to what there is.
                return try unsafe content.withUnsafeBytes {
                    try unsafe write(UnsafeRawBufferPointer(rebasing: $0[range]))
                }
            }
            try unsafe contents.copy(range, of: extents, path: path.bytes, write: write)
        } catch VaultError.missing {
            // It may have been replaced meanwhile, and what was read cleared away.
            let latest = try index.read { try Tree($0).extents(of: node.id) }
            guard latest == extents else { throw VaultError.changed(path.bytes) }
            throw VaultError.damaged(.object(path.bytes))
        } catch {
            throw VaultError.translated(error)
        }
    }

    /// Gives out things as inputs, as many as fit into one transaction.
    private final class Batch: Sendable {
        private struct State {
            var items: [NewItem] = []
            var isAtEnd = false
            var small = 0
        }

        private let next: @Sendable () throws -> NewItem?
        private let state = Mutex(State())

        init(_ next: @escaping @Sendable () throws -> NewItem?) { self.next = next }

        var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

        /// The next file of this batch; folders and links on the way are noted.
        func nextInput() throws -> ContentInput? {
            try state.withLock { state in
                while state.items.count < Vault.itemsAtOnce,
                    state.small < Vault.indexBytesAtOnce / Contents.largestInIndex
                {
                    guard let item = try next() else {
                        state.isAtEnd = true
                        return nil
                    }
                    state.items.append(item)
                    guard case .file(let input) = item.kind else { continue }
                    if (input.expectedSize ?? 0) <= Contents.largestInIndex { state.small += 1 }
                    return input
                }
                return nil
            }
        }

        func take() -> [NewItem] {
            state.withLock { state in
                defer {
                    state.items = []
                    state.small = 0
                }
                return state.items
            }
        }
    }
}

extension VaultError {
    /// Errors of lower layers as this module's; those of callers stay what they are.
    fileprivate static func translated(_ error: any Error) -> any Error {
        switch error {
        case StreamError.interrupted: VaultError.interrupted
        case let error as StoreError: VaultError.store(error)
        default: error
        }
    }

    /// Whether something could not get the name it should have; everything else goes on.
    var isAboutNames: Bool {
        switch self {
        case .notFound, .exists, .notAFolder, .isAFolder, .notEmpty, .badName: true
        default: false
        }
    }
}
