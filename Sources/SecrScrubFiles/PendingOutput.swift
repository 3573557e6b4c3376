internal import SecrBytes
internal import SecrSystem
internal import SystemPackage

/// A finished output that waits to appear: in the place of an existing file, or under a name that is only chosen then.
struct PendingOutput: Sendable {
    var staged: StagedFile
    /// Of the output.
    var size: Int
    /// Permissions of an output that replaces nothing.
    var mode: UInt32
    /// The file that is replaced, and its status when it was last looked at.
    var original: (path: FilePath, status: FileStatus)?
    /// `nil` where the output takes the name of its original.
    var wish: NameWish?
    var zeroesTimes: Bool
    /// What appears behind it.
    var receipt: StagedReceipt?

    /// What became of an output.
    enum Result {
        /// Under this name.
        case appeared(FilePath)
        /// Not at all, since this file has the same bytes.
        case same(FilePath)
        case failed(FileFailure)
    }

    /// Syncs once, then lets one after the other appear, in their order.
    ///
    /// One file is synced by itself. Several share one sync of their file system, which costs as much as a few of them. What
    /// replaces nothing is not synced.
    static func publish(_ outputs: [PendingOutput?]) -> [Result?] {
        let replacing = outputs.compactMap { $0?.original == nil ? nil : $0 }
        var syncFailure: FileFailure?
        do throws(SystemError) {
            try sync(replacing)
        } catch {
            syncFailure = FileFailure(error, about: error.path)
        }
        var results = outputs.map { output in output.map { syncFailure.map(Result.failed) ?? $0.appear() } }
        syncFolders(of: replacing)
        // The old names go when the new ones are on the disk.
        for (index, output) in outputs.enumerated() {
            guard let output, let failure = results[index].flatMap(output.removeOriginal) else { continue }
            results[index] = .failed(failure)
        }
        syncFolders(of: replacing.filter { $0.wish != nil })
        return results
    }

    /// Each folder once: the disk is asked to write what it holds every time.
    private static func syncFolders(of outputs: [PendingOutput]) {
        var synced: Set<FilePath> = []
        for output in outputs where synced.insert(output.staged.target.removingLastComponent()).inserted {
            try? output.staged.syncDirectory()
        }
    }

    private static func sync(_ outputs: [PendingOutput]) throws(SystemError) {
        // Whatever file has the same bytes, perhaps since a moment ago, lies on the same file system.
        if outputs.count == 1 && outputs[0].wish == nil { return try outputs[0].staged.sync() }
        var synced: Set<UInt64> = []
        for output in outputs {
            guard let status = output.original?.status, synced.insert(status.fileSystem).inserted else { continue }
            try output.staged.syncFileSystem()
        }
    }

    private func appear() -> Result {
        do throws(FileFailure) {
            return try FileFailure.translating(about: staged.target) { try takeName() }
        } catch {
            return .failed(error)
        }
    }

    private func takeName() throws -> Result {
        if let (path, status) = original {
            guard try FileStatus.of(path, followSymlinks: false)?.isUnchanged(since: status) == true else {
                return .failed(FileFailure(.changed, "the file changed while it was scrubbed"))
            }
            try staged.takeRights(of: path, mode: status.mode, owner: status.owner, group: status.group)
        } else {
            try staged.setMode(mode)
        }
        if let wish { return try take(wish) }
        if zeroesTimes { try staged.descriptor.zeroTimes() }
        try staged.publishReplacing(staged.target)
        try receipt?.appear()
        return .appeared(staged.target)
    }

    private func take(_ wish: NameWish) throws -> Result {
        while true {
            let output = FileSource(staged.descriptor, size: size)
            let choice = try wish.choose(size, replacing: original?.status) { try output.isSame(as: $0) }
            // Whoever compares, reads.
            if zeroesTimes { try staged.descriptor.zeroTimes() }
            switch choice {
            case .same(let path):
                // It was read.
                if zeroesTimes { try? OwnedDescriptor.openForReading(path, followSymlinks: false).zeroTimes() }
                return .same(path)
            case .own(let path):
                try staged.publishReplacing(path)
                return .appeared(path)
            case .free(let path):
                do throws(SystemError) {
                    try staged.publishNew(as: path)
                    return .appeared(path)
                } catch {
                    // Somebody else took it meanwhile.
                    if error.errno != .fileExists { throw error }
                }
            }
        }
    }

    /// Takes the old name away of what has a new one.
    private func removeOriginal(_ result: Result) -> FileFailure? {
        guard let (path, status) = original, wish != nil else { return nil }
        switch result {
        case .failed: return nil
        case .appeared(let other), .same(let other):
            if other == path { return nil }
        }
        do throws(SystemError) {
            guard try FileStatus.of(path, followSymlinks: false)?.isUnchanged(since: status) == true else {
                return FileFailure(.changed, "the file changed while it was scrubbed; the output has its name already")
            }
            try FileAttributes.remove(path)
            return nil
        } catch {
            return FileFailure(error, about: path)
        }
    }
}
