internal import GRDBSQLite

/// The C functions through which SQLite opens the database of a page file system, and nothing else.
enum PageFileSystemMethods {
    /// Puts the functions into a file system's structure.
    // Safe: every pointer below comes from SQLite, which keeps it for the length of the call and names its length.
    static func fill(_ vfs: inout sqlite3_vfs) {
        unsafe vfs.iVersion = 2
        unsafe vfs.szOsFile = PageFileHandle.size
        unsafe vfs.mxPathname = 255
        unsafe vfs.xOpen = { vfs, _, handle, flags, outFlags in
            guard let handle = unsafe handle else { return SQLITE_CANTOPEN }
            // A handle without methods is one that SQLite need not close.
            unsafe handle.pointee.pMethods = nil
            guard flags & SQLITE_OPEN_MAIN_DB != 0,
                let file = unsafe PageFileSystemMethods.fileSystem(of: vfs)?.openFile()
            else { return SQLITE_CANTOPEN }
            unsafe PageFileHandle.put(file, into: handle)
            unsafe outFlags?.pointee = flags
            return SQLITE_OK
        }
        unsafe vfs.xDelete = { _, _, _ in PageFileCode.nothingToDelete }
        unsafe vfs.xAccess = { _, _, _, exists in
            unsafe exists?.pointee = 0
            return SQLITE_OK
        }
        unsafe vfs.xFullPathname = { _, name, size, fullName in
            guard let name = unsafe name, let fullName = unsafe fullName else { return SQLITE_CANTOPEN }
            let characters = unsafe String(cString: name).utf8CString
            guard characters.count <= Int(size) else { return SQLITE_CANTOPEN }
            _ = unsafe UnsafeMutableBufferPointer(start: fullName, count: Int(size)).update(fromContentsOf: characters)
            return SQLITE_OK
        }
        unsafe vfs.xDlOpen = { _, _ in nil }
        unsafe vfs.xDlError = { _, size, message in
            if size > 0 { unsafe message?.pointee = 0 }
        }
        unsafe fillFromDefault(&vfs)
    }

    /// Chance, time and sleep, which the process's own file system knows.
    private static func fillFromDefault(_ vfs: inout sqlite3_vfs) {
        unsafe vfs.xRandomness = { _, size, bytes in
            let base = unsafe sqlite3_vfs_find(nil)
            return unsafe base?.pointee.xRandomness?(base, size, bytes) ?? 0
        }
        unsafe vfs.xSleep = { _, microseconds in
            let base = unsafe sqlite3_vfs_find(nil)
            return unsafe base?.pointee.xSleep?(base, microseconds) ?? 0
        }
        unsafe vfs.xCurrentTime = { _, time in
            let base = unsafe sqlite3_vfs_find(nil)
            return unsafe base?.pointee.xCurrentTime?(base, time) ?? SQLITE_ERROR
        }
        unsafe vfs.xCurrentTimeInt64 = { _, time in
            let base = unsafe sqlite3_vfs_find(nil)
            return unsafe base?.pointee.xCurrentTimeInt64?(base, time) ?? SQLITE_ERROR
        }
        unsafe vfs.xGetLastError = { _, _, _ in 0 }
    }

    private static func fileSystem(of vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> PageFileSystem? {
        guard let reference = unsafe vfs?.pointee.pAppData else { return nil }
        // Safe: the file system outlives its registration, without which SQLite could not call.
        return unsafe Unmanaged<PageFileSystem>.fromOpaque(reference).takeUnretainedValue()
    }
}
