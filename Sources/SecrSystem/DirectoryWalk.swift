internal import Glibc
public import SystemPackage

/// Every file below a directory, in the order of names, without following symbolic links.
public struct DirectoryWalk {
    public enum Entry: Equatable {
        case file(FilePath)
        /// A link, device, socket or FIFO: never opened.
        case special(FilePath, FileStatus.Kind)
        case failure(SystemError)
    }

    /// Deeper folders are reported as failures: what is nested like this was made to exhaust something.
    public static let maximumDepth = 256

    private var skipped: Set<FileStatus.Identity>

    /// - Parameter skipped: directories that are not entered, such as the one that receives the output.
    public init(skipping skipped: Set<FileStatus.Identity> = []) {
        self.skipped = skipped
    }

    /// Calls `body` for everything below `root`, a directory.
    public func visit(_ root: FilePath, _ body: (Entry) -> Void) {
        visit(root, depth: 0, body)
    }

    private func visit(_ directory: FilePath, depth: Int, _ body: (Entry) -> Void) {
        let names: [FilePath]
        do { names = try Self.names(in: directory) } catch { return body(.failure(error)) }
        for name in names {
            let path = directory.appending(name.components)
            do {
                guard let status = try FileStatus.of(path, followSymlinks: false) else { continue }
                switch status.kind {
                case .regular: body(.file(path))
                case .directory where skipped.contains(status.identity): continue
                case .directory where depth == Self.maximumDepth:
                    body(.failure(SystemError("enter", path, .fileNameTooLong)))
                case .directory: visit(path, depth: depth + 1, body)
                case .symbolicLink, .other: body(.special(path, status.kind))
                }
            } catch {
                body(.failure(error))
            }
        }
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
        return names.sorted { $0.rawBytes.lexicographicallyPrecedes($1.rawBytes) }
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
