internal import CFUSE
internal import Glibc
internal import SecrSystem
internal import SecrVault

/// Names, and what belongs to the things that have them.
// Safe: as in the rest of `Operations`.
extension Operations {
    static func addNames(_ table: inout fuse_lowlevel_ops) {
        unsafe table.mknod = { request, folder, name, mode, device in
            unsafe Operations.answer(request) { state throws(VaultError) in
                guard let thing = Operations.thing(mode, device) else {
                    unsafe fuse_reply_err(request, EINVAL)
                    return
                }
                let node = try unsafe Operations.make(thing, name, folder, mode, request, state)
                unsafe Operations.reply(request, node, state)
            }
        }
        unsafe table.mkdir = { request, folder, name, mode in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let node = try unsafe Operations.make(.folder, name, folder, mode, request, state)
                unsafe Operations.reply(request, node, state)
            }
        }
        unsafe table.symlink = { request, target, folder, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let target = unsafe Operations.bytes(target)
                let node = try unsafe Operations.make(.symbolicLink(target), name, folder, 0o777, request, state)
                unsafe Operations.reply(request, node, state)
            }
        }
        unsafe table.link = { request, id, folder, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let node = try state.files.link(
                    Operations.id(id), unsafe Operations.bytes(name), in: Operations.id(folder))
                unsafe Operations.reply(request, node, state)
            }
        }
        addRemoval(&table)
        unsafe table.setattr = { request, id, status, which, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let id = Operations.id(id)
                try Operations.set(unsafe status!.pointee, which, of: id, state)
                var status = Operations.status(try state.files.node(id), state)
                unsafe fuse_reply_attr(request, &status, Operations.trust)
            }
        }
    }

    private static func addRemoval(_ table: inout fuse_lowlevel_ops) {
        unsafe table.unlink = { request, folder, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                try state.files.remove(unsafe Operations.bytes(name), from: Operations.id(folder), isFolder: false)
                unsafe Operations.replyDone(request)
            }
        }
        unsafe table.rmdir = { request, folder, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                try state.files.remove(unsafe Operations.bytes(name), from: Operations.id(folder), isFolder: true)
                unsafe Operations.replyDone(request)
            }
        }
        unsafe table.rename = { request, folder, name, newFolder, newName, flags in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let renaming: VaultFileSystem.Renaming
                switch flags {
                case 0: renaming = .replacing
                case UInt32(RENAME_NOREPLACE): renaming = .withoutReplacing
                case UInt32(RENAME_EXCHANGE): renaming = .exchanging
                default:
                    unsafe fuse_reply_err(request, EINVAL)
                    return
                }
                try state.files.rename(
                    unsafe Operations.bytes(name), in: Operations.id(folder), to: unsafe Operations.bytes(newName),
                    in: Operations.id(newFolder), renaming)
                unsafe Operations.replyDone(request)
            }
        }
    }

    private static func thing(_ mode: mode_t, _ device: dev_t) -> VaultFileSystem.NewThing? {
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFIFO: .special(.pipe, device: 0)
        case S_IFSOCK: .special(.socket, device: 0)
        case S_IFCHR: .special(.characterDevice, device: Int(truncatingIfNeeded: device))
        case S_IFBLK: .special(.blockDevice, device: Int(truncatingIfNeeded: device))
        default: nil
        }
    }

    /// Makes something for whoever asks.
    static func make(
        _ thing: VaultFileSystem.NewThing, _ name: UnsafePointer<CChar>?, _ folder: fuse_ino_t, _ mode: mode_t,
        _ request: fuse_req_t?, _ state: MountState
    ) throws(VaultError) -> Node {
        let who = unsafe fuse_req_ctx(request)
        return try state.files.make(
            thing, unsafe bytes(name), in: id(folder), mode: UInt32(mode), owner: unsafe who?.pointee.uid ?? 0,
            group: unsafe who?.pointee.gid ?? 0)
    }

    private static func set(_ status: stat, _ which: CInt, of id: Int64, _ state: MountState) throws(VaultError) {
        if which & FUSE_SET_ATTR_SIZE != 0 { try state.files.resize(id, to: Int(status.st_size)) }
        let others =
            FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID | FUSE_SET_ATTR_MTIME
            | FUSE_SET_ATTR_MTIME_NOW | FUSE_SET_ATTR_CTIME | FUSE_SET_ATTR_ATIME
        guard which & others != 0 else { return }
        let now = WallClock.now
        let (mode, user, group) = (status.st_mode, status.st_uid, status.st_gid)
        let modified = nanoseconds(status.st_mtim)
        try state.files.setAttributes(of: id) { node in
            if which & FUSE_SET_ATTR_MODE != 0 { node.mode = UInt32(mode) & 0o7777 }
            if which & FUSE_SET_ATTR_UID != 0 { node.owner = user }
            if which & FUSE_SET_ATTR_GID != 0 { node.group = group }
            if which & FUSE_SET_ATTR_MTIME_NOW != 0 {
                node.modified = now
            } else if which & FUSE_SET_ATTR_MTIME != 0 {
                node.modified = modified
            }
        }
    }
}
