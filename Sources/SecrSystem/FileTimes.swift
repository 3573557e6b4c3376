internal import Glibc

extension OwnedDescriptor {
    /// Sets when the file was last changed and last read to the beginning of 1970.
    public func zeroTimes() throws(SystemError) {
        let times = [timespec(), timespec()]
        // Safe: two times, that of reading first.
        guard unsafe futimens(raw, times) == 0 else { throw .current("set the times", nil) }
    }
}
