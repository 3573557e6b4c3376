internal import GRDBSQLite

/// SQLite's extended result codes, whose C definitions Swift does not import.
enum PageFileCode {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let nothingToDelete = SQLITE_IOERR | 23 << 8
}
