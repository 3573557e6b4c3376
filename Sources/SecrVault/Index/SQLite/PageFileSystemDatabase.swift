internal import GRDB

extension PageFileSystem {
    /// Opens the database.
    ///
    /// The queue keeps the file system alive. Everything but pages stays in memory: the rollback journal, temporary
    /// tables and sorts. Every commit syncs exactly once.
    ///
    /// - Parameters:
    ///   - cacheSize: How many bytes of pages to keep in memory; a larger transaction writes some of them early.
    ///   - configuration: Settings to start from.
    func openDatabase(
        cacheSize: Int = 8 << 20, configuration: Configuration = Configuration()
    ) throws -> DatabaseQueue {
        var configuration = configuration
        configuration.foreignKeysEnabled = true
        configuration.journalMode = .default
        configuration.busyMode = .immediateError
        configuration.observesSuspensionNotifications = false
        // `WaitingChanges` stay in one for seconds.
        configuration.allowsUnsafeTransactions = true
        configuration.acceptsDoubleQuotedStringLiterals = false
        configuration.prepareDatabase { [self] database in
            // Safe: the connection is open as long as the database is.
            guard unsafe carries(database.sqliteConnection) else { throw PageFileError.otherFileSystem }
            try database.execute(sql: Self.settings + "PRAGMA cache_size = -\(cacheSize >> 10);")
        }
        return try DatabaseQueue(path: "file:index?vfs=\(name)", configuration: configuration)
    }

    private static let settings = """
        PRAGMA page_size = \(Page.size);
        PRAGMA auto_vacuum = NONE;
        PRAGMA locking_mode = NORMAL;
        PRAGMA journal_mode = MEMORY;
        PRAGMA synchronous = FULL;
        PRAGMA temp_store = MEMORY;
        PRAGMA mmap_size = 0;
        PRAGMA secure_delete = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;

        """
}
