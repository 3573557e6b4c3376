import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// Writes what lies in a vault to this machine.
final class LocalWriter {
    private let vault: Vault
    private let overwrites: Bool
    private let preserves: Bool
    private let console: Console
    private let meter: ProgressMeter
    private(set) var status = ExitStatus.success

    init(_ vault: Vault, overwrites: Bool, preserves: Bool, console: Console, meter: ProgressMeter) {
        self.vault = vault
        self.overwrites = overwrites
        self.preserves = preserves
        self.console = console
        self.meter = meter
    }

    /// A file, a link, or a folder with everything in it. Of a folder, what fails is reported, and the rest goes on.
    func write(_ path: VaultPath, _ node: Node, to target: FilePath, range: Range<Int>?) throws {
        guard node.kind == .folder else { return try writeOne(path, node, to: target, range: range) }
        try makeFolder(target)
        try vault.forEachEntry(path) { entry in
            let local = target.appending(FilePath(rawBytes: entry.name).components)
            do {
                try write(path.appending(entry.name), entry.node, to: local, range: nil)
            } catch {
                let failure = CommandFailure(error, reading: local)
                if failure.status == .interrupted { throw failure }
                status = console.report(failure)
            }
        }
        // Last: writing into a folder changes its date.
        if preserves { try restore(target, path, node) }
    }

    /// A symbolic link in the place of a folder would lead somewhere else.
    private func makeFolder(_ path: FilePath) throws {
        if let old = try FileStatus.of(path, followSymlinks: false) {
            guard old.kind == .directory else { throw SystemError("create", path, .fileExists) }
            return
        }
        try FileCreation.makeFolder(path, mode: 0o700)
    }

    private func writeOne(_ path: VaultPath, _ node: Node, to target: FilePath, range: Range<Int>?) throws {
        if node.kind.isSpecial {
            throw CommandFailure(.remains, path: FilePath(rawBytes: path.bytes), "skipped: a \(node.kindText)")
        }
        let old = try FileExport.check(target, overwrites: overwrites)
        if node.kind == .symbolicLink {
            if old != nil { try FileAttributes.remove(target) }
            try FileAttributes.makeLink(target, to: vault.linkTarget(path))
            return
        }
        try FileExport.write(
            path, range, of: vault, to: target, replacing: old, mode: preserves ? node.mode & 0o777 : 0o600, meter)
        if preserves { try restore(target, path, node) }
    }

    private func restore(_ local: FilePath, _ path: VaultPath, _ node: Node) throws {
        for (name, value) in try vault.attributes(path) { try FileAttributes.setExtended(name, value, of: local) }
        try FileAttributes.setMode(node.mode & 0o777, of: local)
        try FileAttributes.setModified(node.modified, of: local)
    }
}
