internal import CFUSE
internal import Glibc
public import SecrSystem
internal import SecrVault
internal import SystemPackage

/// How one process asks another one to lock a vault that it lets appear: an ioctl on the top folder, with the vault's
/// identity.
enum LockRequest {
    static let size = 32
    /// `_IOW(0xD7, 1, char[32])` of <asm-generic/ioctl.h>.
    static let code: UInt32 = 1 << 30 | UInt32(size) << 16 | 0xD7 << 8 | 1
}

// Safe: as in the rest of `Operations`.
extension Operations {
    static func addLocking(_ table: inout fuse_lowlevel_ops) {
        unsafe table.ioctl = { request, _, code, _, _, _, bytes, count, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                guard UInt32(truncatingIfNeeded: code) == LockRequest.code, count == LockRequest.size else {
                    unsafe fuse_reply_err(request, ENOTTY)
                    return
                }
                let user = unsafe fuse_req_ctx(request)?.pointee.uid
                guard user == 0 || user == ProcessOwner.user else {
                    unsafe fuse_reply_err(request, EPERM)
                    return
                }
                guard unsafe state.identity.elementsEqual(UnsafeRawBufferPointer(start: bytes, count: count)) else {
                    unsafe fuse_reply_err(request, ENODEV)
                    return
                }
                // What can't be stored would be lost.
                if !state.isReadOnly { try state.files.commit() }
                state.requestLock()
                unsafe fuse_reply_ioctl(request, 0, nil, 0)
            }
        }
    }
}

extension Mount {
    /// Has a vault locked wherever it appears: what was written becomes durable, the folders are empty again, and whoever
    /// has files open gets errors. Returns when that has happened.
    ///
    /// - Parameter identity: ``VaultFolder/identity``.
    /// - Throws: where something can't be stored, and so stays.
    public static func lock(_ identity: [UInt8]) throws(SystemError) {
        var asked: Set<FilePath> = []
        for folder in MountTable.folders(of: type) {
            do throws(SystemError) {
                try OwnedDescriptor.openDirectory(folder).control(LockRequest.code, identity, path: folder)
                asked.insert(folder)
            } catch {
                // Others are other vaults, or on their way out.
                if [.noSpace, .diskQuotaExceeded, .ioError].contains(error.errno) { throw error }
            }
        }
        for _ in 0..<100 where !asked.isDisjoint(with: MountTable.folders(of: type)) {
            Pause.sleep(microseconds: 50_000)
        }
    }
}
