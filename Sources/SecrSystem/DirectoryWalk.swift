internal import Glibc
public import SystemPackage

/// Every file below a directory, in the order of names, without following symbolic links.
///
/// A directory is read when its turn comes, and nothing is held but the names that are still to come in it and in those
/// above it.
public struct DirectoryWalk: Sequence, IteratorProtocol, Sendable {
    public enum Entry: Equatable, Sendable {
        case file(FilePath)
        /// A link, device, socket or FIFO: never opened.
        case special(FilePath, FileStatus.Kind)
        case failure(SystemError)
    }

    /// Deeper folders are reported as failures: what is nested like this was made to exhaust something.
    public static let maximumDepth = 256

    private struct Level {
        var folder: FilePath
        /// The next one is the last.
        var names: [FilePath]
    }

    private var levels: [Level] = []
    private var unread: FilePath?
    private let skipped: FilePath?

    /// - Parameters:
    ///   - root: a directory.
    ///   - skipped: a directory that is not entered, such as the one that receives the output. It may come into being later.
    public init(_ root: FilePath, skipping skipped: FilePath? = nil) {
        unread = root
        self.skipped = skipped
    }

    public mutating func next() -> Entry? {
        while true {
            if let folder = unread {
                unread = nil
                do throws(SystemError) {
                    levels.append(Level(folder: folder, names: try Self.names(in: folder).reversed()))
                } catch {
                    return .failure(error)
                }
            }
            if levels.isEmpty { return nil }
            // Changed in its place: a copy of all names for each of them would take far longer than the work on the files.
            guard let name = levels[levels.count - 1].names.popLast() else {
                levels.removeLast()
                continue
            }
            if let entry = entry(levels[levels.count - 1].folder.appending(name.components)) { return entry }
        }
    }

    /// `nil` for what is gone meanwhile, and for folders, which come next.
    private mutating func entry(_ path: FilePath) -> Entry? {
        do throws(SystemError) {
            guard let status = try FileStatus.of(path, followSymlinks: false) else { return nil }
            switch status.kind {
            case .regular: return .file(path)
            case .symbolicLink, .other: return .special(path, status.kind)
            case .directory:
                if isSkipped(status) { return nil }
                if levels.count > Self.maximumDepth {
                    return .failure(SystemError("enter", path, .fileNameTooLong))
                }
                unread = path
                return nil
            }
        } catch {
            return .failure(error)
        }
    }

    private func isSkipped(_ status: FileStatus) -> Bool {
        guard let skipped, let other = try? FileStatus.of(skipped, followSymlinks: true) else { return false }
        return other.identity == status.identity
    }

    /// The names in a directory, sorted by their bytes.
    public static func names(in directory: FilePath) throws(SystemError) -> [FilePath] {
        guard let stream = unsafe directory.withPlatformString({ unsafe opendir($0) }) else {
            throw .current("open", directory)
        }
        defer { unsafe closedir(stream) }
        var names: [FilePath] = []
        while true {
            unsafe __errno_location().pointee = 0
            guard let entry = unsafe readdir(stream) else {
                if lastErrno != 0 { throw .current("read", directory) }
                break
            }
            // Safe: `d_name` is a NUL-terminated string within the entry, valid until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CInterop.PlatformChar.self, capacity: 256) {
                    unsafe FilePath(platformString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        // Safe: both strings end with a NUL, and outlive the call.
        return names.sorted { left, right in
            unsafe left.withPlatformString { l in unsafe right.withPlatformString { r in unsafe strcmp(l, r) < 0 } }
        }
    }
}

extension FilePath {
    /// The name's bytes; file names are bytes, not text.
    public var rawBytes: [UInt8] {
        unsafe withPlatformString { pointer in
            unsafe Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
        }
    }

    /// From bytes without a NUL, such as an argument of a command.
    public init(rawBytes: [UInt8]) {
        self = unsafe (rawBytes.map { CInterop.PlatformChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            unsafe FilePath(platformString: $0.baseAddress!)
        }
    }
}
