package import SecrCLI
internal import SecrCrypto
package import SecrSystem
internal import SecrVault
package import SystemPackage

/// Why a command did not do what it was asked for, in words and as a status.
package struct CommandFailure: Error, Equatable {
    package var status: ExitStatus
    package var path: FilePath?
    package var reason: String
    package var hint: String?

    package init(_ status: ExitStatus, path: FilePath? = nil, _ reason: String, hint: String? = nil) {
        self.status = status
        self.path = path
        self.reason = reason
        self.hint = hint
    }

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

    package init(_ error: SystemError) {
        if error.errno == .interrupted {
            self.init(.interrupted, "interrupted")
        } else {
            let status: ExitStatus = error.errno == .noSuchFileOrDirectory ? .notFound : .failure
            self.init(status, path: error.path, "can't \(error.operation): \(error.errno.description.lowercasedFirst)")
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

    /// Says why something failed; returns the status.
    @discardableResult
    package func report(_ failure: CommandFailure) -> ExitStatus {
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

extension ExitStatus {
    /// Of two things together: what both ended with, or else a failure.
    package func joined(_ other: ExitStatus) -> ExitStatus {
        if self == .success || self == other { return other }
        return other == .success ? self : .failure
    }
}

extension String {
    /// As messages begin here.
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
