internal import GRDB

/// Clears away what nothing refers to any more: objects of deleted files, and what was left by something that was
/// stopped. Never touches an object whose name does not follow from this area's keys, unless it is told to.
public struct Collector: Sendable {
    public struct Report: Equatable, Sendable {
        /// Objects of deleted or replaced files.
        public var freed = 0
        /// Left by something that was stopped.
        public var orphans = 0
        /// That this area can't explain.
        public var unknown = 0
        public var bytes = 0
    }

    /// Who reads a file that is deleted meanwhile has that long.
    private static let graceOfReaders: Int64 = 10 * 60 * 1_000_000_000
    /// Who writes one has that long.
    private static let graceOfWriters: Int64 = 24 * 3_600 * 1_000_000_000

    private let vault: Vault

    public init(_ vault: Vault) { self.vault = vault }

    /// - Parameters:
    ///   - now: nanoseconds since 1970.
    ///   - waits: whether readers and writers that are at work get their time; otherwise they may fail.
    ///   - claimsUnknown: whether to delete every object that this area can't explain, which may be another area's.
    public func run(now: Int64, waits: Bool = true, claimsUnknown: Bool = false) throws(VaultError) -> Report {
        var report = Report()
        var sizes: [ObjectName: Int] = [:]
        do { try vault.store.list { name, size in sizes[name] = size } } catch { throw .store(error) }
        try collectNameless(now: now, waits: waits)
        try collectFreed(now: now, waits: waits, &sizes, &report)
        try collectOrphans(now: now, waits: waits, &sizes, &report)
        try collectIndex(&sizes, &report)
        if claimsUnknown { try collectUnknown(&sizes, &report) }
        do { try vault.store.sync() } catch { throw .store(error) }
        return report
    }

    private func delete(_ name: ObjectName, _ sizes: inout [ObjectName: Int], _ report: inout Report) throws(VaultError)
        -> Bool
    {
        guard let size = sizes.removeValue(forKey: name) else { return false }
        do { try vault.store.delete(name) } catch { throw .store(error) }
        report.bytes += size
        return true
    }

    /// Files that lost their last name while a program had them open, and outlived the mount.
    private func collectNameless(now: Int64, waits: Bool) throws(VaultError) {
        let limit = waits ? now - Self.graceOfWriters : Int64.max
        let known = try vault.index.read { database in
            try Int64.fetchAll(
                database, sql: "SELECT id FROM node WHERE links = 0 AND changed <= ?", arguments: [limit])
        }
        if known.isEmpty { return }
        try vault.index.write { database in
            for id in known { try TreeChange(database).deleteNameless(id, now: now) }
        }
    }

    private func collectFreed(
        now: Int64, waits: Bool, _ sizes: inout [ObjectName: Int], _ report: inout Report
    ) throws(VaultError) {
        let limit = waits ? now - Self.graceOfReaders : Int64.max
        let known = try vault.index.read { database in
            try Int64.fetchAll(database, sql: "SELECT number FROM freed WHERE since <= ?", arguments: [limit])
        }
        if known.isEmpty { return }
        // A number of the window is given out again as soon as its object is gone. Only who took its row away may delete
        // that; a power cut in between leaves something that nothing refers to.
        let numbers = try vault.index.write { database in
            let low = try NumberWindow.bounds(database).low
            return try known.filter { number in
                if number < low { return true }
                try database.cachedStatement(sql: "DELETE FROM freed WHERE number = ?").execute(arguments: [number])
                return database.changesCount > 0
            }
        }
        for number in numbers where try delete(vault.keys.name(.data, UInt64(number)), &sizes, &report) {
            report.freed += 1
        }
        try vault.index.write { database in
            let low = try NumberWindow.bounds(database).low
            for number in numbers where number < low {
                try database.cachedStatement(sql: "DELETE FROM freed WHERE number = ?").execute(arguments: [number])
            }
        }
    }

