public import SecrSystem

/// A store that did not do what it was asked for.
public struct StoreError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case system(SystemError)
        /// Larger than any object is.
        case tooLarge
        /// An object became shorter while it was read.
        case shortened
        case failed
    }

    public var reason: Reason
    /// Of which object.
    public var name: ObjectName?
    /// Whether what was asked for may have happened all the same.
    public var isUncertain: Bool

    public init(_ reason: Reason, _ name: ObjectName? = nil, isUncertain: Bool = false) {
        self.reason = reason
        self.name = name
        self.isUncertain = isUncertain
    }
}
