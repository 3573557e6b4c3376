internal import Foundation
internal import GRDB
internal import SecrCrypto
internal import SecrStream

/// Looks whether everything is there and as it was written.
public struct Verifier: Sendable {
    /// How closely.
    public enum Level: String, Sendable, CaseIterable {
        /// History, checkpoints and tables.
        case index
        /// And that every object is there, with its size.
        case presence
        /// And that every byte opens.
        case full
    }

    public struct Report: Equatable, Sendable {
        public var files = 0
        public var objects = 0
        /// Of sealed bytes that were opened.
        public var bytes = 0
        public var problems: [Problem] = []
    }

    private let vault: Vault

    public init(_ vault: Vault) { self.vault = vault }

    /// - Parameter progress: told of bytes, as they are opened.
    public func run(_ level: Level, progress: @escaping @Sendable (Int) -> Void = { _ in }) throws(VaultError) -> Report
    {
        var report = Report()
        try checkHistory(&report, progress)
        try checkTables(&report)
        if level != .index { try checkObjects(level, &report, progress) }
        return report
    }

    /// Every page of the newest checkpoint, and the one before it with the records in between, which a repair would need.
    private func checkHistory(_ report: inout Report, _ progress: @escaping @Sendable (Int) -> Void) throws(VaultError)
    {
        var found: [Problem] = []
        let bytes = try vault.index.withLog { (log) throws(VaultError) -> Int in
            var number: UInt64?
            // What others clear away while it is looked at is not missing: then there is a newer checkpoint.
            repeat {
                try log.catchUp()
                try log.followNewestCheckpoint()
                if number == log.root?.number { break }
                number = log.root?.number
                found = try checkCheckpoints(log)
            } while !found.isEmpty
            if try log.newestCheckpoint() < log.root?.number ?? 0 {
                found.append(
                    Problem(kind: .checkpoint, paths: [], text: "marks are missing: other devices can't find the index")
                )
            }
            return log.levels.reduce(0) { $0 + $1.numbers.count * Page.size }
        }
        progress(bytes)
        report.bytes += bytes
        report.problems += found
    }

    private func checkCheckpoints(_ log: IndexLog) throws(VaultError) -> [Problem] {
        var found: [Problem] = []
        for level in log.levels {
            do throws(VaultError) {
                try level.verify()
            } catch .damaged {
                let text = "checkpoint \(level.level.checkpoint) is damaged"
                found.append(Problem(kind: .checkpoint, paths: [], text: text))
            }
        }
        if let root = log.root, root.number > 1 { found += try checkOlder(root, log) }
        return found
    }

    private func checkOlder(_ root: CheckpointRoot, _ log: IndexLog) throws(VaultError) -> [Problem] {
        func problem(_ text: String) -> [Problem] { [Problem(kind: .checkpoint, paths: [], text: text)] }
        let number = root.number - 1
        let older: CheckpointRoot?
        do throws(VaultError) {
            older = try log.readRoot(number)
        } catch .damaged {
            return problem("the older checkpoint \(number) is damaged")
        }
        guard let older else { return problem("the older checkpoint \(number) is missing") }
        for level in older.levels where !root.levels.contains(level) {
            do throws(VaultError) {
                guard let level = try PageLevel(level, store: vault.store, keys: vault.keys) else {
                    return problem("a part of the older checkpoint \(number) is missing")
                }
                try level.verify()
            } catch .damaged {
                return problem("the older checkpoint \(number) is damaged")
            }
        }
        var hash = older.recordHash
        for sequence in older.sequence + 1..<root.sequence + 1 {
            do throws(VaultError) {
                guard let entry = try log.readRecord(sequence), entry.record.previous == hash else {
                    return [
                        Problem(kind: .record, paths: [], text: "change \(sequence), needed for repairs, is missing")
                    ]
                }
                hash = entry.hash
            } catch .damaged {
                return [Problem(kind: .record, paths: [], text: "change \(sequence), needed for repairs, is damaged")]
            }
        }
        return []
    }

    /// SQLite's own check, and whether names, nodes, extents and objects agree.
    private func checkTables(_ report: inout Report) throws(VaultError) {
        let (files, found) = try vault.index.read { database in
            var found: [Problem] = []
            for line in try String.fetchAll(database, sql: "PRAGMA integrity_check(20)") where line != "ok" {
                found.append(Problem(kind: .index, paths: [], text: line))
            }
            for (sql, text) in Self.contradictions {
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM (\(sql))") ?? 0
                if count > 0 { found.append(Problem(kind: .index, paths: [], text: "\(count) \(text)")) }
            }
            return (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM node WHERE kind = 0 AND links > 0") ?? 0, found
            )
        }
        report.files = files
        report.problems += found
    }

    private static let contradictions = [
        ("SELECT 1 FROM entry WHERE node NOT IN (SELECT id FROM node)", "names without a node"),
        ("SELECT 1 FROM entry WHERE parent NOT IN (SELECT id FROM node WHERE kind = 1)", "names outside of any folder"),
        (
            """
            SELECT 1 FROM node LEFT JOIN (SELECT node, count(*) AS names FROM entry GROUP BY node) ON node = id
            WHERE id <> \(Node.topID) AND coalesce(names, 0) <> links
            """, "nodes with a wrong number of names"
        ),
        ("SELECT 1 FROM extent WHERE object NOT IN (SELECT number FROM object)", "extents of unknown objects"),
        ("SELECT 1 FROM extent WHERE node NOT IN (SELECT id FROM node WHERE kind = 0)", "extents of no file"),
        (
            "SELECT 1 FROM extent JOIN object ON number = object WHERE offset + length > object.size",
            "extents behind the end of an object"
        ),
        (
            """
            SELECT 1 FROM object LEFT JOIN (SELECT object, sum(length) AS used FROM extent GROUP BY object)
            ON object = number WHERE coalesce(used, 0) <> live
            """, "objects with a wrong sum of what is in use"
        ),
    ]

    private func checkObjects(
        _ level: Level, _ report: inout Report, _ progress: @escaping @Sendable (Int) -> Void
    ) throws(VaultError) {
        let objects = try vault.index.read(catchesUp: false) { database in
            try Row.fetchAll(database, sql: "SELECT number, key, size, chunk FROM object ORDER BY number").map { row in
                try StoredObject(number: row[0], key: row[1], size: row[2], chunk: row[3])
            }
        }
        for object in objects {
            report.objects += 1
            guard let kind = try check(object, level, progress) else {
                report.bytes += level == .full ? object.size : 0
                continue
            }
            let paths = try vault.index.read(catchesUp: false) { try ObjectPaths($0).paths(of: object.number) }
            let text =
                kind == .missingObject ? "object \(object.number) is missing" : "object \(object.number) is damaged"
            report.problems.append(Problem(kind: kind, paths: paths, text: text))
        }
    }

    private func check(
        _ object: StoredObject, _ level: Level, _ progress: @escaping @Sendable (Int) -> Void
    ) throws(VaultError) -> Problem.Kind? {
        do {
            guard let source = try vault.store.open(vault.keys.name(.data, UInt64(object.number))) else {
                return .missingObject
            }
            let reader = try RandomAccessReader(
                source, .object, object.shape, key: SecretBytes(copying: object.key), size: object.size)
            if level == .full { try unsafe reader.copy(0..<reader.size) { progress($0.count) } }
            return nil
        } catch StreamError.interrupted {
            throw .interrupted
        } catch is StreamError {
            return .damagedObject
        } catch let error as StoreError {
            if error.reason == .shortened { return .damagedObject }
            throw .store(error)
        } catch {
            throw VaultError(error)
        }
    }
}
