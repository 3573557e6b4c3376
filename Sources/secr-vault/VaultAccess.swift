import SecrCLI
import SecrCrypto
import SecrSystem
import SecrVault
import SystemPackage

/// How commands get at a vault: its folder is the first operand, its keys are remembered or asked for.
struct VaultAccess {
    let path: FilePath
    private let options: CredentialOptions
    private let console: Console

    /// - Parameter operand: which of them is the vault.
    init(_ arguments: Arguments, _ console: Console, operand: Int = 0) throws(UsageError) {
        path = arguments.operands[operand]
        options = try CredentialOptions(arguments)
        self.console = console
    }

    /// The vault's folder, still locked.
    func folder() throws -> VaultFolder { try VaultFolder(path) }

    /// Unlocked, by keys that are remembered or by what is asked for.
    ///
    /// - Parameter acceptsOlder: see ``VaultFolder/open(_:stateFolder:acceptsOlder:)``.
    func open(acceptsOlder: Bool = false) throws -> Vault {
        let folder = try folder()
        return try folder.open(keys(folder), stateFolder: Self.stateFolder, acceptsOlder: acceptsOlder)
    }

    func keys(_ folder: VaultFolder) throws -> AreaKeys {
        if let keys = KeyCache(of: folder).load() { return keys }
        return try unlock(folder)
    }

    /// Asks, whether or not keys are remembered.
    func unlock(_ folder: VaultFolder) throws -> AreaKeys {
        if ProcessSecrecy.swapsInTheClear {
            console.warning("memory can be written to a disk as it is: the swap is not encrypted")
        }
        return try folder.unlock(credential())
    }

    /// What opens the vault, as it is given or typed; recovery words are understood however they are written.
    func credential() throws -> Credential {
        try options.read(options.kindOfNew) { typed in
            switch RecoveryWords.read(typed) {
            case .words(let words): return words
            case .other: return nil
            case .mistyped: throw CommandFailure(.wrongKey, "these are recovery words, but a letter is wrong")
            }
        }
    }

    static var stateFolder: FilePath? { StandardFolders.state?.appending("secr") }
}

extension VaultPath {
    /// What was typed.
    init(_ operand: FilePath) throws(CommandFailure) {
        do {
            try self.init(operand.rawBytes)
        } catch {
            throw CommandFailure(.usage, path: operand, "can't be a name in a vault")
        }
    }
}
