/// Why a page file system can't be made or used.
enum PageFileError: Error {
    /// This SQLite was built without names of the form `file:`, by which a connection picks its file system.
    case noFileNames

    /// SQLite refused the file system, with this code.
    case notRegistered(CInt)

    /// The connection was opened through another file system.
    case otherFileSystem

    /// SQLite would write something else than one page: the database has another page size.
    case notOnePage

    /// SQLite would commit although a write had failed.
    case incomplete
}
