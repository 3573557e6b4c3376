internal import Glibc
public import SecrStream
public import SecrSystem
internal import Synchronization
public import SystemPackage

/// Objects as files of a folder: `o/xx/` and 30 digits.
///
/// A file is made without a name and gets it when it is whole, so that no temporary names ever show. All have the same
/// date. What is not an object is left alone.
public final class FolderStore: ObjectStore {
    public let folder: FilePath
    private let objects: OwnedDescriptor
    /// Published, but perhaps not yet on the disk.
    private let unsynced = Mutex(Unsynced())
    private let failures = Atomic(0)
    /// Held by the one that syncs.
    private let syncing = PatientLock()

    private struct Unsynced {
        var files: [OwnedDescriptor] = []
        var folders: Set<String> = []
        /// Too many to be synced one by one.
        var isWholesale = false
    }

    /// One by one up to here; then the whole file system at once is faster.
    private static let individually = 32

    /// The folder of a vault, which has one of objects.
    public init(_ folder: FilePath) throws(SystemError) {
        self.folder = folder
        objects = try OwnedDescriptor.openDirectory(folder.appending("o"))
    }

    /// Makes the folders that objects will lie in; no error where they are there already.
    public static func create(in folder: FilePath) throws(SystemError) {
        let objects = folder.appending("o")
        try FileCreation.makeFolder(objects, mode: 0o700)
        for index in 0...255 {
            let name = String(index, radix: 16)
            try FileCreation.makeFolder(objects.appending(index < 16 ? "0" + name : name), mode: 0o700)
        }
        try OwnedDescriptor.openDirectory(objects).sync(path: objects)
        try OwnedDescriptor.openDirectory(folder).sync(path: folder)
    }

    public func makeDraft() throws(StoreError) -> any ObjectDraft {
        do { return Draft(self, try UnnamedFile(in: objects)) } catch { throw StoreError(.system(error)) }
    }

    public func open(_ name: ObjectName) throws(StoreError) -> (any SealedSource)? {
        do {
            let file = try objects.openFile(Self.path(name))
            return StoredFile(name: name, file: file, size: try file.status().size)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw StoreError(.system(error), name)
        }
    }

    public func exists(_ name: ObjectName) throws(StoreError) -> Bool {
        do { return try objects.hasFile(Self.path(name)) } catch { throw StoreError(.system(error), name) }
    }

    public func delete(_ name: ObjectName) throws(StoreError) {
        do { try objects.unlinkFile(Self.path(name)) } catch { throw StoreError(.system(error), name) }
        unsynced.withLock { _ = $0.folders.insert(Self.folder(name)) }
    }

    public func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) {
        let root = folder.appending("o")
        for index in 0...255 {
            let prefix = (index < 16 ? "0" : "") + String(index, radix: 16)
            let folder = root.appending(prefix)
            let names: [FilePath]
            do throws(SystemError) {
                names = try DirectoryWalk.names(in: folder)
            } catch {
                if error.errno == .noSuchFileOrDirectory { continue }
                throw StoreError(.system(error))
            }
            for entry in names {
                guard let name = ObjectName(hexadecimal: prefix + entry.string) else { continue }
                let status: FileStatus?
                do throws(SystemError) {
                    status = try FileStatus.of(folder.appending(entry.components), followSymlinks: false)
                } catch {
                    throw StoreError(.system(error), name)
                }
                guard let status, status.kind == .regular else { continue }
                try body(name, status.size)
            }
        }
    }

    public var failedSyncs: Int { failures.load(ordering: .sequentiallyConsistent) }

    public func sync(after failures: Int) throws(StoreError) {
        // What is here may be on its way already, in the hands of another thread: not before that is done, this is.
        try syncing.locked { () throws(StoreError) in
            guard failures == failedSyncs else {
                throw StoreError(.system(SystemError("sync", folder, .ioError)), isUncertain: true)
            }
            try syncWaiting()
        }
    }

    private func syncWaiting() throws(StoreError) {
        let waiting = unsynced.withLock { state in
            defer { state = Unsynced() }
            return state
        }
        do throws(SystemError) {
            if waiting.isWholesale { return try objects.syncFileSystem(path: folder) }
            try syncContents(of: waiting.files)
            for folder in waiting.folders { try syncFolder(folder) }
        } catch {
            unsynced.withLock { $0.folders.formUnion(waiting.folders) }
            failures.wrappingAdd(1, ordering: .sequentiallyConsistent)
            throw StoreError(.system(error), isUncertain: true)
        }
    }

    /// At the same time, so that a file system with a journal needs to write it only once.
    private func syncContents(of files: [OwnedDescriptor]) throws(SystemError) {
        let failure = Mutex<SystemError?>(nil)
        WorkerPool.forEach(files.count, width: 8) { index in
            do throws(SystemError) {
                try files[index].syncContents()
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    public func settle(_ name: ObjectName) throws(StoreError) {
        // Its contents were on the disk before it got its name.
        do { try syncFolder(Self.folder(name)) } catch { throw StoreError(.system(error), name) }
    }

    fileprivate func syncFolder(_ name: String) throws(SystemError) {
        try objects.openSubfolder(FilePath(name)).sync(path: folder.appending("o").appending(name))
    }

    fileprivate func remember(_ file: OwnedDescriptor, in folder: String) {
        unsynced.withLock { state in
            state.folders.insert(folder)
            if state.isWholesale { return }
            state.files.append(file)
            if state.files.count > Self.individually {
                state.files = []
                state.isWholesale = true
            }
        }
    }

    fileprivate static func path(_ name: ObjectName) -> FilePath {
        let digits = name.hexadecimal
        return FilePath("\(digits.prefix(2))/\(digits.dropFirst(2))")
    }

    fileprivate static func folder(_ name: ObjectName) -> String { String(name.hexadecimal.prefix(2)) }

    private final class Draft: ObjectDraft {
        private let store: FolderStore
        private let file: UnnamedFile
        private let early: EarlyWriting

        init(_ store: FolderStore, _ file: UnnamedFile) {
            self.store = store
            self.file = file
            early = EarlyWriting(file.descriptor)
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
            do { try unsafe file.descriptor.write(bytes) } catch { throw StoreError(.system(error)) }
            early.add(bytes.count)
        }

        func publish(_ name: ObjectName, durably: Bool) throws(StoreError) -> Bool {
            do throws(SystemError) {
                try file.descriptor.setFixedTimes()
                if durably { try file.descriptor.syncContents() }
                try file.publish(FolderStore.path(name))
            } catch {
                if error.errno == .fileExists { return false }
                throw StoreError(.system(error), name)
            }
            let folder = FolderStore.folder(name)
            guard durably else {
                early.finish()
                store.remember(file.descriptor, in: folder)
                return true
            }
            do {
                try store.syncFolder(folder)
            } catch {
                // So that the next sync does not find that there is nothing to do.
                store.unsynced.withLock { _ = $0.folders.insert(folder) }
                throw StoreError(.system(error), name, isUncertain: true)
            }
            return true
        }
    }
}

/// An object that is a file.
private struct StoredFile: SealedSource {
    let name: ObjectName
    let file: OwnedDescriptor
    let size: Int

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        do {
            let count = try unsafe file.fill(buffer, at: offset)
            if count < buffer.count { throw StoreError(.shortened, name) }
        } catch let error as SystemError {
            throw StoreError(.system(error), name)
        }
    }

    func announce(_ range: Range<Int>) { file.startReading(range) }
}
