internal import SecrSystem
internal import SystemPackage

/// Folders for outputs.
enum OutputFolder {
    /// Makes the folder of `target` and those above it, where they are missing.
    static func make(for target: FilePath) throws(SystemError) {
        try make(target.removingLastComponent())
    }

    /// The same for a folder itself.
    static func make(_ folder: FilePath) throws(SystemError) {
        if folder.isEmpty { return }
        if let status = try FileStatus.of(folder, followSymlinks: true), status.kind == .directory { return }
        try make(for: folder)
        try FileCreation.makeFolder(folder)
    }
}
