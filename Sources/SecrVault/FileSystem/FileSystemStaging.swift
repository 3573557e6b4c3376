internal import SecrStream
internal import Synchronization

/// Writing what is in memory into objects, before the index is told of them.
extension VaultFileSystem {
    /// Stores what is in memory now, while others go on.
    func stage() throws(VaultError) {
        let chunks = locked { beginStaging(files.values.filter(\.isDirty)) }
        try stage(chunks) { body in locked(body) }
    }

    /// The same while nobody else can do anything.
    func stageUnderLock() throws(VaultError) {
        try stage(beginStaging(files.values.filter(\.isDirty))) { body in body() }
    }

    /// Stores what is in memory of one file.
    func stage(_ file: OpenFile) throws(VaultError) {
        try stage(beginStaging([file])) { body in body() }
    }

    /// What is to be stored, which does not change from now on.
    private func beginStaging(_ files: [OpenFile]) -> Frozen {
        var (seen, chunks): (Set<ObjectIdentifier>, [FileContents.Chunk]) = ([], [])
        for file in files where !file.contents.isSmall {
            for chunk in file.contents.unstored where seen.insert(ObjectIdentifier(chunk)).inserted {
                chunk.isFrozen = true
                chunks.append(chunk)
            }
        }
        if !chunks.isEmpty, failures == nil { failures = vault.store.failedSyncs }
        return Frozen(chunks: chunks, bytes: chunks.map(\.bytes))
    }

    /// - Parameter exclusively: runs what needs the lock.
    private func stage(_ frozen: Frozen, exclusively: (() -> Void) -> Void) throws(VaultError) {
        if frozen.chunks.isEmpty { return }
        let waiting = Mutex(frozen.bytes[...])
        // Where the index holds a file's bytes is decided elsewhere.
        var writer = try vault.makeContentWriter()
        writer.largestInIndex = 0
        let written = try withVaultErrors { [writer] in
            try writer.write { waiting.withLock { $0.popFirst() }.map(ContentInput.init(bytes:)) }
        }
        exclusively {
            for (chunk, contents) in zip(frozen.chunks, written.contents) { chunk.stored = contents.extents }
            staged += written.objects
            for file in files.values { file.contents.settle() }
        }
    }

    private struct Frozen {
        var chunks: [FileContents.Chunk]
        /// What they hold.
        var bytes: [[UInt8]]
    }
}

extension ContentInput {
    /// What is in memory.
    fileprivate init(bytes: [UInt8]) {
        let position = Mutex(0)
        unsafe self.init(expectedSize: bytes.count) { buffer in
            position.withLock { position in
                let count = min(buffer.count, bytes.count - position)
                unsafe buffer.copyBytes(from: bytes[position..<position + count])
                position += count
                return count
            }
        }
    }
}
