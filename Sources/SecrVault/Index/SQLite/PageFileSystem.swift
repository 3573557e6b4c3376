internal import GRDBSQLite
internal import Synchronization

/// A file system for SQLite that holds one database, whose pages lie in a ``PageStore``, and no other file.
///
/// It registers itself under a name of its own, never as the default, and is gone again once nothing uses it. One
/// connection at a time can be open.
// Safe: the store is used only through the one connection, which stays on its queue; the rest is locked or immutable.
@safe final class PageFileSystem: @unchecked Sendable {
    private static let count = Atomic<Int>(0)

    /// What it is registered as.
    let name: String

    private let store: any PageStore
    private let cName: UnsafeMutableBufferPointer<CChar>
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let isOpen = Mutex(false)
    private let failure = Mutex<(any Error)?>(nil)

    /// Registers a file system for a store.
    init(store: any PageStore) throws {
        name = "pages-\(Self.count.add(1, ordering: .relaxed).newValue)"
        self.store = store
        // Safe: both allocations are initialised in full before SQLite sees them, and freed in deinit.
        let characters = name.utf8CString
        unsafe cName = .allocate(capacity: characters.count)
        _ = unsafe cName.initialize(from: characters)
        unsafe vfs = .allocate(capacity: 1)
        unsafe vfs.initialize(to: sqlite3_vfs())
        guard unsafe sqlite3_compileoption_used("USE_URI") != 0 else { throw PageFileError.noFileNames }
        unsafe PageFileSystemMethods.fill(&vfs.pointee)
        unsafe vfs.pointee.zName = UnsafePointer(cName.baseAddress)
        unsafe vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe sqlite3_vfs_register(vfs, 0)
        guard code == SQLITE_OK else { throw PageFileError.notRegistered(code) }
    }

    deinit {
        // Safe: an open file keeps the file system, so no connection has it any more; SQLite ignores an unknown one.
        unsafe sqlite3_vfs_unregister(vfs)
        unsafe vfs.deallocate()
        unsafe cName.deallocate()
    }

    /// The error that the store threw last, which SQLite reports only as a code; asking forgets it.
    func takeFailure() -> (any Error)? {
        failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
    }

    /// Whether a connection's main database lies in this file system.
    func carries(_ connection: OpaquePointer?) -> Bool {
        var found: UnsafeMutablePointer<sqlite3_vfs>?
        // Safe: this control writes one pointer to the address given, and the connection is open.
        let code = unsafe sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER, &found)
        return unsafe code == SQLITE_OK && found == vfs
    }

    /// Opens the one file, unless it is open.
    func openFile() -> PageFile? {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = true }
            return isOpen
        }
        return wasOpen ? nil : PageFile(store: store, fileSystem: self)
    }

    func didClose() {
        isOpen.withLock { $0 = false }
    }

    func note(_ error: any Error) {
        failure.withLock { $0 = error }
    }
}
