internal import SecrCrypto
internal import SecrStream
internal import Synchronization

/// Writes checkpoints: what the tail changed becomes a level, which takes in the levels that are not much larger.
///
/// Several processes may try the same; who puts the root first has written it, and the others take theirs away.
struct Checkpointer {
    /// A tail that is longer, or larger in bytes of pages, is due.
    static let longestTail = 64
    static let largestTail = 4 << 20
    /// A level is taken in unless it is larger than this many times what was collected so far.
    private static let growth = 4

    /// How often others may be faster before everything is written anew.
    private static let attempts = 64

    /// What was overwritten or deleted is gone after that many seconds.
    static let rewriteInterval: UInt64 = 24 * 3_600

    let log: IndexLog
    /// Seconds since 1970.
    let now: UInt64

    static func isDue(_ log: IndexLog) -> Bool {
        log.tail.count >= longestTail
            || log.tail.reduce(0) { $0 + $1.record.pages.count } * Page.size >= largestTail
    }

    /// Whether something that was overwritten may have been there for too long.
    var isRewriteDue: Bool { log.root.map { now >= $0.rewritten + Self.rewriteInterval } ?? true }

    /// - Parameters:
    ///   - rewritesAll: leaves nothing of what was overwritten or deleted.
    ///   - always: even if there is nothing to do.
    /// - Returns: `false` where somebody else was faster, or there was nothing to do.
    @discardableResult
    func run(rewritesAll: Bool = false, always: Bool = false) throws(VaultError) -> Bool {
        // Behind the newest checkpoint, the next number can be one that has been cleared away.
        try log.followNewestCheckpoint()
        guard rewritesAll || isRewriteDue else {
            guard !log.tail.isEmpty || always else { return false }
            return try write(rewritesAll: false)
        }
        if !always, try isRewritten() { return false }
        let isFirst = log.root == nil
        guard try writeAnew() else { return false }
        // The checkpoint before this one, which stays, still has what was overwritten or deleted. One more, with pages of
        // its own, so that either can stand in for the other, takes its place.
        if !isFirst { try writeAnew() }
        return true
    }

    /// Returns `false` where somebody else did. Who was faster can also have written only what was changed.
    @discardableResult
    private func writeAnew() throws(VaultError) -> Bool {
        for _ in 0..<Self.attempts {
            if try write(rewritesAll: true) { return true }
            if try isRewritten() { return false }
        }
        throw .busy
    }

    /// Whether both checkpoints are of the newest state.
    private func isRewritten() throws(VaultError) -> Bool {
        guard let root = log.root else { return log.head.sequence == 0 }
        guard log.tail.isEmpty, log.levels.count == 1, root.number > 1 else { return false }
        return try log.readRoot(root.number - 1)?.sequence == root.sequence
    }

    @discardableResult
    private func write(rewritesAll: Bool) throws(VaultError) -> Bool {
        let old = log.root
        let number = (old?.number ?? 0) + 1
        var merge = Merge(log)
        var (kept, pages) = (log.levels[...], merge.count)
        while let next = kept.first, rewritesAll || next.numbers.count <= Self.growth * pages {
            merge.add(next)
            pages += next.numbers.count
            kept = kept.dropFirst()
        }
        let head = log.head
        do {
            let failures = log.store.failedSyncs
            guard let written = try merge.write(checkpoint: number) else { return false }
            let root = CheckpointRoot(
                number: number, sequence: head.sequence, recordHash: head.hash,
                rewritten: rewritesAll ? now : old?.rewritten ?? now, pageCount: log.pageCount,
                levels: [written] + kept.map(\.level))
            return try publish(root, written, after: failures, kept: Array(kept), replacing: old)
        } catch {
            throw VaultError(error)
        }
    }

    /// - Parameters:
    ///   - written: what is new of it.
    ///   - failures: syncs that had failed before that.
    private func publish(
        _ root: CheckpointRoot, _ written: CheckpointRoot.Level, after failures: Int, kept: [PageLevel],
        replacing old: CheckpointRoot?
    ) throws -> Bool {
        let (store, keys) = (log.store, log.keys)
        // The pages, and the last record that is in them, are on the disk before a root says so.
        try store.sync(after: failures)
        try log.settleHead()
        guard try store.put(keys.name(.root, root.number), root.sealed(with: keys), durably: true) else {
            try delete(written)
            try log.followNewestCheckpoint()
            return false
        }
        // The name can be free because this process slept while others wrote several checkpoints and deleted this one; or
        // they did so after it was put.
        guard try !isCleared(root), let reread = try log.readRoot(root.number),
            let level = try PageLevel(written, store: store, keys: keys)
        else {
            guard try isCleared(root) else { throw VaultError.damaged(.checkpoint(root.number)) }
            try withdraw(root, written)
            return false
        }
        // Nothing of the old checkpoint goes before the new one has been read back.
        guard reread == root else { throw VaultError.damaged(.checkpoint(root.number)) }
        try level.verify()
        log.adopt(root, [level] + kept)
        try Milestones(store: store, keys: keys).mark(root.number)
        try clear(after: root, previous: old)
        return true
    }

    /// Whether there are, or were, two later checkpoints: whoever writes the second deletes this one.
    private func isCleared(_ root: CheckpointRoot) throws -> Bool {
        try Milestones(store: log.store, keys: log.keys).newest() > root.number + 1
            || log.store.exists(log.keys.name(.root, root.number + 2))
    }

    /// Takes away what others went past.
    private func withdraw(_ root: CheckpointRoot, _ written: CheckpointRoot.Level) throws {
        try log.store.delete(log.keys.name(.root, root.number))
        try log.followNewestCheckpoint(hint: 0)
        // They may have built upon it. What neither of the newest two needs, no later one does.
        guard let newest = log.root, newest.number > root.number + 1,
            let previous = try log.readRoot(newest.number - 1), !(newest.levels + previous.levels).contains(written)
        else { return }
        try delete(written)
    }

    /// Deletes what is older than the checkpoint before this one. A power cut in between leaves things that `gc` finds.
    private func clear(after root: CheckpointRoot, previous: CheckpointRoot?) throws {
        let (store, keys) = (log.store, log.keys)
        guard let previous else { return }
        let oldest = previous.number > 1 ? try log.readRoot(previous.number - 1) : nil
        if previous.sequence > 0 { try clearRecords(from: oldest?.sequence ?? 1, below: previous.sequence) }
        if let oldest {
            for level in oldest.levels where !root.levels.contains(level) && !previous.levels.contains(level) {
                try delete(level)
            }
            try store.delete(keys.name(.root, oldest.number))
        }
        try Milestones(store: store, keys: keys).clean(after: root.number)
    }

    /// The oldest goes first, also where somebody else has stopped halfway with those before them: by the record that was
    /// his last one, everybody sees whether later ones were taken away.
    private func clearRecords(from start: UInt64, below end: UInt64) throws {
        let (store, keys) = (log.store, log.keys)
        var first = start
        while try first > 1 && store.exists(keys.name(.record, first - 1)) { first -= 1 }
        for sequence in first..<max(first, end) { try store.delete(keys.name(.record, sequence)) }
    }

    private func delete(_ level: CheckpointRoot.Level) throws {
        for part in 0...level.parts { try log.store.delete(level.name(ofPart: part, log.keys)) }
    }
}
