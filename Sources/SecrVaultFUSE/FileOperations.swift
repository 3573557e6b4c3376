internal import CFUSE
internal import Glibc
internal import SecrVault

/// Opening, reading and writing files.
// Safe: as in the rest of `Operations`.
extension Operations {
    static func addFiles(_ table: inout fuse_lowlevel_ops) {
        unsafe table.open = { request, id, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                // The kernel leaves this to whoever opens.
                if unsafe information!.pointee.flags & O_TRUNC != 0 { try state.files.resize(Operations.id(id), to: 0) }
                let (handle, isUnchanged) = try state.openFile(Operations.id(id))
                unsafe information!.pointee.fh = handle
                unsafe information!.pointee.keep_cache = isUnchanged ? 1 : 0
                // Whoever was interrupted does not close it.
                if unsafe fuse_reply_open(request, information) != 0 { state.closeFile(handle) }
            }
        }
        unsafe table.read = { request, _, size, offset, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let file = try unsafe state.file(information!.pointee.fh)
                try unsafe state.files.read(file, at: Int(offset), count: size) { bytes in
                    unsafe fuse_reply_buf(
                        request, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
                }
                state.files.readAhead(file)
            }
        }
        unsafe table.release = { request, _, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                unsafe state.closeFile(information!.pointee.fh)
                unsafe Operations.replyDone(request)
            }
        }
        addWriting(&table)
        addSpace(&table)
    }

    private static func addWriting(_ table: inout fuse_lowlevel_ops) {
        unsafe table.write = { request, _, bytes, size, offset, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let file = try unsafe state.file(information!.pointee.fh)
                // The kernel knows an end that others may have moved.
                let isAppending = unsafe information!.pointee.flags & O_APPEND != 0
                try unsafe state.files.write(
                    UnsafeRawBufferPointer(start: bytes, count: size), to: file, at: isAppending ? nil : Int(offset))
                unsafe fuse_reply_write(request, size)
                // Where that fails, the next one that writes is told.
                try? state.files.relieve()
            }
        }
        unsafe table.fsync = { request, _, _, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                try state.files.commit()
                unsafe Operations.replyDone(request)
            }
        }
        unsafe table.create = { request, folder, name, mode, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let who = unsafe fuse_req_ctx(request)
                let (node, file) = try state.files.create(
                    unsafe Operations.bytes(name), in: Operations.id(folder), mode: UInt32(mode),
                    owner: unsafe who?.pointee.uid ?? 0, group: unsafe who?.pointee.gid ?? 0)
                let handle = state.add(file)
                unsafe information!.pointee.fh = handle
                var entry = Operations.entry(node, state)
                if unsafe fuse_reply_create(request, &entry, information) != 0 { state.closeFile(handle) }
            }
        }
    }

    private static func addSpace(_ table: inout fuse_lowlevel_ops) {
        unsafe table.fallocate = { request, _, mode, offset, length, information in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let file = try unsafe state.file(information!.pointee.fh)
                let (end, isTooLarge) = Int(offset).addingReportingOverflow(Int(length))
                guard offset >= 0, length > 0 else {
                    unsafe fuse_reply_err(request, EINVAL)
                    return
                }
                guard !isTooLarge else { throw .tooLarge }
                let keepsSize = mode & FALLOC_FL_KEEP_SIZE != 0
                switch mode & ~FALLOC_FL_KEEP_SIZE {
                case 0: if !keepsSize { try state.files.extend(file, to: end) }
                case FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE:
                    if !keepsSize { try state.files.extend(file, to: end) }
                    try state.files.zero(Int(offset)..<end, of: file)
                default:
                    unsafe fuse_reply_err(request, EOPNOTSUPP)
                    return
                }
                unsafe Operations.replyDone(request)
            }
        }
        unsafe table.copy_file_range = { request, _, offset, source, _, place, target, length, _ in
            unsafe Operations.answer(request) { state throws(VaultError) in
                let (from, to) = try unsafe (state.file(source!.pointee.fh), state.file(target!.pointee.fh))
                let (end, isTooLarge) = Int(offset).addingReportingOverflow(Int(clamping: length))
                guard offset >= 0, !isTooLarge else { throw .tooLarge }
                let count = try state.files.copy(Int(offset)..<end, of: from, to: to, at: Int(place))
                unsafe fuse_reply_write(request, count)
            }
        }
    }
}
