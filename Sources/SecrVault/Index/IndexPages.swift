/// The pages of an index as SQLite sees them: those of the log, changed by the transaction that is under way.
final class IndexPages: PageStore {
    private let log: IndexLog
    private var pending: [Int: [UInt8]] = [:]
    private var pendingCount: Int?
    /// What lay behind it is gone, even if the database grows again.
    private var cut = Int.max

    /// The transaction that is under way would overwrite somebody else's.
    enum Conflict: Error {
        /// Another process wrote the next record.
        case lost
        /// This process has fallen behind; the log has to be read anew.
        case stale
    }

    init(_ log: IndexLog) { self.log = log }

    var pageCount: Int { pendingCount ?? log.pageCount }

    func readPage(_ number: Int, into page: UnsafeMutableRawBufferPointer) throws {
        if let bytes = pending[number] {
            unsafe page.copyBytes(from: bytes)
        } else if number < min(log.pageCount, cut) {
            try unsafe log.readPage(number, into: page)
        } else {
            unsafe page.initializeMemory(as: UInt8.self, repeating: 0)
        }
    }

    func writePage(_ number: Int, _ page: UnsafeRawBufferPointer) throws {
        if pending.count >= IndexRecord.maximumPages && pending[number] == nil { throw VaultError.tooLarge }
        // Safe: copied at once.
        pending[number] = unsafe Array(page)
        pendingCount = max(pageCount, number + 1)
    }

    func truncate(toPages count: Int) {
        pendingCount = count
        cut = min(cut, count)
        pending = pending.filter { $0.key < count }
    }

    func commit() throws {
        if pending.isEmpty && pendingCount == nil { return }
        // A page in a gap was never written, and a record has to bring it.
        let kept = min(log.pageCount, cut)
        for number in kept..<max(pageCount, kept) where pending[number] == nil {
            pending[number] = [UInt8](repeating: 0, count: Page.size)
        }
        let pages = pending.map { (number: $0.key, bytes: $0.value) }.sorted { $0.number < $1.number }
        switch try log.append(pages, pageCount: pageCount) {
        case .committed: rollback()
        case .lost: throw Conflict.lost
        case .stale: throw Conflict.stale
        }
    }

    func rollback() {
        pending = [:]
        pendingCount = nil
        cut = .max
    }
}
