package import SecrCLI
package import SecrSystem
package import SecrVault
package import SystemPackage

/// A file of a vault on its way to this machine.
package enum FileExport {
    /// What is where the file is to be; `nil` for nothing.
    ///
    /// - Parameter overwrites: whether it may be a file or a link.
    package static func check(_ target: FilePath, overwrites: Bool) throws -> FileStatus? {
        let old = try FileStatus.of(target, followSymlinks: false)
        // In the place of a device there would be a file from then on.
        if old?.kind == .other { throw CommandFailure(.failure, path: target, "can't overwrite: not a regular file") }
        if old?.kind == .directory { throw SystemError("create", target, .isDirectory) }
        if old != nil && !overwrites {
            throw CommandFailure(.failure, path: target, "is there already", hint: "--force overwrites it")
        }
        return old
    }

    /// Writes a file that appears only when all of it has proved authentic.
    ///
    /// - Parameters:
    ///   - range: only these bytes.
    ///   - old: from ``check(_:overwrites:)``.
    ///   - mode: by default, nobody else gets to read what was sealed.
    package static func write(
        _ path: VaultPath, _ range: Range<Int>? = nil, of vault: Vault, to target: FilePath, replacing old: FileStatus?,
        mode: UInt32 = 0o600, _ meter: ProgressMeter? = nil
    ) throws {
        try write(to: target, replacing: old, mode: mode) { file in
            let early = EarlyWriting(file)
            try unsafe vault.read(path, range) { bytes in
                try unsafe file.write(bytes, path: target)
                early.add(bytes.count)
                meter?.add(bytes.count)
            }
        }
    }

    /// Writes a file that appears only when `fill` has written all of it.
    package static func write(
        to target: FilePath, replacing old: FileStatus?, mode: UInt32 = 0o600, fill: (OwnedDescriptor) throws -> Void
    ) throws {
        let staged = try StagedFile(for: target)
        try fill(staged.descriptor)
        if let old {
            try staged.sync()
            try staged.publishReplacing(mode: mode, owner: old.owner, group: old.group)
            try staged.syncDirectory()
        } else {
            try staged.publishNew(mode: mode)
        }
    }
}
