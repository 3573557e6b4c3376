/// The fields of a database's first page that tell one committed state from the next.
struct DatabaseHeader: Equatable {
    /// Goes up by one with every commit.
    let changeCounter: UInt32

    /// The size of the database, in pages.
    let pageCount: Int

    /// Reads the fields from the first page's bytes, at the offsets that the SQLite file format gives.
    init(firstPage page: UnsafeRawBufferPointer) {
        // Safe: both offsets lie within a page, and the pointer checks its bounds.
        changeCounter = unsafe UInt32(bigEndian: page.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
        pageCount = unsafe Int(UInt32(bigEndian: page.loadUnaligned(fromByteOffset: 28, as: UInt32.self)))
    }
}
