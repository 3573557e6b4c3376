package import SecrVault

/// What can be looked up, within a look as within a transaction.
package protocol StateReading {
    func value(of key: [UInt8]) throws(VaultError) -> [UInt8]?
    func node(at path: VaultPath) throws(VaultError) -> Node?
    func entries(
        withPrefix prefix: [UInt8], after: [UInt8]?, before: [UInt8]?, backwards: Bool, limit: Int
    ) throws(VaultError) -> [(key: [UInt8], value: [UInt8])]
}

extension StateReading {
    func entries(
        withPrefix prefix: [UInt8], before: [UInt8]? = nil, backwards: Bool = false, limit: Int = .max
    ) throws(VaultError) -> [(key: [UInt8], value: [UInt8])] {
        try entries(withPrefix: prefix, after: nil, before: before, backwards: backwards, limit: limit)
    }
}

extension StateReader: StateReading {}
extension StateTransaction: StateReading {}
