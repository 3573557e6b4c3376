internal import CSecrShims
internal import Glibc
public import SystemPackage

/// Tells what happens in folders (inotify(7)). For one thread.
public final class FolderWatch {
    public enum Event: Equatable, Sendable {
        /// A file that somebody wrote and closed, or moved here.
        case file(FilePath)
        /// A folder that was made, or moved here. It is not watched by that.
        case folder(FilePath)
        /// A watched folder was removed, or moved away.
        case gone(FilePath)
        /// More happened than was kept in mind: only looking at everything tells what.
        case lost
    }

    private let watch: OwnedDescriptor
    /// By the numbers that the system gives them.
    private var folders: [CInt: FilePath] = [:]
    /// As large as many events.
    private var buffer = [CChar](repeating: 0, count: 1 << 16)

    public init() throws(SystemError) {
        let raw = secr_inotify_new()
        guard raw >= 0 else { throw .current("watch folders", nil) }
        watch = OwnedDescriptor(adopting: raw)
    }

    /// Watches a folder from now on, without those in it.
    public func add(_ folder: FilePath) throws(SystemError) {
        let number = unsafe folder.withPlatformString { unsafe secr_inotify_add(watch.raw, $0) }
        guard number >= 0 else { throw .current("watch", folder) }
        folders[number] = folder
    }

    /// Waits until something happens, and tells everything that has, each thing once; nothing where a signal asks to stop.
    public func wait() throws(SystemError) -> [Event] {
        // Safe: the system writes at most as many bytes as the buffer holds.
        let size = retrying {
            unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(watch.raw, $0.baseAddress!, $0.count) }
        }
        if size < 0 && lastErrno == EINTR { return [] }
        guard size >= 0 else { throw .current("watch folders", nil) }
        var (events, offset): ([Event], Int) = ([], 0)
        var raw = secr_inotify_event()
        while true {
            // Safe: reads within the bytes that were read just now.
            offset = unsafe secr_inotify_next(buffer, size, offset, &raw)
            if offset < 0 { return events }
            if let event = event(raw), !events.contains(event) { events.append(event) }
        }
    }

    private func event(_ raw: secr_inotify_event) -> Event? {
        if raw.is_lost != 0 { return .lost }
        guard let folder = folders[raw.folder] else { return nil }
        if raw.is_forgotten != 0 {
            folders[raw.folder] = nil
            return nil
        }
        if raw.is_gone != 0 { return .gone(folder) }
        let name = buffer[raw.name..<raw.name + raw.name_size].map { UInt8(bitPattern: $0) }
        let path = folder.appending(FilePath(rawBytes: name).components)
        return raw.is_folder != 0 ? .folder(path) : raw.is_finished != 0 ? .file(path) : nil
    }
}

extension OwnedDescriptor {
    /// Whether somebody has this file open for writing; not, where the system can't say.
    public var isBeingWritten: Bool { secr_is_being_written(raw) != 0 }
}
