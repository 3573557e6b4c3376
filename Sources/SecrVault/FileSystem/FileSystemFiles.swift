internal import GRDB
internal import Synchronization

/// Using the contents of files.
extension VaultFileSystem {
    /// A file, for as long as ``close(_:)`` has not been called as often.
    ///
    /// - Returns: it, and when it was changed last.
    public func open(_ id: Int64) throws(VaultError) -> (file: OpenFile, changed: Int64) {
        try locked { () throws(VaultError) in
            let file = try use(id)
            file.users += 1
            return (file, file.changed)
        }
    }

    /// - Returns: when it was changed last.
    @discardableResult
    public func close(_ file: OpenFile) -> Int64 {
        locked {
            file.users -= 1
            if file.users == 0, file.isNameless {
                files[file.id] = nil
                // If it fails, something without a name is left, which `gc` clears away.
                try? change { [id = file.id, now = Self.now] in try TreeChange($0).deleteNameless(id, now: now) }
            } else {
                forgetIfUnused(file)
            }
            return file.changed
        }
    }

    /// The file as it is now, even if others changed it.
    func use(_ id: Int64) throws(VaultError) -> OpenFile {
        if let file = files[id] {
            if !file.isDirty { try renew(file) }
            return file
        }
        let file = try vault.index.read { try OpenFile.load(id, $0) }
        files[id] = file
        return file
    }

    /// Takes over what another process made of a file.
    private func renew(_ file: OpenFile) throws(VaultError) {
        let node = try vault.index.read { try Tree($0).existingNode(file.id) }
        guard node.changed != file.changed else { return }
        let now = try vault.index.read { try OpenFile.load(file.id, $0) }
        (file.contents, file.modified, file.changed) = (now.contents, now.modified, now.changed)
        file.version += 1
    }

    // MARK: Writing