    /// Closes the window of numbers, and sweeps what lies below the one that was closed long enough ago.
    private func collectOrphans(
        now: Int64, waits: Bool, _ sizes: inout [ObjectName: Int], _ report: inout Report
    ) throws(VaultError) {
        let (swept, done) = try vault.index.write { database -> (Range<Int64>, Int64) in
            var bounds = try NumberWindow.bounds(database)
            let oldLow = bounds.low
            let isOld = bounds.closed <= now - Self.graceOfWriters
            let closes = !waits || (isOld && bounds.low == bounds.swept)
            if closes {
                bounds.low = bounds.high
                bounds.high += NumberWindow.width
                bounds.closed = now
            }
            let isSweepable = !waits || (isOld && !closes)
            let range = bounds.swept..<(isSweepable ? bounds.low : bounds.swept)
            try NumberWindow.set(bounds, in: database)
            // Without waiting, somebody who fails because of this can leave something behind yet: it goes the next time.
            return (range, waits ? range.upperBound : oldLow)
        }
        if swept.isEmpty { return }
        let known = try vault.index.read { database in
            let sql = "SELECT number FROM object WHERE number >= ? AND number < ? UNION SELECT number FROM freed"
            return Set(try Int64.fetchAll(database, sql: sql, arguments: [swept.lowerBound, swept.upperBound]))
        }
        for number in swept where !known.contains(number) {
            if try delete(vault.keys.name(.data, UInt64(number)), &sizes, &report) { report.orphans += 1 }
        }
        try vault.index.write { database in
            var bounds = try NumberWindow.bounds(database)
            bounds.swept = max(bounds.swept, done)
            try NumberWindow.set(bounds, in: database)
        }
    }

    /// Records, roots, pages and marks that are older than the two newest checkpoints.
    private func collectIndex(_ sizes: inout [ObjectName: Int], _ report: inout Report) throws(VaultError) {
        let (keys, names) = (vault.keys, sizes)
        let old = try vault.index.withLog { (log) throws(VaultError) -> [ObjectName] in
            try log.catchUp()
            try log.followNewestCheckpoint()
            guard let root = log.root, root.number > 1, let older = try log.readRoot(root.number - 1) else { return [] }
            var old: [ObjectName] = []
            for sequence in 1..<max(1, older.sequence) { old.append(keys.name(.record, sequence)) }
            for number in 1..<older.number { old.append(keys.name(.root, number)) }
            let kept = Set(
                (root.levels + older.levels).flatMap { level in
                    (0...level.parts).map { level.name(ofPart: $0, keys) }
                })
            // Nobody can be writing these checkpoints any more.
            for number in 1...root.number {
                for attempt in UInt8.min...UInt8.max {
                    let found = partsThatExist(number, attempt, names)
                    old += found.filter { !kept.contains($0) }
                    if found.isEmpty && attempt > 0 { break }
                }
            }
            let marks = Set(Milestones(store: vault.store, keys: keys).names(upTo: root.number))
            return old.filter { !marks.contains($0) }
        }
        for name in old where try delete(name, &sizes, &report) { report.orphans += 1 }
    }

    private func partsThatExist(_ number: UInt64, _ attempt: UInt8, _ names: [ObjectName: Int]) -> [ObjectName] {
        var found: [ObjectName] = []
        var part = 0
        while part <= 0xFFFF {
            let name = CheckpointRoot.Level.name(checkpoint: number, attempt: attempt, part: part, vault.keys)
            if names[name] != nil { found.append(name) } else if part > 0 { break }
            part += 1
        }
        return found
    }

    private func collectUnknown(_ sizes: inout [ObjectName: Int], _ report: inout Report) throws(VaultError) {
        let explained = try Explained(vault).names()
        for name in sizes.keys where !explained.contains(name) {
            if try delete(name, &sizes, &report) { report.unknown += 1 }
        }
    }
}
