/// What a database's pages lie in.
///
/// A store is used from one thread at a time, on the queue of the database that it carries. Its pages are those of the
/// last committed state as changed by the transaction under way. Pages are numbered from 0 and ``Page/size``
/// bytes long.
protocol PageStore: AnyObject {
    /// How many pages there are, pending ones included.
    var pageCount: Int { get }

    /// Reads a page below ``pageCount``; a page that was never written, in a gap that a later one left, is all zeros.
    func readPage(_ number: Int, into page: UnsafeMutableRawBufferPointer) throws

    /// Writes a page, which stays pending until ``commit()``. A number beyond ``pageCount`` makes the store longer.
    func writePage(_ number: Int, _ page: UnsafeRawBufferPointer) throws

    /// Drops all pages from `count` on, which stays pending too. Never asked to make the store longer.
    func truncate(toPages count: Int)

    /// Makes everything pending durable at once, or throws, and then nothing of it is.
    ///
    /// After a throw ``rollback()`` is called.
    func commit() throws

    /// Drops everything pending.
    func rollback()
}

/// A page of a database.
enum Page {
    /// Bytes.
    static let size = 4_096
}
