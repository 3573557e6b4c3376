internal import Synchronization

extension Mutex where Value == Void {
    /// Runs something that nothing else under the same lock runs beside.
    borrowing func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        // Safe: written and read by this thread.
        nonisolated(unsafe) var result: Swift.Result<Result, Failure>?
        withLock { _ in unsafe result = Swift.Result { () throws(Failure) in try body() } }
        return try unsafe result!.get()
    }
}
