internal import Foundation
internal import GRDB
internal import SecrStream
internal import Synchronization

/// Moves what is still in use out of objects that are mostly dead, so that those can go.
public struct Compactor: Sendable {
    public struct Report: Equatable, Sendable {
        /// That were given up.
        public var objects = 0
        /// That were moved out of them.
        public var moved = 0
    }

    private let vault: Vault

    /// An object is compacted when less than this part of it is in use.
    private static let threshold = 0.5
    /// Bytes moved in one transaction.
    private static let bytesAtOnce = 1 << 30

    public init(_ vault: Vault) { self.vault = vault }

    /// - Parameter now: nanoseconds since 1970.
    public func run(now: Int64) throws(VaultError) -> Report {
        var report = Report()
        try vault.index.rewriteAll()
        while true {
            let parts = try collect()
            if parts.isEmpty { return report }
            let moved = try move(parts, now: now)
            if moved.objects == 0 { return report }
            report.objects += moved.objects
            report.moved += moved.moved
        }
    }

    /// A part of a file that lies in such an object.
    private struct Part: Sendable {
        var node: Int64
        var extent: Extent
    }

    private func collect() throws(VaultError) -> [Part] {
        try vault.index.read { database in
            let objects = try Row.fetchAll(
                database,
                sql: "SELECT number, key, size, chunk FROM object WHERE live < size * ? ORDER BY live LIMIT 1024",
                arguments: [Self.threshold]
            ).map { row in try StoredObject(number: row[0], key: row[1], size: row[2], chunk: row[3]) }
            // A single object that is only padded can't get better.
            var parts: [Part] = []
            var bytes = 0
            for object in objects {
                let rows = try Row.fetchAll(
                    database, sql: "SELECT node, start, length, offset FROM extent WHERE object = ?",
                    arguments: [object.number])
                for row in rows {
                    let extent = Extent(start: row[1], length: row[2], offset: row[3], object: object)
                    parts.append(Part(node: row[0], extent: extent))
                    bytes += extent.length
                }
                if bytes >= Self.bytesAtOnce { break }
            }
            let gain = Set(parts.map(\.extent.object.number)).reduce(0) { sum, number in
                sum + (objects.first { $0.number == number }?.size ?? 0)
            }
            return gain > SizeClass.roundUp(bytes) ? parts : []
        }
    }

    private func move(_ parts: [Part], now: Int64) throws(VaultError) -> Report {
        let next = Mutex(0)
        let written: ContentWriter.Result
        do {
            let failures = vault.store.failedSyncs
            var writer = try vault.makeContentWriter()
            writer.largestInIndex = 0
            written = try writer.write {
                let index = next.withLock { index in
                    index += 1
                    return index - 1
                }
                return index < parts.count ? try input(parts[index]) : nil
            }
            try vault.store.sync(after: failures)
        } catch {
            throw VaultError(error)
        }
        return try vault.index.write { database in
            let change = TreeChange(database)
            try change.add(written.objects)
            var report = Report()
            for (part, contents) in zip(parts, written.contents) {
                if try change.replace(part.extent, of: part.node, by: contents.extents, now: now) {
                    report.moved += part.extent.length
                }
            }
            try change.freeUnused(written.objects, now: now)
            report.objects = Set(parts.map(\.extent.object.number)).count
            return report
        }
    }

    private func input(_ part: Part) throws -> ContentInput {
        let reader = try vault.contents.open(part.extent.object)
        let done = Mutex(0)
        return unsafe ContentInput(expectedSize: part.extent.length) { buffer in
            try done.withLock { done in
                let count = min(buffer.count, part.extent.length - done)
                let start = part.extent.offset + done
                // Safe: at most as many bytes as the buffer holds.
                try unsafe reader.read(start..<start + count, into: buffer)
                done += count
                return count
            }
        }
    }
}
