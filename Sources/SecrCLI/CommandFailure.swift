public import SecrSystem
public import SystemPackage

/// Why a command did not do what it was asked for, in words and as a status.
public struct CommandFailure: Error, Equatable {
    public var status: ExitStatus
    public var path: FilePath?
    public var reason: String
    public var hint: String?

    public init(_ status: ExitStatus, path: FilePath? = nil, _ reason: String, hint: String? = nil) {
        self.status = status
        self.path = path
        self.reason = reason
        self.hint = hint
    }

    public init(_ error: SystemError) {
        guard error.errno != .interrupted else {
            self.init(.interrupted, "interrupted")
            return
        }
        let text = error.errno.description
        self.init(
            error.errno == .noSuchFileOrDirectory ? .notFound : .failure, path: error.path,
            "can't \(error.operation): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}

extension Console {
    /// Says why something failed; returns the status.
    @discardableResult
    public func report(_ failure: CommandFailure) -> ExitStatus {
        clearStatus()
        if failure.status == .interrupted { return .interrupted }
        if failure.status == .remains {
            warning(failure.path, failure.reason)
        } else if let path = failure.path {
            error(path, failure.reason, hint: failure.hint)
        } else {
            error(failure.reason, hint: failure.hint)
        }
        return failure.status
    }
}
