public import SystemPackage

/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable {
    /// What was attempted, as a verb: `open`, `write`, `rename`.
    public var operation: String
    /// On which file; `nil` for a stream without a name.
    public var path: FilePath?
    public var errno: Errno

    public init(_ operation: String, _ path: FilePath?, _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// The error that `errno` holds now.
    static func current(_ operation: String, _ path: FilePath?) -> SystemError {
        SystemError(operation, path, Errno(rawValue: lastErrno))
    }
}

/// Calls `body` again as long as a signal interrupts it and none of them asks to stop; returns -1 on other errors.
@inline(__always)
func retrying<Result: SignedInteger>(_ body: () -> Result) -> Result {
    while true {
        let result = body()
        if result != -1 || lastErrno != Errno.interrupted.rawValue || Interruption.isRequested { return result }
    }
}
