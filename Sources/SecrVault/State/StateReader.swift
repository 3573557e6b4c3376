/// What programs keep in an area: values under keys, in the order of the keys' bytes. To be used within
/// ``Vault/readState(catchesUp:_:)`` only.
public struct StateReader {
    let table: StateTable

    public func value(of key: [UInt8]) throws(VaultError) -> [UInt8]? { try table.value(of: key) }

    /// Keys that begin with a prefix, and their values, in the order of the keys' bytes.
    ///
    /// - Parameters:
    ///   - after: only keys behind this one, which need not be there.
    ///   - before: only keys in front of this one, which need not be there.
    ///   - backwards: from the last one to the first.
    ///   - limit: not more than that many.
    public func entries(
        withPrefix prefix: [UInt8], after: [UInt8]? = nil, before: [UInt8]? = nil, backwards: Bool = false,
        limit: Int = .max
    ) throws(VaultError) -> [(key: [UInt8], value: [UInt8])] {
        try table.entries(KeyRange(prefix: prefix, after: after, before: before), backwards: backwards, limit: limit)
    }

    /// What lies at a place among the files; `nil` for nothing.
    public func node(at path: VaultPath) throws(VaultError) -> Node? {
        try table.use { try Tree($0).find(path) }
    }
}
