internal import GRDBSQLite

/// SQLite's handle of an open file: its own structure, and behind it the reference to our file.
///
/// SQLite allocates ``size`` bytes for every handle and frees them after closing.
enum PageFileHandle {
    // Safe: only sizes are asked for here and below.
    private static let offset = unsafe MemoryLayout<sqlite3_file>.stride

    /// How much room a handle needs.
    static let size = unsafe CInt(offset + MemoryLayout<UnsafeRawPointer>.stride)

    /// Puts a file into a handle, which keeps it until it is closed.
    static func put(_ file: PageFile, into handle: UnsafeMutablePointer<sqlite3_file>) {
        // Safe: SQLite gave the handle `size` bytes, and aligns what it allocates to 8 bytes.
        let reference = unsafe UnsafeRawPointer(Unmanaged.passRetained(file).toOpaque())
        unsafe UnsafeMutableRawPointer(handle)
            .storeBytes(of: reference, toByteOffset: offset, as: UnsafeRawPointer.self)
        unsafe handle.pointee.pMethods = PageFileMethods.table
    }

    /// The file in an open handle.
    static func file(in handle: UnsafeMutablePointer<sqlite3_file>?) -> PageFile? {
        unsafe reference(in: handle)?.takeUnretainedValue()
    }

    /// Takes the file out of a handle that is being closed.
    static func takeFile(from handle: UnsafeMutablePointer<sqlite3_file>?) -> PageFile? {
        unsafe reference(in: handle)?.takeRetainedValue()
    }

    private static func reference(in handle: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<PageFile>? {
        guard let handle = unsafe handle else { return nil }
        // Safe: SQLite passes only handles that `put` has filled, and none after it was closed.
        let pointer = unsafe UnsafeRawPointer(handle).load(fromByteOffset: offset, as: UnsafeRawPointer.self)
        return unsafe Unmanaged.fromOpaque(pointer)
    }
}
