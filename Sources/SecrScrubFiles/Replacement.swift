internal import SecrSystem

/// A finished output that waits to take the place of an existing file.
struct Replacement: Sendable {
    var staged: StagedFile
    /// Of the file that is replaced, when it was last looked at.
    var status: FileStatus

    /// Syncs once, then renames one after the other; returns each one's failure.
    ///
    /// One file is synced by itself. Several share one sync of their file system, which costs as much as a few of them.
    static func publish(_ replacements: [Replacement?]) -> [FileFailure?] {
        let waiting = replacements.compactMap(\.self)
        var syncFailure: FileFailure?
        do throws(SystemError) {
            if waiting.count == 1 { try waiting[0].staged.sync() }
            if waiting.count > 1 {
                var synced: Set<UInt64> = []
                for replacement in waiting where synced.insert(replacement.status.fileSystem).inserted {
                    try replacement.staged.syncFileSystem()
                }
            }
        } catch {
            syncFailure = FileFailure(error, about: error.path)
        }
        let failures = replacements.map { $0.flatMap { replacement in syncFailure ?? replacement.rename() } }
        for replacement in waiting { try? replacement.staged.syncDirectory() }
        return failures
    }

    private func rename() -> FileFailure? {
        do throws(SystemError) {
            guard try FileStatus.of(staged.target, followSymlinks: false) == status else {
                return FileFailure(.changed, "the file changed while it was scrubbed")
            }
            try staged.publishReplacing(mode: status.mode, owner: status.owner, group: status.group)
            return nil
        } catch {
            return FileFailure(error, about: staged.target)
        }
    }
}
