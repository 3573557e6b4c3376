import SecrCLI
import SecrMessenger
import SecrRelayClient
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrWire
import SystemPackage

extension CommandFailure {
    /// From whatever a command of this tool threw.
    ///
    /// - Parameter path: what it was about, where the error does not say it.
    init(_ error: any Error, about path: FilePath? = nil, in vault: FilePath) {
        if let error = error as? MessengerError {
            self.init(error, vault)
            self.path = self.path ?? path
        } else if case VaultError.notAVault = error {
            self.init(.notFound, path: vault, "there is no vault", hint: "'init' makes one, and sets the messenger up")
        } else {
            self.init(error, about: path, vault: vault)
        }
    }

    init(_ error: MessengerError, _ vault: FilePath) {
        func quoted(_ text: String) -> String { "'\(SafeText.escape(text))'" }
        self =
            switch error {
            case .notSetUp:
                Self(.notFound, path: vault, "there is no messenger in this vault", hint: "'init' sets it up")
            case .damaged: Self(.damaged, path: vault, "what the messenger has stored makes no sense")
            case .unknownContact(let name):
                Self(.notFound, "there is no contact \(quoted(name))", hint: "'contacts' lists those there are")
            case .nameTaken(let name):
                Self(
                    .failure, "there is a contact \(quoted(name)) already",
                    hint: "--anew begins anew with the same person, and keeps the history")
            case .badName(let name):
                Self(.usage, "\(quoted(name)) can't be a name: 1 to 64 visible characters, and no - or / in front")
            case .badInvitation(let error):
                Self(
                    .failure,
                    error.code == .version ? "this invitation is from a later version" : "this is no invitation",
                    hint: error.code == .check || error.code == .size
                        ? "letters are wrong or missing: copy the whole link, from secr: to its end" : nil)
            case .expiredInvitation:
                Self(.failure, "this invitation is not good any more", hint: "ask for another one")
            case .ownInvitation:
                Self(
                    .failure, "this invitation was made here", hint: "hand it to the person whom you want to talk with")
            case .insecureRelay(let relay):
                Self(
                    .usage, "\(quoted(relay)) is no relay that can be used",
                    hint: "https://HOST, or http for an onion service and this machine")
            case .badProxy(let proxy): Self(.usage, "\(quoted(proxy)) is no proxy", hint: "HOST:PORT")
            case .noRelay: Self(.failure, "there is no relay to take in messages with", hint: "'init' names some")
            case .relay(let origin, let error): Self(.failure, "\(SafeText.escape(origin)): \(error)")
            case .notActive(let name):
                Self(
                    .failure, "there is no conversation with \(quoted(name)) at present",
                    hint: "'contacts' tells why; 'invite --anew' begins anew")
            case .frozen(let name):
                Self(
                    .failure,
                    "the conversation with \(quoted(name)) is frozen: this vault was restored, copied or repaired",
                    hint: "what was said can be read; 'invite --anew' or 'accept --anew' goes on with fresh keys")
            case .broken(let name):
                Self(
                    .failure, "the conversation with \(quoted(name)) can't go on",
                    hint: "'invite --anew' or 'accept --anew' goes on with fresh keys")
            case .usedInvitation(let name):
                Self(
                    .failure, "the invitation for \(quoted(name)) was answered before, or withdrawn",
                    hint: "if you did not do that, somebody else has it: ask for another one, on a way that you trust")
            case .badText: Self(.usage, "a message has 1 to 65,536 bytes of text")
            case .unknownMessage(let number): Self(.notFound, "there is no message \(number)")
            case .badFileName:
                Self(.usage, "this can't be the name of a file that is sent", hint: "--name gives it another one")
            case .unscrubbed(let reason):
                Self(
                    .failure, "not sent, since it can't be scrubbed: \(SafeText.escape(reason))",
                    hint: "--unscrubbed sends it as it is, with all that it tells about you")
            case .unreadable(let reason): Self(.failure, "not sent: \(SafeText.escape(reason))")
            case .noFile(let number): Self(.notFound, "message \(number) has no file")
            case .fileFailed(let number, let reason):
                Self(.failure, "the file of message \(number) is not to be had: \(SafeText.escape(reason))")
            case .group(let error): Self(.failure, "the conversation can't go on: \(error)")
            case .noDeviceState:
                Self(
                    .failure, "there is no place to remember what this device has seen of the vault",
                    hint: "set HOME or XDG_STATE_HOME to a folder that can be written")
            }
    }
}

extension Console {
    /// Does a command's work; what it throws is said, and becomes the command's status.
    func attempt(_ access: ChatAccess, _ work: @escaping @Sendable () async throws -> ExitStatus) -> ExitStatus {
        switch Waiting.run({ try await Self.untilInterrupted(work) }) {
        case .success(let status):
            clearStatus()
            return flush() ? status : .failure
        case .failure(let error): return report(CommandFailure(error, in: access.vault.path))
        }
    }

    /// A signal ends the work wherever it waits.
    private static func untilInterrupted(
        _ work: @escaping @Sendable () async throws -> ExitStatus
    ) async throws -> ExitStatus {
        try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while !Interruption.isRequested { try await Task.sleep(for: .milliseconds(50)) }
                return nil
            }
            defer { group.cancelAll() }
            guard let status = try await group.next() else { return .failure }
            return status ?? .interrupted
        }
    }
}
