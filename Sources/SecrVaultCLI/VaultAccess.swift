package import SecrCLI
package import SecrCrypto
internal import SecrSystem
package import SecrVault
package import SystemPackage

/// How commands get at a vault: its folder is an operand or known otherwise, its keys are remembered or asked for.
package struct VaultAccess {
    package let path: FilePath
    let options: CredentialOptions
    let console: Console

    /// - Parameter operand: which of them is the vault.
    package init(_ arguments: Arguments, _ console: Console, operand: Int = 0) throws(UsageError) {
        try self.init(arguments.operands[operand], arguments, console)
    }

    /// - Parameters:
    ///   - path: of the vault's folder.
    ///   - arguments: whose options say where the passphrase comes from.
    package init(_ path: FilePath, _ arguments: Arguments, _ console: Console) throws(UsageError) {
        self.path = path
        options = try CredentialOptions(arguments)
        self.console = console
    }

    /// The vault's folder, still locked.
    package func folder() throws -> VaultFolder { try VaultFolder(path) }

    /// Unlocked, by keys that are remembered or by what is asked for.
    ///
    /// - Parameter acceptsOlder: see ``VaultFolder/open(_:stateFolder:acceptsOlder:)``.
    package func open(acceptsOlder: Bool = false) throws -> Vault {
        let folder = try folder()
        return try folder.open(keys(folder), stateFolder: Self.stateFolder, acceptsOlder: acceptsOlder)
    }

    package func keys(_ folder: VaultFolder) throws -> AreaKeys {
        if let keys = KeyCache(of: folder).load() { return keys }
        return try unlock(folder)
    }

    /// Asks, whether or not keys are remembered.
    package func unlock(_ folder: VaultFolder) throws -> AreaKeys {
        if ProcessSecrecy.swapsInTheClear {
            console.warning("memory can be written to a disk as it is: the swap is not encrypted")
        }
        return try folder.unlock(credential())
    }

    /// What opens the vault, as it is given or typed; recovery words are understood however they are written.
    package func credential() throws -> Credential {
        try options.read(options.kindOfNew) { typed in
            switch RecoveryWords.read(typed) {
            case .words(let words): return words
            case .other: return nil
            case .mistyped: throw CommandFailure(.wrongKey, "these are recovery words, but a letter is wrong")
            }
        }
    }

    package static var stateFolder: FilePath? { StandardFolders.state?.appending("secr") }
}

extension VaultPath {
    /// What was typed.
    package init(_ operand: FilePath) throws(CommandFailure) {
        do {
            try self.init(operand.rawBytes)
        } catch {
            throw CommandFailure(.usage, path: operand, "can't be a name in a vault")
        }
    }
}
