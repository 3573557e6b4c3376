import SecrCLI
import SecrCrypto
import SecrStream
import SecrSystem
import SecrVault
import SystemPackage

/// Why a command did not do what it was asked for, in words and as a status.
struct CommandFailure: Error, Equatable {
    var status: ExitStatus
    var path: FilePath?
    var reason: String
    var hint: String?

    init(_ status: ExitStatus, path: FilePath? = nil, _ reason: String, hint: String? = nil) {
        self.status = status
        self.path = path
        self.reason = reason
        self.hint = hint
    }

    init(_ failure: SecretSource.Failure) {
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

    init(_ error: SystemError) {
        if error.errno == .interrupted {
            self.init(.interrupted, "interrupted")
        } else {
            let status: ExitStatus = error.errno == .noSuchFileOrDirectory ? .notFound : .failure
            self.init(status, path: error.path, "can't \(error.operation): \(error.errno.description.lowercasedFirst)")
        }
    }

    /// From whatever a piece of work threw.
    ///
    /// - Parameter vault: the one that was worked on, if any.
    init(_ error: any Error, reading path: FilePath?, vault: FilePath? = nil) {
        switch error {
        case let error as VaultError: self.init(error, vault)
        case let failure as CommandFailure: self = failure
        case let failure as SystemError: self.init(failure)
        case let failure as SecretSource.Failure: self.init(failure)
        case StreamError.wrongKey:
            self.init(.wrongKey, path: path, "wrong passphrase or key, or its first bytes are damaged")
        case StreamError.damaged(let chunk):
            self.init(.damaged, path: path, "damaged or cut off, at part \(chunk)")
        case StreamError.interrupted: self.init(.interrupted, "interrupted")
        case CryptoError.outOfMemory:
            self.init(.failure, "not enough memory to turn the passphrase into a key")
        default: self.init(.failure, path: path, "\(error)")
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

    private func attempt(
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

    /// Says why something failed; returns the status.
    @discardableResult
    func report(_ failure: CommandFailure) -> ExitStatus {
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
    func joined(_ other: ExitStatus) -> ExitStatus {
        if self == .success || self == other { return other }
        return other == .success ? self : .failure
    }
}

extension String {
    /// As messages begin here.
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
