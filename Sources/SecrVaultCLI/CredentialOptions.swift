package import SecrCLI
package import SecrCrypto
internal import SecrSystem
internal import SystemPackage

extension Option {
    package static let passphraseFile = Option(
        "passphrase-file", value: .file(), help: "Take the passphrase from this file, which holds one line.")
    package static let passphraseDescriptor = Option(
        "passphrase-fd", value: .text("NUMBER"), help: "Take the passphrase from this open descriptor.")
    package static let passphraseCommand = Option(
        "passphrase-command", value: .text("COMMAND"), help: "Take the passphrase from what this command prints.")
    package static let passphraseCredential = Option(
        "passphrase-credential", value: .text("NAME"),
        help: "Take the passphrase from this credential of the service manager.")
    package static let keyFile = Option(
        "key-file", value: .file(), help: "Use this file, of 32 bytes to 64 KiB, as a key.")
    package static let askPassphrase = Option(
        "ask-passphrase", help: "Ask for a passphrase in addition to the key file.")

    /// How what opens something is given.
    package static let credential: [Option] = [
        .passphraseFile, .passphraseDescriptor, .passphraseCommand, .passphraseCredential, .keyFile,
    ]
}

extension Option {
    package static let newPassphraseFile = Option(
        "new-passphrase-file", value: .file(), help: "Take the new passphrase from this file.")
    package static let newPassphraseDescriptor = Option(
        "new-passphrase-fd", value: .text("NUMBER"), help: "Take the new passphrase from this open descriptor.")
    package static let newKeyFile = Option(
        "new-key-file", value: .file(), help: "Use this file as the new key.")

    /// How what opens something from now on is given.
    package static let newCredential: [Option] = [.newPassphraseFile, .newPassphraseDescriptor, .newKeyFile]
}

/// What was said on the command line about passphrase and key file.
package struct CredentialOptions {
    /// `nil` where nothing was said.
    private let passphrase: SecretSource?
    private let keyFile: FilePath?
    private let asks: Bool

    package init(_ arguments: Arguments) throws(UsageError) {
        var sources: [SecretSource] = []
        if let path = try arguments.path(.passphraseFile) { sources.append(.file(path)) }
        if let number = try arguments.number(.passphraseDescriptor, from: 0) {
            guard let raw = CInt(exactly: number) else { throw UsageError("--passphrase-fd takes a small number") }
            if raw == 0 && arguments.operands.contains("-") {
                throw UsageError("standard input can't be both the passphrase and the file")
            }
            sources.append(.descriptor(raw))
        }
        if let command = arguments.bytes(.passphraseCommand) { sources.append(.command(command)) }
        if let name = try arguments.path(.passphraseCredential) { sources.append(.credential(name)) }
        if sources.count > 1 { throw UsageError("the passphrase can come from one place only") }
        passphrase = sources.first
        keyFile = try arguments.path(.keyFile)
        asks = arguments.has(.askPassphrase)
        if asks && passphrase != nil { throw UsageError("--ask-passphrase asks on the terminal, and nowhere else") }
    }

    /// For a second credential, beside the one that opens.
    package init(new arguments: Arguments) throws(UsageError) {
        var sources: [SecretSource] = []
        if let path = try arguments.path(.newPassphraseFile) { sources.append(.file(path)) }
        if let number = try arguments.number(.newPassphraseDescriptor, from: 0), let raw = CInt(exactly: number) {
            sources.append(.descriptor(raw))
        }
        if sources.count > 1 { throw UsageError("the new passphrase can come from one place only") }
        passphrase = sources.first ?? .terminal(prompt: "New passphrase: ")
        keyFile = try arguments.path(.newKeyFile)
        asks = false
        if keyFile != nil && sources.isEmpty { isKeyFileOnly = true }
    }

    private var isKeyFileOnly = false

    /// The kind that something new is made for.
    package var kindOfNew: Credential.Kind {
        if isKeyFileOnly { return .keyFile }
        return keyFile == nil ? .passphrase : passphrase != nil || asks ? .both : .keyFile
    }

    /// For something new: a typed passphrase is asked for twice.
    package func makeNew() throws(CommandFailure) -> Credential {
        try make(kindOfNew) { try $0.readNew(again: "Once more: ") }
    }

    /// For what exists and is opened by `kind`.
    ///
    /// - Parameter reading: looks at a passphrase; what it returns is taken instead.
    package func read(
        _ kind: Credential.Kind, reading: (borrowing SecretBytes) throws -> SecretBytes? = { _ in nil }
    ) throws(CommandFailure) -> Credential {
        if kind.needsKeyFile && keyFile == nil {
            throw CommandFailure(.wrongKey, "it was sealed with a key file", hint: "--key-file names it")
        }
        return try make(kind) { source in
            let typed = try source.read()
            if let read = try reading(typed) { return read }
            return typed
        }
    }

    private func make(
        _ kind: Credential.Kind, _ ask: (SecretSource) throws -> SecretBytes
    ) throws(CommandFailure) -> Credential {
        do {
            let source = passphrase ?? .terminal(prompt: "Passphrase: ")
            switch kind {
            case .passphrase: return try Credential(passphrase: ask(source))
            case .keyFile: return try Credential(keyFile: SecretSource.keyFile(keyFile!))
            case .both: return try Credential(passphrase: ask(source), keyFile: SecretSource.keyFile(keyFile!))
            }
        } catch CryptoError.badParameters {
            throw CommandFailure(.failure, "this can't be a passphrase: it is too long")
        } catch {
            throw CommandFailure(error)
        }
    }
}
