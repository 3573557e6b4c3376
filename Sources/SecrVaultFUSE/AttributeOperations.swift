internal import CFUSE
internal import Glibc
internal import SecrVault

/// Extended attributes.
// Safe: as in the rest of `Operations`.
extension Operations {
    static func addAttributes(_ table: inout fuse_lowlevel_ops) {
        unsafe table.getxattr = { request, id, name, size in
            let name = unsafe Operations.bytes(name)
            // The kernel asks for these before every write, and programs for every file unless they hear that there are none.
            if Operations.isSystems(name) {
                unsafe fuse_reply_err(request, EOPNOTSUPP)
                return
            }
            unsafe Operations.answer(request) { state throws(VaultError) in
                let all = try state.files.attributes(of: Operations.id(id))
                guard let value = all.first(where: { $0.name == name })?.value else {
                    unsafe fuse_reply_err(request, ENODATA)
                    return
                }
                unsafe Operations.reply(request, value, size)
            }
        }
        unsafe table.listxattr = { request, id, size in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let all = try state.files.attributes(of: Operations.id(id))
                unsafe Operations.reply(request, all.flatMap { $0.name + [0] }, size)
            }
        }
        addAttributeChanges(&table)
    }

    private static func addAttributeChanges(_ table: inout fuse_lowlevel_ops) {
        unsafe table.setxattr = { request, id, name, value, size, flags in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let name = unsafe Operations.bytes(name)
                if Operations.isSystems(name) {
                    unsafe fuse_reply_err(request, EOPNOTSUPP)
                    return
                }
                let value = unsafe Array(UnsafeRawBufferPointer(start: value, count: size))
                let setting: VaultFileSystem.AttributeSetting =
                    flags & XATTR_CREATE != 0
                    ? .new : flags & XATTR_REPLACE != 0 ? .existing : .any
                try unsafe Operations.set(name, of: Operations.id(id), to: value, setting, request, state)
            }
        }
        unsafe table.removexattr = { request, id, name in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let name = unsafe Operations.bytes(name)
                try unsafe Operations.set(name, of: Operations.id(id), to: nil, .existing, request, state)
            }
        }
    }

    private static func set(
        _ name: [UInt8], of id: Int64, to value: [UInt8]?, _ setting: VaultFileSystem.AttributeSetting,
        _ request: fuse_req_t?, _ state: MountState
    ) throws(VaultError) {
        do throws(VaultError) {
            try state.files.setAttribute(name, of: id, to: value, setting)
            unsafe replyDone(request)
        } catch .notFound(name) {
            unsafe fuse_reply_err(request, ENODATA)
        }
    }

    /// Rights of programs and lists of who may do what: not kept.
    private static func isSystems(_ name: [UInt8]) -> Bool {
        name.starts(with: "security.".utf8) || name.starts(with: "system.".utf8)
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
