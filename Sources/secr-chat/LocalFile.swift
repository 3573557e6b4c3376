import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrWire
import SystemPackage

/// Files of this machine and of the vault on their way into a conversation, and back.
enum LocalFile {
    static func onDisk(_ path: FilePath) throws -> FileToSend {
        let file = try OwnedDescriptor.openForReading(path)
        let status = try file.status(of: path)
        if status.kind == .directory { throw SystemError("read", path, .isDirectory) }
        guard status.kind == .regular else { throw CommandFailure(.failure, path: path, "is not a regular file") }
        let name = path.lastComponent.map { FilePath(root: nil, [$0]).rawBytes } ?? []
        return FileToSend(FileSource(file, size: status.size), name: try text(name))
    }

    static func inVault(_ path: FilePath, _ vault: Vault) throws -> FileToSend {
        let path = try VaultPath(path.rawBytes)
        return FileToSend(try VaultSource(vault, path), name: try text(path.last ?? []))
    }

    /// As somebody types it where no shell reads it: `~/` is the home folder.
    static func path(typed text: String) -> FilePath {
        guard text.hasPrefix("~/"), let home = StandardFolders.home else { return FilePath(text) }
        return home.appending(String(text.dropFirst(2)))
    }

    private static func text(_ name: [UInt8]) throws(MessengerError) -> String {
        guard let text = String(validating: name, as: UTF8.self) else { throw .badFileName }
        return text
    }

    /// A name that somebody else has given, made fit for a folder of this machine: nothing hidden, nothing that looks like an
    /// option, nothing that a terminal obeys.
    static func name(for sent: String) -> FilePath {
        var name = SafeText.escape(sent).replacing("\\u{", with: "_").replacing("}", with: "_")
        // Bytes: a mark behind it would make the two one character.
        if let first = name.utf8.first, [UInt8(ascii: "."), UInt8(ascii: "-")].contains(first) {
            name = "_" + String(name.unicodeScalars.dropFirst())
        }
        name = Attachment.shortened(name.replacing("/", with: "_"), to: 255)
        return FilePath(name.isEmpty ? "file" : name)
    }

    static func write(_ bytes: [UInt8], to target: FilePath, overwrites: Bool) throws {
        if target == "-" { return try OwnedDescriptor.duplicate(1).write(bytes) }
        let old = try FileExport.check(target, overwrites: overwrites)
        try FileExport.write(to: target, replacing: old) { try $0.write(bytes, path: target) }
    }
}
