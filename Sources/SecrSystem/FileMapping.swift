internal import CSecrShims
internal import Glibc
public import SecrBytes

extension FileSource {
    /// Lends a part of the file from the page cache.
    ///
    /// A file that somebody makes shorter meanwhile would end the process by SIGBUS; the guard puts zeros in the place of
    /// what is missing, and `FileStatus` tells that the file changed.
    public func view(_ range: Range<Int>) -> ByteView? {
        if Interruption.isRequested { return nil }
        let page = sysconf(CInt(_SC_PAGESIZE))
        let start = range.lowerBound / page * page
        let length = range.upperBound - start
        guard let base = unsafe mmap(nil, length, PROT_READ, MAP_SHARED, descriptor.raw, start),
            unsafe base != MAP_FAILED
        else { return nil }
        let guarded = unsafe secr_guard(base, length)
        guard guarded >= 0 else {
            unsafe munmap(base, length)
            return nil
        }
        // Safe: the mapping covers the range and stays until the view is released, which does it once.
        let bytes = unsafe UnsafeRawBufferPointer(start: base + (range.lowerBound - start), count: range.count)
        return unsafe ByteView(lending: bytes) {
            secr_unguard(guarded)
            unsafe munmap(base, length)
        }
    }
}