    /// Puts bytes into a file.
    ///
    /// - Parameter offset: `nil` for the end of the file.
    public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int?) throws(VaultError) {
        try locked { () throws(VaultError) in
            let offset = offset ?? file.contents.size
            try check(offset, bytes.count)
            try makeRoom(for: bytes.count)
            unsafe file.contents.write(bytes, at: offset)
            touch(file)
            if file.contents.memory >= Self.mostOfOneFile, !file.contents.isSmall { try stage(file) }
        }
    }

    /// Sizes up to here can be handled everywhere.
    private static let largest = 1 << 50

    private func check(_ offset: Int, _ count: Int) throws(VaultError) {
        guard offset >= 0, count >= 0, offset <= Self.largest - count else { throw .tooLarge }
    }

    private func makeRoom(for bytes: Int) throws(VaultError) {
        try makeRoom()
        if memory + bytes > Self.mostMemory { try stageUnderLock() }
    }

    private func touch(_ file: OpenFile) {
        file.modified = Self.now
        file.changed = file.modified
        file.isDirty = true
        file.version += 1
        noteChange()
    }

    public func resize(_ id: Int64, to size: Int) throws(VaultError) {
        try locked { () throws(VaultError) in
            let file = try use(id)
            try check(size, 0)
            try makeRoom()
            file.contents.resize(to: size)
            touch(file)
        }
    }

    /// Makes a part of a file zeros. What is behind the end stays there.
    public func zero(_ range: Range<Int>, of file: OpenFile) throws(VaultError) {
        try locked { () throws(VaultError) in
            try check(range.lowerBound, range.count)
            try makeRoom()
            file.contents.zero(range.clamped(to: 0..<file.contents.size))
            touch(file)
        }
    }

    /// Makes a file at least that long.
    public func extend(_ file: OpenFile, to size: Int) throws(VaultError) {
        try locked { () throws(VaultError) in
            try check(size, 0)
            try makeRoom()
            if size > file.contents.size { file.contents.resize(to: size) }
            touch(file)
        }
    }

    /// Copies a part of a file into another one, or elsewhere in the same one, without copying what is stored.
    ///
    /// - Returns: how many bytes there were.
    public func copy(
        _ range: Range<Int>, of source: OpenFile, to target: OpenFile, at offset: Int
    ) throws(VaultError) -> Int {
        try locked { () throws(VaultError) in
            try check(range.lowerBound, range.count)
            let parts = source.contents.parts(in: range)
            let count = parts.reduce(0) { $0 + $1.length }
            if count == 0 { return 0 }
            try check(offset, count)
            try makeRoom(for: count)
            let moved = parts.map { part in
                if case .memory(let chunk, _) = part.source { chunk.isFrozen = true }
                var part = part
                part.start += offset - range.lowerBound
                return part
            }
            target.contents.replace(offset..<offset + count, with: moved)
            touch(target)
            return count
        }
    }

    public func size(of file: OpenFile) -> Int { locked { file.contents.size } }

    // MARK: Reading

    /// Fills a buffer from a place in a file; returns how many bytes there were.
    public func read(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(VaultError) -> Int {
        guard offset >= 0 else { return 0 }
        do {
            return try unsafe readOnce(file, into: buffer, at: offset)
        } catch .missing {
            // It was cleared away after something else took its place.
            try locked { () throws(VaultError) in try renew(file) }
            return try unsafe readOnce(file, into: buffer, at: offset)
        }
    }

    private func readOnce(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(VaultError) -> Int {
        let end = offset.addingReportingOverflow(buffer.count).partialValue
        let (parts, version) = locked {
            let parts = file.contents.parts(in: offset..<max(offset, end))
            // Safe: every part lies in the buffer, which is as long as the range.
            for part in parts { unsafe fill(buffer, offset, from: part) }
            return (parts, file.version)
        }
        let count = parts.reduce(0) { $0 + $1.length }
        let range = offset..<offset + count
        if parts.contains(where: \.isStored) {
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try withVaultErrors {
                if try unsafe readAhead(file, range, version, into: part) { return }
                for stored in parts where stored.isStored { try unsafe unpack(stored, into: buffer, offset) }
            }
        }
        return count
    }

    /// What is in memory, or nowhere.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int, from part: FileContents.Segment) {
        let start = part.start - offset
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + part.length])
        switch part.source {
        case .zeros: unsafe room.initializeMemory(as: UInt8.self, repeating: 0)
        case .memory(let chunk, let place): unsafe room.copyBytes(from: chunk.bytes[place..<place + part.length])
        case .stored: return
        }
    }

    private func unpack(
        _ part: FileContents.Segment, into buffer: UnsafeMutableRawBufferPointer, _ offset: Int
    ) throws {
        // Safe: one thread at a time writes, and this one waits for it.
        nonisolated(unsafe) let room = unsafe buffer
        let position = Mutex(part.start - offset)
        try unsafe vault.contents.copy(part.start..<part.end, of: [part].extents, path: []) { bytes in
            position.withLock { position in
                unsafe UnsafeMutableRawBufferPointer(rebasing: room[position..<position + bytes.count])
                    .copyMemory(from: bytes)
                position += bytes.count
            }
        }
    }

    /// Serves whoever reads on from what was unpacked ahead. Returns `false` for others.
    private func readAhead(
        _ file: OpenFile, _ range: Range<Int>, _ version: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        try file.window.withLock { window in
            guard let known = window, known.version == version, range.lowerBound >= known.start,
                range.lowerBound - known.end <= ReadAhead.overtaking
            else {
                // The beginning, or somewhere else: from here on it may go on.
                window = ReadAhead(start: range.upperBound, version: version)
                return false
            }
            if unsafe known.copy(range, to: buffer) { return true }
            guard range.lowerBound >= known.end, let next = try unpackAhead(file, from: known.end, to: range.upperBound)
            else { return false }
            window = next
            return unsafe next.version == version && next.copy(range, to: buffer)
        }
    }

    /// - Returns: `nil` where not all of it lies in objects.
    private func unpackAhead(_ file: OpenFile, from start: Int, to end: Int) throws -> ReadAhead? {
        let (parts, version) = locked {
            (file.contents.parts(in: start..<max(start + ReadAhead.length, end)), file.version)
        }
        guard let last = parts.last, parts.allSatisfy(\.isStored) else { return nil }
        let found = Mutex<[UInt8]>([])
        found.withLock { $0.reserveCapacity(last.end - start) }
        try unsafe vault.contents.copy(start..<last.end, of: parts.extents, path: []) { bytes in
            found.withLock { unsafe $0 += bytes }
        }
        return ReadAhead(start: start, bytes: found.withLock { $0 }, version: version)
    }
}

extension FileContents.Segment {
    fileprivate var isStored: Bool { if case .stored = source { true } else { false } }
}

extension [FileContents.Segment] {
    /// Those that are stored.
    fileprivate var extents: [Extent] {
        compactMap { part in
            guard case .stored(let object, let offset) = part.source else { return nil }
            return Extent(start: part.start, length: part.length, offset: offset, object: object)
        }
    }
}
