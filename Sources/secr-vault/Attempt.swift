import SecrCLI
import SecrStream
import SecrVault
import SecrVaultCLI
import SystemPackage

extension CommandFailure {
    /// From whatever a piece of work of this tool threw.
    ///
    /// - Parameters:
    ///   - path: what damage is found in; `nil` for standard input.
    ///   - vault: the one that was worked on, if any.
    init(_ error: any Error, reading path: FilePath?, vault: FilePath? = nil) {
        switch error {
        case StreamError.wrongKey:
            self.init(.wrongKey, path: path, "wrong passphrase or key, or its first bytes are damaged")
        case StreamError.damaged(let chunk):
            self.init(.damaged, path: path, "damaged or cut off, at part \(chunk)")
        case StreamError.interrupted: self.init(.interrupted, "interrupted")
        default: self.init(error, about: path, vault: vault, hints: .ofVaultTool)
        }
    }
}

extension Console {
    /// Does a command's work; what it throws is said, and becomes the command's status.
    ///
    /// - Parameter path: what damage is found in; `nil` for standard input.
    func attempt(reading path: FilePath?, _ work: () throws -> ExitStatus) -> ExitStatus {
        attempt({ CommandFailure($0, reading: path) }, work)
    }

    /// The same for work on a vault.
    func attempt(vault path: FilePath, _ work: () throws -> ExitStatus) -> ExitStatus {
        attempt({ CommandFailure($0, reading: nil, vault: path) }, work)
    }

    /// Does a piece of work for each operand. What fails for one is said, and the others still get their turn; what is
    /// wrong with the vault itself ends it.
    func each<Operand>(
        _ operands: some Sequence<Operand>, of vault: FilePath, _ work: (Operand) throws -> Void
    ) throws -> ExitStatus {
        var status = ExitStatus.success
        for operand in operands {
            do {
                try work(operand)
            } catch {
                let failure = CommandFailure(error, reading: nil, vault: vault)
                guard let path = failure.path, path != vault, failure.status != .interrupted else { throw failure }
                status = status.joined(report(failure))
            }
        }
        return status
    }
}
