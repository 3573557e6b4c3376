internal import SecrBytes
internal import SecrCrypto
internal import SecrVault
internal import SecrWire

/// The folder in the vault where files of messages are.
extension Messenger {
    /// As the vault counts: since 1970.
    var nanoseconds: Int64 { Int64(clamping: now()) * 1_000_000_000 }
    var today: Day { Day(seconds: Int64(clamping: now())) }

    private var folderAttributes: NewAttributes { NewAttributes(mode: 0o700, modified: nanoseconds) }

    func makeDraftFolder() throws {
        if try vault.find(AttachmentPath.drafts) != nil { return }
        try vault.makeFolder(AttachmentPath.drafts, parents: true, folderAttributes, now: nanoseconds)
    }

    /// Gives a file that is complete the name under which people find it.
    func place(
        _ draft: VaultPath, _ message: UInt64, _ name: String, of contact: Contact, _ state: StateTransaction
    ) throws -> VaultPath {
        try state.makeFolders(AttachmentPath.folder(of: contact), folderAttributes, now: nanoseconds)
        let path = try AttachmentPath.free(message, name, of: contact, state)
        try state.moveFile(draft, to: path, overwrites: false, now: nanoseconds)
        return path
    }

    /// Takes away the folder of a contact who is gone, if nobody has put anything into it.
    func removeFolder(of contact: Contact) {
        guard let folder = try? AttachmentPath.folder(of: contact) else { return }
        try? vault.remove(folder, recursively: false, now: nanoseconds)
    }

    /// BLAKE2b-256 of a whole source.
    static func hash(_ source: any ByteSource) throws(ByteSourceError) -> [UInt8] {
        var hasher = BLAKE2b()
        var buffer = [UInt8](repeating: 0, count: min(source.size, 1 << 20))
        for start in stride(from: 0, to: source.size, by: max(1, buffer.count)) {
            let count = min(buffer.count, source.size - start)
            try source.read(start..<start + count, into: &buffer)
            // Safe: bytes mean the same in any form.
            unsafe hasher.add(buffer.span.extracting(..<count).bytes)
        }
        return hasher.finish()
    }

    /// Seconds after which whoever was busy with a draft is not any more.
    private static let draftPatience: UInt64 = 86_400

    /// Takes away what was left of files that somebody was about to send or to fetch.
    func sweepDrafts() throws {
        // Something else may be on the way to it.
        guard let folder = try? vault.find(AttachmentPath.drafts), folder.kind == .folder else { return }
        let limit = Int64(clamping: now() - min(now(), Self.draftPatience)) * 1_000_000_000
        let wanted = try vault.readState { state in
            try Set(
                state.contacts().flatMap { contact in
                    try state.entries(withPrefix: StateKey.downloads(contact.id)).map {
                        try AttachmentPath.partial(UInt64(bytes: $0.key.suffix(8)), of: contact.id)
                    }
                })
        }
        for entry in try vault.list(AttachmentPath.drafts) where entry.node.modified < limit {
            let path = try AttachmentPath.drafts.appending(entry.name)
            if !wanted.contains(path) { try vault.remove(path, recursively: true, now: nanoseconds) }
        }
    }
}

extension StateReading {
    /// Whether there is a file; not where something else is on the way to it.
    func isFile(_ path: VaultPath) throws -> Bool {
        do throws(VaultError) { return try node(at: path)?.kind == .file } catch {
            if case .notAFolder = error { return false }
            throw error
        }
    }
}
