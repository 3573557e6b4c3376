internal import SecrCLI
internal import SecrSystem
internal import SecrVault
internal import SystemPackage

/// How hints name what `secr-vault` can do about something.
package enum VaultHints: Sendable {
    /// As its own users type it: its commands without its name, and its options.
    case ofVaultTool
    /// With its name, and without options that another tool does not have.
    case ofAnotherTool

    /// A command, quoted.
    func command(_ name: String) -> String { self == .ofVaultTool ? "'\(name)'" : "'secr-vault \(name)'" }

    /// Nothing for whoever can't give the option.
    func option(_ text: String) -> String? { self == .ofVaultTool ? text : nil }
}

extension CommandFailure {
    init(_ error: VaultError, _ vault: FilePath?, _ hints: VaultHints) {
        func about(_ path: [UInt8], _ reason: String, _ status: ExitStatus = .failure, hint: String? = nil) -> Self {
            Self(status, path: FilePath(rawBytes: path), reason, hint: hint)
        }
        self =
            switch error {
            case .notAVault: Self(noVaultAt: vault, hints)
            case .newer: Self(.failure, path: vault, "made by a later version of this program")
            case .alreadyAVault:
                Self(.failure, path: vault, "the folder is not empty", hint: "a vault needs one of its own")
            case .wrongKey: Self(.wrongKey, path: vault, "wrong passphrase or key")
            case .outOfMemory: Self(.failure, "not enough memory to turn the passphrase into a key")
            case .damaged(let part): Self(damage: part, vault, hints)
            case .rolledBack(let seen, let found):
                Self(
                    .damaged, path: vault, "older than what this device has seen: change \(seen), and now \(found)",
                    hint: "if you put an older copy back yourself, 'secr-vault trust --accept-restore' accepts it")
            case .busy: Self(.locked, path: vault, "others changed it all the time; try again")
            case .store(let error): Self(error, vault)
            case .system(let error): Self(error)
            case .interrupted: Self(.interrupted, "interrupted")
            case .notFound(let path): about(path, "no such file or folder in the vault", .notFound)
            case .exists(let path): about(path, "is there already", hint: hints.option("--force replaces files"))
            case .notAFolder(let path): about(path, "is no folder")
            case .isAFolder(let path): about(path, "is a folder", hint: hints.option("-r works on folders"))
            case .notEmpty(let path):
                about(path, "the folder is not empty", hint: hints.option("-r removes it with what is in it"))
            case .badName(let name): about(name, "can't be a name in a vault")
            case .intoItself(let path): about(path, "a folder can't be put into itself")
            case .tooLarge: Self(.failure, path: vault, "too much for one change")
            case .changed(let path): about(path, "was replaced while it was read; try again")
            case .missing(let number):
                Self(
                    .damaged, path: vault, "object \(number) is missing",
                    hint: "\(hints.command("verify")) lists what is lost")
            case .outdated:
                Self(
                    .failure, path: vault,
                    "what was being written has been cleared away by \(hints.command("gc")); try again")
            case .noFreeSlot:
                Self(.failure, path: vault, "all slots are taken", hint: "\(hints.command("slot rm")) frees one")
            case .lastSlot: Self(.failure, path: vault, "that is the last way into this vault")
            case .conflict, .unexpected: Self(.failure, path: vault, "internal error: \(error)")
            }
    }

    /// Where there are objects, there was a vault, and nobody should be told to make one.
    init(noVaultAt path: FilePath?, _ hints: VaultHints) {
        func isThere(_ name: FilePath) -> Bool {
            guard let file = path?.appending(name.components) else { return false }
            return (try? FileStatus.of(file, followSymlinks: false)) ?? nil != nil
        }
        let marker = FilePath(Marker.fileName)
        if isThere(marker) || (isThere("o") && isThere("slots")) {
            let reason = isThere(marker) ? "is damaged" : "is missing"
            self.init(
                .damaged, path: path, "the file \(Marker.fileName) \(reason)",
                hint: "\(hints.command("import")) puts a recovery kit back"
            )
        } else {
            self.init(.notFound, path: path, "there is no vault", hint: "'secr-vault init' makes one")
        }
    }

    private init(damage part: VaultError.Part, _ vault: FilePath?, _ hints: VaultHints) {
        let hint = "'secr-vault verify' looks at everything, \(hints.command("repair")) saves what can be saved"
        self =
            switch part {
            case .marker:
                Self(.damaged, path: vault, "the file \(Marker.fileName) is damaged or asks for too much memory")
            case .slots:
                Self(
                    .damaged, path: vault, "the file slots is damaged",
                    hint: "\(hints.command("import")) puts a recovery kit back")
            case .record(let number): Self(.damaged, path: vault, "change \(number) is damaged or missing", hint: hint)
            case .checkpoint(let number): Self(.damaged, path: vault, "checkpoint \(number) is damaged", hint: hint)
            case .page(let number): Self(.damaged, path: vault, "page \(number) of the index is damaged", hint: hint)
            case .object(let path):
                Self(.damaged, path: FilePath(rawBytes: path), "its contents are damaged", hint: hint)
            case .index(let text): Self(.damaged, path: vault, "the index contradicts itself: \(text)", hint: hint)
            }
    }

    private init(_ error: StoreError, _ vault: FilePath?) {
        switch error.reason {
        case .system(let error):
            self.init(error)
            if path == nil || path?.isRelative == true { path = vault }
        case .tooLarge, .shortened: self.init(.damaged, path: vault, "an object has not the size that it should have")
        case .failed: self.init(.failure, path: vault, "can't be read")
        }
    }
}
