internal import CFUSE
internal import Glibc
internal import SecrVault

/// Reading folders.
// Safe: as in the rest of `Operations`.
extension Operations {
    static func addFolders(_ table: inout fuse_lowlevel_ops) {
        unsafe table.opendir = { request, id, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let node = try state.files.node(Operations.id(id))
                guard node.kind == .folder else { throw .notAFolder([]) }
                let handle = state.add(FolderReading(state.files, node.id))
                unsafe information!.pointee.fh = handle
                if unsafe fuse_reply_open(request, information) != 0 { state.removeFolder(handle) }
            }
        }
        unsafe table.readdir = { request, id, size, offset, information in
            unsafe Operations.list(request, size, Int(offset), information, withAttributes: false)
        }
        unsafe table.readdirplus = { request, id, size, offset, information in
            unsafe Operations.list(request, size, Int(offset), information, withAttributes: true)
        }
        unsafe table.fsyncdir = { request, _, _, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                try state.files.commit()
                unsafe Operations.replyDone(request)
            }
        }
        unsafe table.releasedir = { request, _, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                unsafe state.removeFolder(information!.pointee.fh)
                unsafe fuse_reply_err(request, 0)
            }
        }
    }

    /// Entries from a place on, as many as fit. The folder itself and the one above it come first.
    private static func list(
        _ request: fuse_req_t?, _ size: Int, _ offset: Int, _ information: UnsafeMutablePointer<fuse_file_info>?,
        withAttributes: Bool
    ) {
        unsafe answer(request) { state throws(VaultError) in
            guard let folder = unsafe state.folder(information!.pointee.fh), offset >= 0 else {
                unsafe fuse_reply_err(request, EBADF)
                return
            }
            let room = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { unsafe room.deallocate() }
            var filled = 0
            func add(_ name: [UInt8], _ entry: fuse_entry_param, _ next: Int) -> Bool {
                var entry = entry
                let text = name.map { CChar(bitPattern: $0) } + [0]
                let rest = unsafe room + filled
                let needed =
                    withAttributes
                    ? unsafe fuse_add_direntry_plus(request, rest, size - filled, text, &entry, off_t(next))
                    : unsafe fuse_add_direntry(request, rest, size - filled, text, &entry.attr, off_t(next))
                guard needed <= size - filled else { return false }
                filled += needed
                return true
            }
            func dots(_ name: String, _ id: Int64, _ next: Int) -> Bool {
                // Without a number of its own, the kernel takes it for no more than a name.
                var entry = fuse_entry_param()
                entry.attr.st_ino = ino_t(id)
                entry.attr.st_mode = S_IFDIR
                return add(Array(name.utf8), entry, next)
            }
            var isFull = false
            if offset < 1 { isFull = !dots(".", folder.id, 1) }
            if offset < 2, !isFull { isFull = !dots("..", try state.files.parent(of: folder.id), 2) }
            if !isFull {
                try folder.read(from: max(0, offset - 2)) { item, position in
                    add(item.name, Operations.entry(item.node, state), position + 2)
                }
            }
            unsafe fuse_reply_buf(request, room, filled)
        }
    }
}
