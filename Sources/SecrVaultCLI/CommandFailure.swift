package import SecrCLI
internal import SecrCrypto
internal import SecrSystem
internal import SecrVault
package import SystemPackage

extension CommandFailure {
    package init(_ failure: SecretSource.Failure) {
        switch failure {
        case .noTerminal:
            self.init(
                .failure, "there is no terminal to ask for the passphrase",
                hint: "--passphrase-file, --passphrase-fd or --passphrase-command tell where it is")
        case .unreadable(let error): self.init(error)
        case .notASecret(let reason, let path): self.init(.failure, path: path, reason)
        case .commandFailed: self.init(.failure, "the command that should print the passphrase failed")
        case .differ: self.init(.failure, "the two passphrases are not the same")
        case .interrupted: self.init(.interrupted, "interrupted")
        }
    }

    /// From whatever a piece of work threw.
    ///
    /// - Parameters:
    ///   - path: what is named where the error names nothing.
    ///   - vault: the one that was worked on, if any.
    package init(
        _ error: any Error, about path: FilePath? = nil, vault: FilePath? = nil, hints: VaultHints = .ofAnotherTool
    ) {
        switch error {
        case let error as VaultError: self.init(error, vault, hints)
        case let failure as CommandFailure: self = failure
        case let failure as SystemError: self.init(failure)
        case let failure as SecretSource.Failure: self.init(failure)
        case CryptoError.outOfMemory:
            self.init(.failure, "not enough memory to turn the passphrase into a key")
        default: self.init(.failure, path: path, "\(error)")
        }
    }
}

extension Console {
    /// Does a command's work; what it throws is said, and becomes the command's status.
    package func attempt(
        _ failure: (any Error) -> CommandFailure, _ work: () throws -> ExitStatus
    ) -> ExitStatus {
        do {
            let status = try work()
            clearStatus()
            return flush() ? status : .failure
        } catch {
            return report(failure(error))
        }
    }
}

extension ExitStatus {
    /// Of two things together: what both ended with, or else a failure.
    package func joined(_ other: ExitStatus) -> ExitStatus {
        if self == .success || self == other { return other }
        return other == .success ? self : .failure
    }
}
