internal import SecrSystem
internal import SystemPackage

/// Places where a vault is less safe than people think.
enum PlaceWarnings {
    static func about(_ path: FilePath) -> [String] {
        var warnings: [String] = []
        let absolute = AbsolutePath.of(path)
        if let service = synchronised(absolute) {
            warnings.append(
                "lies in a folder of \(service), which keeps older copies and sees when what changes; let one device "
                    + "write at a time")
        }
        if let kind = FileSystemKind.networkName(of: absolute) {
            warnings.append(
                "lies on \(kind): whether a finished command is on the disk depends on the server and its settings")
        }
        return warnings
    }

    /// What well-known services call their folders, or put into them.
    private static let services = [
        ("Dropbox", ".dropbox", "Dropbox"), ("Nextcloud", ".sync-exclude.lst", "Nextcloud"),
        ("ownCloud", ".owncloudsync.log", "ownCloud"), ("Syncthing", ".stfolder", "Syncthing"),
        ("Google Drive", ".google-drive", "Google Drive"),
        ("OneDrive", ".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
        ("Seafile", ".seafile-data", "Seafile"), ("MEGA", ".megaignore", "MEGA"),
        ("Resilio Sync", ".sync", "Resilio Sync"),
    ]

    private static func synchronised(_ path: FilePath) -> String? {
        var folder = path
        while !folder.isEmpty {
            for (name, mark, service) in services {
                if folder.lastComponent?.string == name { return service }
                if (try? FileStatus.of(folder.appending(mark), followSymlinks: false)) ?? nil != nil { return service }
            }
            if folder.lastComponent == nil { return nil }
            folder = folder.removingLastComponent()
        }
        return nil
    }
}
