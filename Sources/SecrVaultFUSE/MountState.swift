internal import SecrSystem
internal import SecrVault
internal import Synchronization
internal import SystemPackage

/// What questions of the kernel are answered from.
final class MountState: Sendable {
    let files: VaultFileSystem
    /// Where the vault's objects lie.
    let store: FilePath
    /// Of the vault.
    let identity: [UInt8]
    let isReadOnly: Bool
    /// Owner and group that everything is shown to have; `nil` for the ones that were recorded.
    let owner: (user: UInt32, group: UInt32)?
    private let open = Mutex(Handles())
    private let activity = Mutex(Stopwatch())
    private let isToLock = Mutex(false)

    fileprivate struct Handles {
        var last: UInt64 = 0
        var files: [UInt64: OpenFile] = [:]
        var folders: [UInt64: FolderReading] = [:]
        /// Of files that the kernel holds pages of, when they were changed last.
        var known: [Int64: Int64] = [:]
    }

    /// More is not remembered of files that are closed.
    fileprivate static let mostKnown = 100_000

    init(_ files: VaultFileSystem, of identity: [UInt8], in store: FilePath, isReadOnly: Bool) {
        (self.files, self.identity, self.store, self.isReadOnly) = (files, identity, store, isReadOnly)
        owner = ProcessOwner.isRoot ? nil : (ProcessOwner.user, ProcessOwner.group)
    }

    // MARK: Use

    func noteUse() { activity.withLock { $0 = Stopwatch() } }

    var idleSeconds: Int {
        let isBusy = open.withLock { !$0.files.isEmpty || !$0.folders.isEmpty }
        return isBusy ? 0 : Int(activity.withLock { $0.seconds })
    }

    /// Somebody wants the vault to be locked.
    func requestLock() { isToLock.withLock { $0 = true } }

    var isLockRequested: Bool { isToLock.withLock(\.self) }

    // MARK: Files

    /// Those of which the kernel may hold pages.
    var cached: [Int64] {
        open.withLock { open in Set(open.files.values.map(\.id)).union(open.known.keys).sorted() }
    }

    /// Opens a file.
    ///
    /// - Returns: its handle, and whether pages of it that the kernel still has are those of today.
    func openFile(_ id: Int64) throws(VaultError) -> (handle: UInt64, isUnchanged: Bool) {
        let (file, changed) = try files.open(id)
        let isUnchanged = open.withLock { open in
            defer { open.note(id, changed) }
            return open.known[id] == changed
        }
        return (add(file), isUnchanged)
    }

    /// - Returns: the handle of a file that was opened.
    func add(_ file: OpenFile) -> UInt64 {
        open.withLock { open in
            open.last += 1
            open.files[open.last] = file
            return open.last
        }
    }

    func file(_ handle: UInt64) throws(VaultError) -> OpenFile {
        guard let file = open.withLock({ $0.files[handle] }) else { throw .notFound([]) }
        return file
    }

    func closeFile(_ handle: UInt64) {
        guard let file = open.withLock({ $0.files.removeValue(forKey: handle) }) else { return }
        // What was written here, the kernel knows.
        let changed = files.close(file)
        open.withLock { if let changed { $0.note(file.id, changed) } }
    }

    // MARK: Folders

    func add(_ folder: FolderReading) -> UInt64 {
        open.withLock { open in
            open.last += 1
            open.folders[open.last] = folder
            return open.last
        }
    }

    func folder(_ handle: UInt64) -> FolderReading? { open.withLock { $0.folders[handle] } }

    func removeFolder(_ handle: UInt64) { open.withLock { $0.folders[handle] = nil } }
}

extension MountState.Handles {
    mutating func note(_ id: Int64, _ changed: Int64) {
        if known.count >= MountState.mostKnown { known = [:] }
        known[id] = changed
    }
}

/// A folder that is being read, from one answer to the next.
final class FolderReading: Sendable {
    private struct State {
        /// How many entries have been given, and the name of the last one.
        var position = 0
        var last: [UInt8]?
        /// Read, and not given yet.
        var waiting: ArraySlice<Entry> = []
        var isAtEnd = false
    }

    private let files: VaultFileSystem
    let id: Int64
    private let state = Mutex(State())
    private static let atOnce = 1_024

    init(_ files: VaultFileSystem, _ id: Int64) {
        (self.files, self.id) = (files, id)
    }

    /// Hands out entries from a place on, as long as they are taken.
    ///
    /// - Parameters:
    ///   - position: how many of them come before.
    ///   - take: gets an entry and the position behind it; returns `false` where there is no more room.
    func read(from position: Int, _ take: (Entry, Int) -> Bool) throws(VaultError) {
        // Safe: written and read by this thread.
        nonisolated(unsafe) var failure: VaultError?
        state.withLock { state in
            do throws(VaultError) {
                if position != state.position { try skip(to: position, &state) }
                while let entry = try next(&state) {
                    guard take(entry, state.position + 1) else { return }
                    advance(entry, &state)
                }
            } catch {
                unsafe failure = error
            }
        }
        if let failure = unsafe failure { throw failure }
    }

    /// Somebody went back, or ahead.
    private func skip(to position: Int, _ state: inout State) throws(VaultError) {
        if position < state.position { state = State() }
        while state.position < position, let entry = try next(&state) { advance(entry, &state) }
    }

    private func next(_ state: inout State) throws(VaultError) -> Entry? {
        if state.waiting.isEmpty, !state.isAtEnd {
            let entries = try files.entries(of: id, after: state.last, limit: Self.atOnce)
            state.isAtEnd = entries.count < Self.atOnce
            state.waiting = entries[...]
        }
        return state.waiting.first
    }

    private func advance(_ entry: Entry, _ state: inout State) {
        state.waiting = state.waiting.dropFirst()
        state.position += 1
        state.last = entry.name
    }
}
