public import SecrStream

/// Where sealed objects lie: written once, never changed, found by their names.
///
/// One conformance suite holds for all of them. Every call may be made from any thread.
public protocol ObjectStore: Sendable {
    /// Begins an object of unknown length. Nobody sees it before it is published; one that is not leaves nothing behind.
    func makeDraft() throws(StoreError) -> any ObjectDraft

    /// The object of this name, or `nil` where there is none. It stays readable after it has been deleted.
    func open(_ name: ObjectName) throws(StoreError) -> (any SealedSource)?

    /// Whether there is such an object.
    func exists(_ name: ObjectName) throws(StoreError) -> Bool

    /// No error where there is none.
    func delete(_ name: ObjectName) throws(StoreError)

    /// Every object and its size in bytes, in any order.
    func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError)

    /// How many syncs have failed so far, whoever asked for them.
    var failedSyncs: Int { get }

    /// Returns when everything that was published before is going to survive a power cut.
    ///
    /// - Parameter failures: ``failedSyncs`` from before the first of it was published. If one failed since, this fails
    ///   too: the system tells only once, and perhaps it told somebody else.
    func sync(after failures: Int) throws(StoreError)

    /// Returns when an object that somebody published durably, who may have been stopped at it, is going to survive a
    /// power cut.
    func settle(_ name: ObjectName) throws(StoreError)
}

/// An object that is being written.
public protocol ObjectDraft: AnyObject, Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError)

    /// Gives it its name. Of several that want one name at the same time exactly one gets it.
    ///
    /// - Parameter durably: whether to return only when the object is going to survive a power cut.
    /// - Returns: `false` where the name was taken. Then nothing has changed.
    /// - Throws: after an error with ``StoreError/isUncertain`` the object may be there or not.
    func publish(_ name: ObjectName, durably: Bool) throws(StoreError) -> Bool
}

extension ObjectStore {
    /// For who has published nothing that is not durable yet.
    public func sync() throws(StoreError) { try sync(after: failedSyncs) }

    /// Puts a whole object.
    public func put(_ name: ObjectName, _ bytes: [UInt8], durably: Bool) throws(StoreError) -> Bool {
        let draft = try makeDraft()
        // Safe: the pointer does not leave the closure.
        try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(StoreError) in try unsafe draft.write(bytes) }
        return try draft.publish(name, durably: durably)
    }

    /// A whole object, or `nil` where there is none. Not more than the largest class.
    public func get(_ name: ObjectName) throws(StoreError) -> [UInt8]? {
        guard let source = try open(name) else { return nil }
        guard source.size <= SizeClass.largest else { throw StoreError(.tooLarge, name) }
        var bytes = [UInt8](repeating: 0, count: source.size)
        do {
            // Safe: the pointer does not leave the closure.
            try unsafe bytes.withUnsafeMutableBytes { try unsafe source.read(at: 0, into: $0) }
        } catch {
            throw error as? StoreError ?? StoreError(.failed, name)
        }
        return bytes
    }
}
