internal import SecrStream
internal import SecrSystem
internal import Synchronization

/// What is on its way from memory into objects.
struct Staging {
    /// To be stored as soon as somebody finds the time.
    var queue: [FileContents.Chunk] = []
    /// Whether somebody is at it.
    var isRelieving = false
    /// That were written, and that the index does not know yet.
    var objects: [StoredObject] = []
    /// How many syncs had failed before the first of them was written.
    var failures: Int?
    /// Memory for chunks.
    var spare: [[UInt8]] = []

    /// Of memory for chunks.
    fileprivate static let mostSpare = 3

    /// - Parameter failures: how many syncs had failed before.
    fileprivate mutating func add(_ written: [StoredObject], failures: Int) {
        objects += written
        self.failures = min(self.failures ?? failures, failures)
    }

    /// The index knows of all objects now, or is not to know of them.
    mutating func forgetObjects() { (objects, failures) = ([], nil) }
}

/// Writing what is in memory into objects, before the index is told of them.
extension VaultFileSystem {
    /// Stores what has piled up of large files. To be called when the one that wrote has been answered; others go on
    /// meanwhile.
    public func relieve() throws(VaultError) {
        guard locked({ !staging.queue.isEmpty }) else { return }
        try relieving.locked { () throws(VaultError) in
            let frozen = locked {
                staging.isRelieving = true
                let chunks = staging.queue.filter { !$0.wasStored }
                staging.queue = []
                return freeze(chunks)
            }
            defer { locked { staging.isRelieving = false } }
            try stage(frozen) { body in locked(body) }
        }
    }

    /// Stores what is in memory now, while others go on.
    func stage() throws(VaultError) {
        try stage(locked { freeze(unstored()) }) { body in locked(body) }
    }

    /// The same while nobody else can do anything.
    func stageUnderLock() throws(VaultError) {
        try stage(freeze(unstored())) { body in body() }
    }

    /// What has to be stored of changed files, each once.
    private func unstored() -> [FileContents.Chunk] {
        var (seen, chunks): (Set<ObjectIdentifier>, [FileContents.Chunk]) = ([], [])
        for file in files.values where file.isDirty && !file.contents.isSmall {
            for chunk in file.contents.chunks where seen.insert(ObjectIdentifier(chunk)).inserted {
                chunks.append(chunk)
            }
        }
        return chunks
    }

    /// They do not change from now on, and stay in memory until ``stage(_:exclusively:)`` is done with them.
    private func freeze(_ chunks: [FileContents.Chunk]) -> Frozen {
        for chunk in chunks {
            chunk.isFrozen = true
            chunk.readers += 1
        }
        return Frozen(chunks: chunks, failures: vault.store.failedSyncs)
    }

    private struct Frozen {
        var chunks: [FileContents.Chunk]
        /// How many syncs have failed before any of it is stored.
        var failures: Int
    }

    /// - Parameter exclusively: runs what needs the lock.
    private func stage(_ frozen: Frozen, exclusively: (() -> Void) -> Void) throws(VaultError) {
        if frozen.chunks.isEmpty { return }
        let written: ContentWriter.Result
        do throws(VaultError) {
            written = try write(frozen.chunks)
        } catch {
            exclusively { for chunk in frozen.chunks { chunk.readers -= 1 } }
            throw error
        }
        exclusively {
            for chunk in frozen.chunks { chunk.readers -= 1 }
            for (chunk, contents) in zip(frozen.chunks, written.contents) { chunk.stored = contents.extents }
            staging.add(written.objects, failures: frozen.failures)
            // A small one has to be whole in memory, or whole in objects.
            for file in files.values where file.isDirty && !file.contents.isSmall { change(file) { $0.settle() } }
            for chunk in frozen.chunks { (chunk.stored, chunk.wasStored) = ([], true) }
            recycle(frozen.chunks)
        }
    }

    /// Keeps the memory of large chunks that no file has any more.
    private func recycle(_ chunks: [FileContents.Chunk]) {
        let large = chunks.filter { $0.readers == 0 && $0.bytes.capacity >= limits.chunk }
        if large.isEmpty { return }
        let used = Set(files.values.lazy.flatMap(\.contents.chunks).map(ObjectIdentifier.init))
        for chunk in large where !used.contains(ObjectIdentifier(chunk)) && staging.spare.count < Staging.mostSpare {
            staging.spare.append(chunk.takeRoom())
        }
    }

    /// Takes what was stored, and is not known to the index, back into memory, to be stored anew.
    ///
    /// - Throws: ``VaultError/outdated`` where it is gone. The files are then what they were before.
    func takeBack() throws(VaultError) {
        let numbers = Set(staging.objects.map(\.number))
        var isLost = false
        for file in files.values where file.isDirty {
            do throws(VaultError) {
                try takeBack(file, from: numbers)
            } catch .missing {
                isLost = true
                try forgetChanges(of: file)
            }
        }
        staging.forgetObjects()
        if isLost { throw .outdated }
    }

    private func takeBack(_ file: OpenFile, from objects: Set<Int64>) throws(VaultError) {
        for part in file.contents.segments {
            guard case .stored(let object, _) = part.source, objects.contains(object.number) else { continue }
            let bytes = try unpacked(part)
            change(file) { contents in
                // Safe: the pointer does not leave the closure.
                unsafe bytes.withUnsafeBytes { unsafe contents.write($0, at: part.start, chunk: limits.chunk) }
            }
        }
    }

    private func write(_ chunks: [FileContents.Chunk]) throws(VaultError) -> ContentWriter.Result {
        let waiting = Mutex(chunks[...])
        // Which bytes the index holds itself is decided elsewhere.
        var writer = try vault.makeContentWriter()
        writer.largestInIndex = 0
        return try withVaultErrors { [writer] in
            try writer.write { waiting.withLock { $0.popFirst() }.map(ContentInput.init) }
        }
    }
}

extension ContentInput {
    /// What is in memory, and frozen.
    fileprivate init(_ chunk: FileContents.Chunk) {
        let position = Mutex(0)
        unsafe self.init(expectedSize: chunk.bytes.count) { buffer in
            position.withLock { position in
                let count = min(buffer.count, chunk.bytes.count - position)
                unsafe buffer.copyBytes(from: chunk.bytes[position..<position + count])
                position += count
                return count
            }
        }
    }
}
