internal import SecrCrypto
internal import SecrStream

/// An area's index as objects: the newest checkpoint and the records after it. Knows pages, not what is in them.
///
/// Every process appends by putting the record with the next number, which only one of them can; so all see the same
/// history. Used by one thread at a time.
package final class IndexLog {
    let store: any ObjectStore
    let keys: AreaKeys

    /// The newest checkpoint, `nil` before there is one.
    private(set) var root: CheckpointRoot?
    private(set) var levels: [PageLevel] = []
    /// The records behind it, oldest first.
    private(set) var tail: [Entry] = []
    /// What the records behind the checkpoint changed.
    private var overlay: [Int: [UInt8]] = [:]
    private(set) var pageCount = 0

    struct Entry {
        var record: IndexRecord
        var hash: [UInt8]
    }

    /// How far the history goes, and the hash of its last record.
    package struct Head: Equatable, Sendable {
        package var sequence: UInt64
        package var hash: [UInt8]

        package init(sequence: UInt64, hash: [UInt8]) {
            self.sequence = sequence
            self.hash = hash
        }

        /// Before there is any.
        static let none = Head(sequence: 0, hash: [UInt8](repeating: 0, count: IndexRecord.hashSize))
    }

    var head: Head {
        if let last = tail.last { return Head(sequence: last.record.sequence, hash: last.hash) }
        if let root { return Head(sequence: root.sequence, hash: root.recordHash) }
        return .none
    }

    /// What a commit came to.
    enum Outcome: Equatable {
        case committed
        /// Somebody else wrote that record.
        case lost
        /// This process had fallen so far behind that its record belongs nowhere.
        case stale
    }

    /// Whether the above is a whole state.
    private var isLoaded = false
    /// The head of the last whole state before it was read anew.
    private var seen: Head
    private var isUnproven = false
    private var refusal: VaultError?

    /// How often a state that changes under the reader's hands is read again, and one that does not change.
    private static let attempts = 64
    private static let patience = 3

    /// - Parameter hint: a checkpoint that existed once, to begin the search with.
    init(_ store: any ObjectStore, _ keys: AreaKeys, hint: UInt64 = 0) throws(VaultError) {
        self.store = store
        self.keys = keys
        seen = .none
        try reload(hint: hint)
    }

    // MARK: Repairing

    /// What a repair could not save.
    struct Loss: Equatable {
        /// The first record that can't be read; it and all later ones are lost.
        var firstRecord: UInt64?
        var checkpoints: [UInt64] = []
    }

    /// Goes back to the newest state that can be read, and takes away what is behind it.
    ///
    /// - Parameter hint: a checkpoint that existed once.
    init(repairing store: any ObjectStore, _ keys: AreaKeys, hint: UInt64, loss: inout Loss) throws(VaultError) {
        self.store = store
        self.keys = keys
        seen = .none
        let newest = try searchCheckpoints(hint)
        var isUsable = false
        for number in [newest, newest > 0 ? newest - 1 : 0] where !isUsable {
            isUsable = try tryCheckpoint(number)
            if !isUsable && number > 0 { loss.checkpoints.append(number) }
        }
        guard isUsable else { throw .damaged(.checkpoint(newest)) }
        do throws(VaultError) {
            try readTail()
        } catch .damaged(.record(let sequence)) {
            loss.firstRecord = sequence
        }
        isLoaded = true
        try withVaultErrors {
            for number in loss.checkpoints { try store.delete(keys.name(.root, number)) }
            try replaceCoveredRecord()
            if let first = loss.firstRecord { try deleteRecords(from: first) }
        }
    }

    private func tryCheckpoint(_ number: UInt64) throws(VaultError) -> Bool {
        (root, levels, tail, overlay, pageCount) = (nil, [], [], [:], 0)
        // Before the first checkpoint everything is in the records.
        if number == 0 { return try withVaultErrors { try store.exists(keys.name(.record, 1)) } }
        do throws(VaultError) {
            guard let root = try readRoot(number), let levels = try openLevels(root) else { return false }
            for level in levels { try level.verify() }
            adopt(root, levels)
            return true
        } catch .damaged {
            return false
        }
    }

    // MARK: Reading

    /// Copies a page of the newest state to a buffer of one page.
    func readPage(_ number: Int, into buffer: UnsafeMutableRawBufferPointer) throws(VaultError) {
        if let page = overlay[number] {
            unsafe buffer.copyBytes(from: page)
            return
        }
        for level in levels {
            if let place = level.place(of: number) { return try unsafe level.read(place, into: buffer) }
        }
        throw .damaged(.page(number))
    }

    /// Whether a page was changed since the newest checkpoint, and what it is now.
    func changedPages() -> [(number: Int, bytes: [UInt8])] {
        overlay.filter { $0.key < pageCount }.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// Forgets everything and reads it anew.
    ///
    /// - Throws: ``VaultError/rolledBack(seen:found:)`` where the history does not go on from what was seen before.
    func reload(hint: UInt64 = 0) throws(VaultError) {
        if let refusal { throw refusal }
        if isLoaded { seen = head }
        try loadNewest(hint: max(hint, root?.number ?? 0))
        let hash = seen.sequence == 0 ? seen.hash : hash(of: seen.sequence)
        guard head.sequence >= seen.sequence, hash ?? seen.hash == seen.hash else {
            throw refuse(seen)
        }
        isUnproven = hash == nil
    }

    private func loadNewest(hint: UInt64) throws(VaultError) {
        var (earlier, repetitions): (VaultError?, Int) = (nil, 0)
        for attempt in 0..<Self.attempts {
            // A checkpoint that existed once can be the work of somebody who was far behind.
            guard let error = try load(hint: attempt == 0 ? hint : 0) else { return }
            // Others who are at work change what is missing.
            repetitions = error == earlier ? repetitions + 1 : 0
            if repetitions == Self.patience { throw error }
            earlier = error
        }
        throw .busy
    }

    /// Takes nothing of this history any more, which is not the one that had the record `seen`.
    func refuse(_ seen: Head) -> VaultError {
        let error = VaultError.rolledBack(seen: seen.sequence, found: head.sequence)
        refusal = error
        return error
    }

    /// A head that this history may not have grown out of, for all that its objects say; the database knows.
    var unproven: Head? { isUnproven ? seen : nil }
    func prove() { isUnproven = false }

    /// The hash of a record, if it is the newest checkpoint's or behind it.
    func hash(of sequence: UInt64) -> [UInt8]? {
        if root?.sequence == sequence { return root?.recordHash }
        return tail.first { $0.record.sequence == sequence }?.hash
    }

    /// Reads the records that others wrote meanwhile. Returns whether there were any.
    @discardableResult
    func catchUp() throws(VaultError) -> Bool {
        guard isLoaded, refusal == nil else {
            try reload()
            return true
        }
        let before = head.sequence
        var found = false
        do {
            found = try readTail()
        } catch {
            // What looks like damage can be the view of somebody who fell behind.
            guard case .damaged = error, try isStale(before) else { throw error }
        }
        // Where others cleared away even the next ones, nothing seems to follow.
        if try isStale(before) {
            try reload()
            return true
        }
        if found { try followCheckpoint() }
        return found
    }

    /// Whether the history went on so far that the record which was the last one has been cleared away.
    func isStale(_ sequence: UInt64) throws(VaultError) -> Bool {
        try withVaultErrors { try sequence > 0 && !store.exists(keys.name(.record, sequence)) }
    }

    /// Returns what is missing or damaged, unless others are just clearing it away.
    private func load(hint: UInt64) throws(VaultError) -> VaultError? {
        isLoaded = false
        let newest = try findCheckpoint(hint: hint)
        (root, levels, tail, overlay, pageCount) = (nil, [], [], [:], 0)
        do throws(VaultError) {
            if newest > 0 {
                guard let root = try readRoot(newest), let levels = try openLevels(root) else {
                    return .damaged(.checkpoint(newest))
                }
                adopt(root, levels)
            }
            try readTail()
        } catch {
            guard case .damaged = error else { throw error }
            return error
        }
        // The record that a checkpoint covers stays as long as it is one of the two newest.
        if let root, try isStale(root.sequence) { return .damaged(.record(root.sequence)) }
        if root == nil, head.sequence == 0 {
            let later = try findCheckpoint(hint: 0)
            if later > 0 { return .damaged(.checkpoint(later)) }
        }
        isLoaded = true
        return nil
    }

    /// As somebody finds it who knows nothing but the keys.
    func newestCheckpoint() throws(VaultError) -> UInt64 { try findCheckpoint(hint: 0) }

    func findCheckpoint(hint: UInt64) throws(VaultError) -> UInt64 {
        try withVaultErrors {
            var number = hint
            if try number == 0 || !store.exists(keys.name(.root, number)) {
                number = try Milestones(store: store, keys: keys).newest()
            }
            while try store.exists(keys.name(.root, number + 1)) { number += 1 }
            return number
        }
    }

    func readRoot(_ number: UInt64) throws(VaultError) -> CheckpointRoot? {
        guard let sealed = try withVaultErrors({ try store.get(keys.name(.root, number)) }) else { return nil }
        return try CheckpointRoot(opening: sealed, number: number, keys: keys)
    }

    /// - Returns: `nil` where one is missing.
    private func openLevels(_ root: CheckpointRoot) throws(VaultError) -> [PageLevel]? {
        var opened: [PageLevel] = []
        for level in root.levels {
            if let known = levels.first(where: { $0.level == level }) {
                opened.append(known)
            } else if let level = try PageLevel(level, store: store, keys: keys) {
                opened.append(level)
            } else {
                return nil
            }
        }
        return opened
    }

    /// Builds upon a checkpoint. Records that it covers go.
    func adopt(_ root: CheckpointRoot, _ levels: [PageLevel]) {
        self.root = root
        self.levels = levels
        tail.removeAll { $0.record.sequence <= root.sequence }
        overlay = [:]
        for entry in tail { lay(entry.record) }
        if tail.isEmpty { pageCount = root.pageCount }
    }

    private func lay(_ record: IndexRecord) {
        for page in record.pages { overlay[page.number] = page.bytes }
        pageCount = record.pageCount
    }

    /// Adds the records that follow ``head``. Returns whether there were any.
    @discardableResult
    private func readTail() throws(VaultError) -> Bool {
        let start = head.sequence
        while let entry = try readRecord(head.sequence + 1) {
            guard entry.record.previous == head.hash else { throw .damaged(.record(entry.record.sequence)) }
            tail.append(entry)
            lay(entry.record)
        }
        let next = head.sequence + 2
        // A record is missing, and there are later ones. That can't be seen by somebody who is up to date.
        let hasGap = try withVaultErrors { try store.exists(keys.name(.record, next)) }
        if hasGap, try readRecord(next - 1) == nil { throw .damaged(.record(next - 1)) }
        return head.sequence > start
    }

    func readRecord(_ sequence: UInt64) throws(VaultError) -> Entry? {
        guard let sealed = try withVaultErrors({ try store.get(keys.name(.record, sequence)) }) else { return nil }
        let record = try IndexRecord(opening: sealed, sequence: sequence, keys: keys)
        return Entry(record: record, hash: BLAKE2b.hash(sealed))
    }

    /// Takes over a checkpoint that the last record's writer knew, so that the tail stays short.
    private func followCheckpoint() throws(VaultError) {
        let known = tail.last?.record.checkpoint ?? 0
        if known > root?.number ?? 0 { try follow(known) }
    }

    /// Takes over the newest checkpoint there is.
    ///
    /// Records tell of it, but behind the last one there can be two that none tells of.
    ///
    /// - Parameter hint: a checkpoint that existed once; the one that is known, unless given.
    func followNewestCheckpoint(hint: UInt64? = nil) throws(VaultError) {
        let newest = try findCheckpoint(hint: hint ?? root?.number ?? 0)
        if newest > root?.number ?? 0 { try follow(newest) }
    }

    private func follow(_ number: UInt64) throws(VaultError) {
        guard let root = try readRoot(number), let levels = try openLevels(root),
            // One of another history, or of one that goes further, has to be looked at as a whole.
            hash(of: root.sequence) == root.recordHash
        else { return try reload() }
        adopt(root, levels)
    }

    // MARK: Writing

    /// The last record that is known to be on the disk.
    private var settled: UInt64 = 0
    /// The last record that this process tried to append.
    private(set) var attempted: Head?

    /// Makes sure that the last record is on the disk. Its writer may not be so far, or have been stopped before he was;
    /// what is built upon it would be lost with it.
    func settleHead() throws(VaultError) {
        let sequence = head.sequence
        if sequence <= settled { return }
        try withVaultErrors { try store.settle(keys.name(.record, sequence)) }
        settled = sequence
    }

    /// Appends a transaction. Durable when it returns ``Outcome/committed``.
    func append(_ pages: [(number: Int, bytes: [UInt8])], pageCount: Int) throws(VaultError) -> Outcome {
        let before = head
        try settleHead()
        let record = IndexRecord(
            sequence: before.sequence + 1, previous: before.hash, checkpoint: root?.number ?? 0, pageCount: pageCount,
            pages: pages)
        let sealed = record.sealed(with: keys)
        let name = keys.name(.record, record.sequence)
        let entry = Entry(record: record, hash: BLAKE2b.hash(sealed))
        attempted = Head(sequence: record.sequence, hash: entry.hash)
        do throws(StoreError) {
            guard try store.put(name, sealed, durably: true) else { return .lost }
        } catch {
            return try settle(entry, after: error)
        }
        do throws(VaultError) {
            if try isStale(before.sequence) {
                try withVaultErrors { try store.delete(name) }
                return .stale
            }
        } catch .store(let error) {
            return try settle(entry, after: StoreError(error.reason, error.name, isUncertain: true))
        }
        settled = record.sequence
        tail.append(entry)
        lay(record)
        return .committed
    }

    /// Finds out whether a record is there although its writer got an error.
    private func settle(_ entry: Entry, after error: StoreError) throws(VaultError) -> Outcome {
        guard error.isUncertain else { throw .store(error) }
        try reload()
        let isThere = tail.contains { $0.record.id == entry.record.id }
        // It can be read, but a failed sync does not come back: only another one tells whether it is on the disk.
        if isThere, (try? store.sync()) != nil { return .committed }
        throw .store(error)
    }
}
