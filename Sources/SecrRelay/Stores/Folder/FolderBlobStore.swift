internal import NIOPosix
internal import SecrSystem
public import SecrWire
public import SystemPackage

/// Blobs as files: `DAY/NAME`, in hexadecimal digits, so that a day that is over is one folder to remove.
///
/// A file's date is the first second of the year 2000. What the file system notes besides can't be changed.
public final class FolderBlobStore: BlobStore {
    private let root: FilePath

    /// - Parameter root: made where it is missing.
    public init(_ root: FilePath) throws(StoreError) {
        self.root = root
        do { try FileCreation.makeFolders(root, mode: 0o700) } catch { throw StoreError(error) }
    }

    public func put(_ name: StoredName, expires: Day, sealed: [UInt8]) async throws(StoreError) -> Bool {
        try await run { [self] () throws(SystemError) in
            let folder = folder(of: expires)
            try FileCreation.makeFolders(folder, mode: 0o700)
            let file = try StagedFile(for: folder.appending(name.digits))
            try file.descriptor.write(sealed, at: 0)
            try file.descriptor.setFixedTimes()
            try file.sync()
            do throws(SystemError) {
                try file.publishNew(mode: 0o600)
            } catch  where error.errno == .fileExists {
                // Whoever was faster may still be about to sync the folder.
                try file.syncDirectory()
                return false
            }
            try file.syncDirectory()
            try OwnedDescriptor.openDirectory(root).sync(path: root)
            return true
        }
    }

    public func get(_ name: StoredName, expires: Day, size: Int) async throws(StoreError) -> [UInt8]? {
        try await run { [self] () throws(SystemError) in
            let file: OwnedDescriptor
            do throws(SystemError) {
                file = try OwnedDescriptor.openForReading(folder(of: expires).appending(name.digits))
            } catch  where error.errno == .noSuchFileOrDirectory {
                return nil
            }
            guard try file.status().size == size else { return nil }
            return try file.readToEnd(limit: size)
        }
    }

    public func remove(_ name: StoredName, expires: Day) async throws(StoreError) {
        try await run { [self] () throws(SystemError) in
            let path = folder(of: expires)
            guard try FileStatus.of(path, followSymlinks: false) != nil else { return }
            try OwnedDescriptor.openDirectory(path).unlinkFile(FilePath(name.digits))
        }
    }

    public func expire(today: Day) async throws(StoreError) {
        try await run { [self] () throws(SystemError) in
            for (day, folder) in try days() where day < today {
                let anchor = try OwnedDescriptor.openDirectory(folder)
                for name in try DirectoryWalk.names(in: folder) { try anchor.unlinkFile(name) }
                try FileCreation.removeFolder(folder)
            }
        }
    }

    public func bytes() async throws(StoreError) -> Int {
        try await run { [self] () throws(SystemError) in
            var sum = 0
            for (_, folder) in try days() {
                for name in try DirectoryWalk.names(in: folder) {
                    sum += try FileStatus.of(folder.pushing(name), followSymlinks: false)?.size ?? 0
                }
            }
            return sum
        }
    }

    private func days() throws(SystemError) -> [(day: Day, folder: FilePath)] {
        try DirectoryWalk.names(in: root).compactMap { name in
            guard let day = UInt32(name.string, radix: 16) else { return nil }
            return (Day(rawValue: day), root.pushing(name))
        }
    }

    private func folder(of day: Day) -> FilePath { root.appending(String(day.rawValue, radix: 16)) }

    /// File systems make one wait; on threads that are there for that.
    private func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(SystemError) -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await NIOThreadPool.singleton.runIfActive(work)
        } catch {
            throw StoreError(error)
        }
    }
}

extension StoreError {
    init(_ error: any Error) {
        guard let error = error as? SystemError else {
            self.init(.unavailable, "the relay is about to end")
            return
        }
        let code: Code =
            switch error.errno {
            case .noSpace, .diskQuotaExceeded: .full
            case .permissionDenied, .notPermitted, .readOnlyFileSystem, .notDirectory: .unusable
            default: .unavailable
            }
        // Names of blobs are nobody's business.
        self.init(code, "can't \(error.operation) a blob: \(error.errno.description.lowercased())")
    }
}
