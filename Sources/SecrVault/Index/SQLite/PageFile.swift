internal import GRDBSQLite

/// The open database file as SQLite sees it: byte ranges turned into pages, and the locks of its one connection.
///
/// Used from one thread at a time: SQLite calls it only for its connection, which lives on one queue.
final class PageFile {
    /// What the transaction under way has changed.
    private struct Changes {
        /// The header of the committed state, nil for an empty database.
        let oldHeader: DatabaseHeader?

        /// The header as changed.
        var newHeader: DatabaseHeader?

        /// Whether the store has refused something, so that only the old state may be restored.
        var hasFailed = false

        init(_ header: DatabaseHeader?) {
            oldHeader = header
            newHeader = header
        }
    }

    private let store: any PageStore
    private let fileSystem: PageFileSystem
    private var changes: Changes?
    private var hasCommitted = false
    private var lockLevel = SQLITE_LOCK_NONE
    private var scratch = [UInt8](repeating: 0, count: Page.size)

    /// Opens the store's one file; the file system stays alive as long as its file.
    init(store: any PageStore, fileSystem: PageFileSystem) {
        self.store = store
        self.fileSystem = fileSystem
    }

    /// The length in bytes.
    var size: Int { store.pageCount * Page.size }

    /// Whether somebody is about to write.
    var isReserved: Bool { lockLevel >= SQLITE_LOCK_RESERVED }

    /// Fills the buffer from the offset on, with zeros beyond the end; false if the end was passed.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Bool {
        var filled = 0
        while filled < buffer.count {
            let (page, start) = (offset + filled).quotientAndRemainder(dividingBy: Page.size)
            let count = min(Page.size - start, buffer.count - filled)
            // Safe: the part lies within the buffer, which SQLite keeps for the length of this call.
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + count)])
            guard page < store.pageCount else {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                _ = unsafe rest.initializeMemory(as: UInt8.self, repeating: 0)
                return false
            }
            try unsafe readPart(of: page, from: start, into: part)
            filled += count
        }
        return true
    }

    private func readPart(of page: Int, from start: Int, into part: UnsafeMutableRawBufferPointer) throws {
        guard part.count < Page.size else {
            // Safe: the part is one whole page.
            return try noting { try unsafe store.readPage(page, into: part) }
        }
        // Safe: the scratch page outlives the closure, and the copied range lies within it.
        unsafe try scratch.withUnsafeMutableBytes { scratch in
            try noting { try unsafe store.readPage(page, into: scratch) }
            unsafe part.copyBytes(from: scratch[start..<(start + part.count)])
        }
    }

    /// Writes one page.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        let size = Page.size
        try change { changes in
            guard offset.isMultiple(of: size), bytes.count == size else { throw PageFileError.notOnePage }
            // Safe: the bytes are one page, which SQLite keeps for the length of this call.
            try unsafe store.writePage(offset / size, bytes)
            if offset == 0 { changes.newHeader = unsafe DatabaseHeader(firstPage: bytes) }
        }
    }

    /// Makes the file shorter.
    func truncate(to size: Int) throws {
        let count = (size + Page.size - 1) / Page.size
        guard count < store.pageCount else { return }
        try change { changes in
            store.truncate(toPages: count)
            if count == 0 { changes.newHeader = nil }
        }
    }

    /// Commits what is pending.
    ///
    /// SQLite also syncs after a rollback that had to take back pages already written: those of a failed commit, or of
    /// a transaction too large for the cache. The change counter tells the two apart: a commit raises it, a rollback
    /// restores it. Then what is pending is the committed state once more, and is dropped.
    func sync() throws {
        guard let changes else { return }
        guard hasCommitted || changes.newHeader?.changeCounter != changes.oldHeader?.changeCounter else {
            return drop()
        }
        guard !changes.hasFailed else { throw PageFileError.incomplete }
        try change { changes in
            // SQLite would shorten the file only after the commit, in a second one.
            if let count = changes.newHeader?.pageCount, count > 0, count < store.pageCount {
                store.truncate(toPages: count)
            }
            try store.commit()
        }
        self.changes = nil
        hasCommitted = true
    }

    /// Takes a lock, which is never refused: there is no other connection.
    func lock(_ level: CInt) {
        lockLevel = max(lockLevel, level)
    }

    /// Gives up a lock and with it whatever is still pending.
    func unlock(to level: CInt) {
        lockLevel = level
        guard level <= SQLITE_LOCK_SHARED else { return }
        drop()
        hasCommitted = false
    }

    /// Drops what is pending and lets another connection open the store.
    func close() {
        drop()
        fileSystem.didClose()
    }

    private func drop() {
        guard changes != nil else { return }
        store.rollback()
        changes = nil
    }

    /// Changes the store, and remembers if that fails.
    private func change(_ body: (inout Changes) throws -> Void) throws {
        var changes = try changes ?? Changes(currentHeader())
        defer { self.changes = changes }
        do {
            try noting { try body(&changes) }
        } catch {
            changes.hasFailed = true
            throw error
        }
    }

    private func currentHeader() throws -> DatabaseHeader? {
        guard store.pageCount > 0 else { return nil }
        // Safe: the scratch page outlives the closure.
        return try unsafe scratch.withUnsafeMutableBytes { page in
            try noting { try unsafe store.readPage(0, into: page) }
            return unsafe DatabaseHeader(firstPage: UnsafeRawBufferPointer(page))
        }
    }

    /// Remembers what the store threw, of which SQLite can pass on no more than a code.
    private func noting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            fileSystem.note(error)
            throw error
        }
    }
}
