internal import GRDBSQLite

/// The C functions through which SQLite uses an open page file.
///
/// Their table is of version 1: no shared memory, so no write-ahead log, and no memory mapping. It claims no device
/// characteristics: all of them are about what a journal file may leave out, and there is none.
enum PageFileMethods {
    /// The one table of the process, never freed.
    // Safe: it is written once, before anybody can see it.
    nonisolated(unsafe) static let table: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe table.initialize(to: methods())
        return unsafe UnsafePointer(table)
    }()

    // Safe: every pointer below comes from SQLite, which keeps it for the length of the call and names its length.
    private static func methods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        unsafe methods.xClose = { handle in
            unsafe PageFileHandle.takeFile(from: handle)?.close()
            return SQLITE_OK
        }
        unsafe methods.xRead = { handle, buffer, count, offset in
            let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
            return unsafe PageFileMethods.perform(on: handle, orFail: PageFileCode.read) { file in
                try unsafe file.read(into: buffer, at: Int(offset)) ? SQLITE_OK : PageFileCode.shortRead
            }
        }
        unsafe methods.xWrite = { handle, bytes, count, offset in
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return unsafe PageFileMethods.perform(on: handle, orFail: PageFileCode.write) { file in
                try unsafe file.write(bytes, at: Int(offset))
                return SQLITE_OK
            }
        }
        unsafe methods.xTruncate = { handle, size in
            unsafe PageFileMethods.perform(on: handle, orFail: PageFileCode.truncate) { file in
                try file.truncate(to: Int(size))
                return SQLITE_OK
            }
        }
        unsafe methods.xSync = { handle, _ in
            unsafe PageFileMethods.perform(on: handle, orFail: PageFileCode.sync) { file in
                try file.sync()
                return SQLITE_OK
            }
        }
        unsafe methods.xFileSize = { handle, size in
            unsafe size?.pointee = sqlite3_int64(PageFileHandle.file(in: handle)?.size ?? 0)
            return SQLITE_OK
        }
        unsafe methods.xLock = { handle, level in
            unsafe PageFileHandle.file(in: handle)?.lock(level)
            return SQLITE_OK
        }
        unsafe methods.xUnlock = { handle, level in
            unsafe PageFileHandle.file(in: handle)?.unlock(to: level)
            return SQLITE_OK
        }
        unsafe methods.xCheckReservedLock = { handle, isReserved in
            unsafe isReserved?.pointee = PageFileHandle.file(in: handle)?.isReserved == true ? 1 : 0
            return SQLITE_OK
        }
        unsafe methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        unsafe methods.xSectorSize = { _ in CInt(Page.size) }
        unsafe methods.xDeviceCharacteristics = { _ in 0 }
        return methods
    }

    private static func perform(
        on handle: UnsafeMutablePointer<sqlite3_file>?, orFail code: CInt, _ body: (PageFile) throws -> CInt
    ) -> CInt {
        guard let file = unsafe PageFileHandle.file(in: handle), let result = try? body(file) else { return code }
        return result
    }
}
