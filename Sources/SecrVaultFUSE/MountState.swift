internal import SecrSystem
internal import SecrVault
internal import Synchronization
internal import SystemPackage

/// What questions of the kernel are answered from.
final class MountState: Sendable {
    let vault: Vault
    /// Where its objects lie.
    let store: FilePath
    /// Owner and group that everything is shown to have; `nil` for the ones that were recorded.
    let owner: (user: UInt32, group: UInt32)?
    private let open = Mutex(Handles())
    private let activity = Mutex(Stopwatch())

    private struct Handles {
        var last: UInt64 = 0
        var files: [UInt64: VaultFile] = [:]
        var folders: [UInt64: FolderReading] = [:]
        /// Of files that the kernel holds pages of, when they were changed last.
        var known: [Int64: Int64] = [:]
    }

    /// More is not remembered of files that are closed.
    private static let mostKnown = 100_000

    init(_ vault: Vault, in store: FilePath) {
        (self.vault, self.store) = (vault, store)
        owner = ProcessOwner.isRoot ? nil : (ProcessOwner.user, ProcessOwner.group)
    }

    // MARK: Use

    func noteUse() { activity.withLock { $0 = Stopwatch() } }

    var idleSeconds: Int {
        let isBusy = open.withLock { !$0.files.isEmpty || !$0.folders.isEmpty }
        return isBusy ? 0 : Int(activity.withLock { $0.seconds })
    }

    // MARK: Files

    /// - Returns: its handle, and whether pages of it that the kernel still has are those of today.
    func add(_ file: VaultFile) -> (handle: UInt64, isUnchanged: Bool) {
        open.withLock { open in
            open.last += 1
            open.files[open.last] = file
            let isUnchanged = open.known[file.node.id] == file.node.changed
            if open.known.count >= Self.mostKnown { open.known = [:] }
            open.known[file.node.id] = file.node.changed
            return (open.last, isUnchanged)
        }
    }

    func file(_ handle: UInt64) -> VaultFile? { open.withLock { $0.files[handle] } }

    func removeFile(_ handle: UInt64) { open.withLock { $0.files[handle] = nil } }

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

    private let vault: Vault
    let id: Int64
    private let state = Mutex(State())
    private static let atOnce = 1_024

    init(_ vault: Vault, _ id: Int64) {
        (self.vault, self.id) = (vault, id)
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
            let entries = try vault.entries(of: id, after: state.last, limit: Self.atOnce)
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
