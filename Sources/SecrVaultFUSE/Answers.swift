internal import CFUSE
internal import Glibc
internal import SecrSystem
internal import SecrVault
internal import SystemPackage

/// What the vault says, in the kernel's words.
// Safe: as in the rest of `Operations`.
extension Operations {
    /// Runs what answers a question, and answers it by an error where that fails.
    static func answer(_ request: fuse_req_t?, _ work: (MountState) throws(VaultError) -> Void) {
        let state = unsafe Unmanaged<MountState>.fromOpaque(fuse_req_userdata(request)).takeUnretainedValue()
        state.noteUse()
        do {
            try work(state)
        } catch {
            unsafe fuse_reply_err(request, code(error))
        }
    }

    private static func code(_ error: VaultError) -> CInt {
        switch error {
        case .notFound: ENOENT
        case .exists: EEXIST
        case .notAFolder: ENOTDIR
        case .isAFolder: EISDIR
        case .notEmpty: ENOTEMPTY
        case .badName(let name): name.count > VaultPath.longestName ? ENAMETOOLONG : EINVAL
        case .intoItself: EINVAL
        case .busy: EAGAIN
        case .interrupted: EINTR
        case .outOfMemory: ENOMEM
        case .changed: ESTALE
        case .tooLarge: EFBIG
        case .store(let error): code(error)
        case .system(let error): error.errno.rawValue
        default: EIO
        }
    }

    /// A disk that is full, or may not be written to, is that for whoever writes here, too.
    private static func code(_ error: StoreError) -> CInt {
        guard case .system(let error) = error.reason else { return EIO }
        switch error.errno {
        case .noSpace, .diskQuotaExceeded, .readOnlyFileSystem: return error.errno.rawValue
        default: return EIO
        }
    }

    static func id(_ number: fuse_ino_t) -> Int64 { Int64(bitPattern: UInt64(number)) }

    static func bytes(_ name: UnsafePointer<CChar>?) -> [UInt8] {
        guard let name = unsafe name else { return [] }
        return unsafe UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) }
    }

    static func reply(_ request: fuse_req_t?, _ node: Node, _ state: MountState) {
        var entry = entry(node, state)
        unsafe fuse_reply_entry(request, &entry)
    }

    static func replyDone(_ request: fuse_req_t?) { unsafe fuse_reply_err(request, 0) }

    static func entry(_ node: Node, _ state: MountState) -> fuse_entry_param {
        var entry = fuse_entry_param()
        entry.ino = fuse_ino_t(node.id)
        entry.attr = status(node, state)
        entry.attr_timeout = trust
        entry.entry_timeout = trust
        return entry
    }

    static func status(_ node: Node, _ state: MountState) -> stat {
        var status = stat()
        status.st_ino = ino_t(node.id)
        let kind: mode_t =
            switch node.kind {
            case .file: Glibc.S_IFREG
            case .folder: Glibc.S_IFDIR
            case .symbolicLink: Glibc.S_IFLNK
            case .pipe: Glibc.S_IFIFO
            case .socket: Glibc.S_IFSOCK
            case .characterDevice: Glibc.S_IFCHR
            case .blockDevice: Glibc.S_IFBLK
            }
        status.st_mode = kind | mode_t(node.mode)
        // As other file systems without a count of folders do it.
        status.st_nlink = nlink_t(node.links)
        status.st_uid = state.owner?.user ?? node.owner
        status.st_gid = state.owner?.group ?? node.group
        status.st_size = off_t(node.size)
        status.st_rdev = dev_t(truncatingIfNeeded: node.device)
        status.st_blocks = blkcnt_t((node.size + 511) / 512)
        status.st_blksize = 65_536
        status.st_mtim = time(node.modified)
        status.st_ctim = time(node.changed)
        status.st_atim = status.st_mtim
        return status
    }

    private static func time(_ nanoseconds: Int64) -> timespec {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0
            ? timespec(tv_sec: Int(seconds) - 1, tv_nsec: Int(rest) + 1_000_000_000)
            : timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
    }

    static func nanoseconds(_ time: timespec) -> Int64 {
        let (seconds, isTooLarge) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return isTooLarge
            ? (time.tv_sec < 0 ? .min : .max) : seconds.addingReportingOverflow(Int64(time.tv_nsec)).partialValue
    }

    /// How full it is: what the vault holds, and what is free on its disk.
    static func space(_ usage: Vault.Usage, _ disk: (total: Int, free: Int)?) -> statvfs {
        var space = statvfs()
        let block = 4_096
        space.f_bsize = UInt(block)
        space.f_frsize = UInt(block)
        let (used, free) = ((usage.stored + block - 1) / block, (disk?.free ?? 0) / block)
        space.f_blocks = fsblkcnt_t(used + free)
        space.f_bfree = fsblkcnt_t(free)
        space.f_bavail = fsblkcnt_t(free)
        space.f_files = fsfilcnt_t(usage.files)
        space.f_namemax = 255
        return space
    }
}
