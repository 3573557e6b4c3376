internal import CFUSE
internal import Glibc
internal import SecrSystem
internal import SecrVault

/// What the kernel can ask, as libfuse calls it.
// Safe: libfuse hands in pointers that are good for the length of the call, and the state outlives the session.
enum Operations {
    /// How long the kernel may believe what it was told, in seconds: others can change the vault meanwhile.
    static let trust = 1.0

    static var table: fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        unsafe table.`init` = { _, connection in unsafe Operations.set(up: connection) }
        unsafe table.lookup = { request, folder, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let name = unsafe Operations.bytes(name)
                guard let node = try state.vault.child(name, of: Int64(bitPattern: UInt64(folder))) else {
                    // Also this is believed for a while.
                    var nothing = fuse_entry_param()
                    nothing.entry_timeout = Operations.trust
                    unsafe fuse_reply_entry(request, &nothing)
                    return
                }
                var entry = Operations.entry(node, state)
                unsafe fuse_reply_entry(request, &entry)
            }
        }
        unsafe table.getattr = { request, id, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                var status = Operations.status(try state.vault.node(Int64(bitPattern: UInt64(id))), state)
                unsafe fuse_reply_attr(request, &status, Operations.trust)
            }
        }
        unsafe table.readlink = { request, id in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let target = try state.vault.linkTarget(ofNode: Int64(bitPattern: UInt64(id)))
                let text = target.map { CChar(bitPattern: $0) } + [0]
                unsafe fuse_reply_readlink(request, text)
            }
        }
        addFiles(&table)
        addFolders(&table)
        unsafe table.statfs = { request, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                var space = Operations.space(
                    try state.vault.usage(), try? FileSystemKind.space(at: state.store))
                unsafe fuse_reply_statfs(request, &space)
            }
        }
        addAttributes(&table)
        return table
    }

    private static func set(up connection: UnsafeMutablePointer<fuse_conn_info>?) {
        guard let connection = unsafe connection else { return }
        let wanted = UInt32(FUSE_CAP_ASYNC_READ) | UInt32(FUSE_CAP_PARALLEL_DIROPS) | UInt32(FUSE_CAP_READDIRPLUS)
        unsafe connection.pointee.want |= unsafe connection.pointee.capable & (wanted | UInt32(FUSE_CAP_CACHE_SYMLINKS))
        unsafe connection.pointee.max_background = 64
    }

    // MARK: Files

    private static func addFiles(_ table: inout fuse_lowlevel_ops) {
        unsafe table.open = { request, id, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                guard unsafe information!.pointee.flags & O_ACCMODE == O_RDONLY else {
                    unsafe fuse_reply_err(request, EROFS)
                    return
                }
                let (handle, isUnchanged) = state.add(try state.vault.openFile(Int64(bitPattern: UInt64(id))))
                unsafe information!.pointee.fh = handle
                unsafe information!.pointee.keep_cache = isUnchanged ? 1 : 0
                // Whoever was interrupted does not close it.
                if unsafe fuse_reply_open(request, information) != 0 { state.removeFile(handle) }
            }
        }
        unsafe table.read = { request, _, size, offset, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                guard let file = unsafe state.file(information!.pointee.fh) else {
                    unsafe fuse_reply_err(request, EBADF)
                    return
                }
                let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
                defer { unsafe room.deallocate() }
                let count = try unsafe file.read(into: room, at: Int(offset))
                unsafe fuse_reply_buf(request, room.baseAddress?.assumingMemoryBound(to: CChar.self), count)
            }
        }
        unsafe table.release = { request, _, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                unsafe state.removeFile(information!.pointee.fh)
                unsafe fuse_reply_err(request, 0)
            }
        }
    }

    // MARK: Folders

    private static func addFolders(_ table: inout fuse_lowlevel_ops) {
        unsafe table.opendir = { request, id, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let node = try state.vault.node(Int64(bitPattern: UInt64(id)))
                guard node.kind == .folder else { throw .notAFolder([]) }
                let handle = state.add(FolderReading(state.vault, node.id))
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
            if offset < 2, !isFull { isFull = !dots("..", try state.vault.parent(of: folder.id), 2) }
            if !isFull {
                try folder.read(from: max(0, offset - 2)) { item, position in
                    add(item.name, Operations.entry(item.node, state), position + 2)
                }
            }
            unsafe fuse_reply_buf(request, room, filled)
        }
    }

    // MARK: Extended attributes

    private static func addAttributes(_ table: inout fuse_lowlevel_ops) {
        unsafe table.getxattr = { request, id, name, size in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let name = unsafe Operations.bytes(name)
                let all = try state.vault.attributes(ofNode: Int64(bitPattern: UInt64(id)))
                guard let value = all.first(where: { $0.name == name })?.value else {
                    unsafe fuse_reply_err(request, ENODATA)
                    return
                }
                unsafe Operations.reply(request, value, size)
            }
        }
        unsafe table.listxattr = { request, id, size in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let all = try state.vault.attributes(ofNode: Int64(bitPattern: UInt64(id)))
                unsafe Operations.reply(request, all.flatMap { $0.name + [0] }, size)
            }
        }
    }

    /// The bytes, or how many there are where nothing else is asked for.
    private static func reply(_ request: fuse_req_t?, _ bytes: [UInt8], _ size: Int) {
        if size == 0 {
            unsafe fuse_reply_xattr(request, bytes.count)
        } else if bytes.count > size {
            unsafe fuse_reply_err(request, ERANGE)
        } else {
            unsafe fuse_reply_buf(request, bytes.map { CChar(bitPattern: $0) }, bytes.count)
        }
    }
}
