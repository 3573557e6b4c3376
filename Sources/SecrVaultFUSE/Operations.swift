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
                guard let node = try state.files.child(name, of: Operations.id(folder)) else {
                    // Also this is believed for a while.
                    var nothing = fuse_entry_param()
                    nothing.entry_timeout = Operations.trust
                    unsafe fuse_reply_entry(request, &nothing)
                    return
                }
                unsafe Operations.reply(request, node, state)
            }
        }
        unsafe table.getattr = { request, id, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                var status = Operations.status(try state.files.node(Operations.id(id)), state)
                unsafe fuse_reply_attr(request, &status, Operations.trust)
            }
        }
        unsafe table.readlink = { request, id in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let target = try state.files.linkTarget(of: Operations.id(id))
                let text = target.map { CChar(bitPattern: $0) } + [0]
                unsafe fuse_reply_readlink(request, text)
            }
        }
        addFiles(&table)
        addFolders(&table)
        addNames(&table)
        unsafe table.statfs = { request, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                var space = Operations.space(
                    try state.files.usage(), try? FileSystemKind.space(at: state.store))
                unsafe fuse_reply_statfs(request, &space)
            }
        }
        addAttributes(&table)
        addLocking(&table)
        return table
    }

    private static func set(up connection: UnsafeMutablePointer<fuse_conn_info>?) {
        guard let connection = unsafe connection else { return }
        // Not that the kernel holds back what is written: others could not see it, and nobody when it becomes durable.
        let wanted = UInt32(FUSE_CAP_ASYNC_READ) | UInt32(FUSE_CAP_PARALLEL_DIROPS) | UInt32(FUSE_CAP_READDIRPLUS)
        unsafe connection.pointee.want |= unsafe connection.pointee.capable & (wanted | UInt32(FUSE_CAP_CACHE_SYMLINKS))
        // It takes rights away itself where a program's file is written to.
        unsafe connection.pointee.want &= ~UInt32(FUSE_CAP_HANDLE_KILLPRIV)
        unsafe connection.pointee.max_background = 64
    }
}
