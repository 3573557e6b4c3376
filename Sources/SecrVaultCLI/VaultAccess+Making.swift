internal import SecrCLI
internal import SecrCrypto
internal import SecrSystem
package import SecrVault

/// Making vaults.
extension VaultAccess {
    /// Makes a vault in a new or empty folder, for a passphrase that is asked for twice, or for what an option names.
    ///
    /// Warns of places where a vault is less safe than people think, and says what a guess at the passphrase costs.
    package func make() throws {
        try checkIsFree()
        _ = try create(for: options.makeNew())
    }

    /// Opens the vault, or makes it first where the folder is new or empty.
    package func openOrMake() throws -> Vault {
        if let vault = try openWhatIsThere() { return vault }
        return try openNew(options.makeNew())
    }

    /// `nil` where there is no vault, and one can be made.
    private func openWhatIsThere() throws -> Vault? {
        do {
            return try open()
        } catch VaultError.notAVault {
            let damage = CommandFailure(noVaultAt: path, .ofAnotherTool)
            do {
                try checkIsFree()
            } catch VaultError.alreadyAVault where damage.status == .damaged {
                throw damage
            }
            return nil
        }
    }

    private func openNew(_ credential: borrowing Credential) throws -> Vault {
        let folder = try create(for: credential)
        return try folder.open(folder.unlock(credential), stateFolder: Self.stateFolder)
    }

    /// Before anybody thinks of a passphrase.
    private func checkIsFree() throws {
        do {
            try VaultFolder.checkIsFree(path)
        } catch VaultError.alreadyAVault {
            if (try? VaultFolder(path)) == nil { throw VaultError.alreadyAVault }
            throw CommandFailure(.failure, path: path, "is a vault already")
        }
        for warning in PlaceWarnings.about(path) { console.warning(path, warning) }
    }

    private func create(for credential: borrowing Credential) throws -> VaultFolder {
        let parameters = Calibration.parameters()
        let folder = try VaultFolder.create(
            path, credential, parameters: parameters, stateFolder: Self.stateFolder, now: WallClock.now)
        console.note([
            .name(path), .text(": made; \(Calibration.text(parameters)) for each guess at the passphrase"),
        ])
        return folder
    }
}
