/// What programs keep in an area beside its files, and change together with them: a messenger its conversations.
///
/// Each program begins its keys with something of its own. Nothing else of the vault may be used within the closures.
extension Vault {
    /// Looks at what there is at one moment.
    ///
    /// - Parameter catchesUp: whether to look first for what others wrote.
    /// - Throws: ``VaultError``, or what `body` throws.
    public func readState<Result>(catchesUp: Bool = true, _ body: (StateReader) throws -> Result) throws -> Result {
        var thrown: (any Error)?
        do {
            return try index.read(catchesUp: catchesUp) { database in
                try keepingErrors(in: &thrown) { try body(StateReader(table: StateTable(index, database))) }
            }
        } catch {
            throw thrown ?? error
        }
    }

    /// Changes something, all of it or nothing. When it returns, that is durable, also what was as it should be before.
    ///
    /// - Parameter body: may be run several times, each time on a newer state, so it must have no other effects. Where
    ///   it throws, nothing is changed.
    /// - Throws: ``VaultError``, or what `body` throws.
    public func changeState<Result>(_ body: (StateTransaction) throws -> Result) throws -> Result {
        var thrown: (any Error)?
        do {
            return try index.write { database in
                try keepingErrors(in: &thrown) { try body(StateTransaction(StateTable(index, database))) }
            }
        } catch {
            throw thrown ?? error
        }
    }
}

/// Lets a caller's own error out of what takes every error for one of a lower layer: by the side.
func keepingErrors<Result>(in thrown: inout (any Error)?, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        if error is VaultError { throw error }
        thrown = error
        throw VaultError.unexpected("\(error)")
    }
}
