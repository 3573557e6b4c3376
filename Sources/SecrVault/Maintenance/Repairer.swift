internal import SecrSystem

/// Brings a damaged vault back into a state that opens, and says what is lost.
public struct Repairer: Sendable {
    public struct Report: Equatable, Sendable {
        /// Checkpoints that could not be used.
        public var checkpoints: [UInt64] = []
        /// The first change that is lost, with all later ones.
        public var firstLostChange: UInt64?
        /// What is wrong all the same: files whose contents are missing or damaged.
        public var problems: [Problem] = []

        public var isWhole: Bool { checkpoints.isEmpty && firstLostChange == nil && problems.isEmpty }
    }

    /// To be used while nobody else works on the vault.
    ///
    /// - Parameters:
    ///   - dropsLost: takes files away whose contents are missing or damaged.
    ///   - progress: told of bytes, as they are opened.
    public static func run(
        _ folder: VaultFolder, _ keys: AreaKeys, device: DeviceState?, dropsLost: Bool, now: Int64,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(VaultError) -> Report {
        let store = try withVaultErrors { () -> FolderStore in
            try FolderStore.create(in: folder.path)
            return try FolderStore(folder.path)
        }
        var loss = IndexLog.Loss()
        let vault = try Vault(repairing: store, keys, device: device, loss: &loss)
        var report = Report(checkpoints: loss.checkpoints, firstLostChange: loss.firstRecord)
        report.problems = try Verifier(vault).run(.full, progress: progress).problems
        if dropsLost {
            for problem in report.problems where problem.kind == .missingObject || problem.kind == .damagedObject {
                for path in problem.paths {
                    do throws(VaultError) {
                        try vault.remove(VaultPath(path), recursively: false, now: now)
                    } catch .notFound {
                        continue
                    }
                }
            }
        }
        return report
    }
}
