internal import GRDB
internal import SecrSystem
internal import Synchronization

/// Using the contents of files.
extension VaultFileSystem {
    /// A file, for as long as ``close(_:)`` has not been called as often.
    ///
    /// - Returns: it, and when it was changed last.
    public func open(_ id: Int64) throws(VaultError) -> (file: OpenFile, changed: Int64) {
        try locked { () throws(VaultError) in
            let (file, changed) = (try use(id), try current(id).changed)
            addUser(of: file)
            return (file, changed)
        }
    }

    func addUser(of file: OpenFile) {
        file.users += 1
        openFiles.insert(file.id)
    }

    /// - Returns: when it was changed last; `nil` where it is gone.
    @discardableResult
    public func close(_ file: OpenFile) -> Int64? {
        locked {
            file.users -= 1
            if file.users == 0 { openFiles.remove(file.id) }
            guard file.users == 0, file.isNameless else {
                forgetIfUnused(file)
                return nodes[file.id]?.changed
            }
            remove(file)
            nodes.forget(file.id)
            // If it fails, something without a name is left, which `gc` clears away.
            try? change { [id = file.id, now = Self.now] in try TreeChange($0).deleteNameless(id, now: now) }
            return nil
        }
    }

    /// The file as it is now, even if others changed it.
    func use(_ id: Int64) throws(VaultError) -> OpenFile {
        let generation = try refresh()
        if let file = files[id] {
            try renew(file, generation)
            return file
        }
        let file = try vault.index.read(catchesUp: false) { try OpenFile.load(id, $0, generation: generation) }
        add(file)
        return file
    }

    /// Takes over what another process made of a file.
    private func renew(_ file: OpenFile, _ generation: UInt64) throws(VaultError) {
        if file.isDirty || file.generation == generation { return }
        let now = try vault.index.read(catchesUp: false) { try OpenFile.load(file.id, $0, generation: generation) }
        // Also where nothing else was changed, it can lie elsewhere now.
        file.generation = generation
        change(file) { $0 = now.contents }
        file.version += 1
    }

    /// The same, before it is changed. Of one that is changed already, nothing is taken over, so nobody need look.
    private func renew(_ file: OpenFile) throws(VaultError) {
        if !file.isDirty { try renew(file, refresh()) }
    }

    // MARK: Writing

    /// Puts bytes into a file. What piles up by that is stored by ``relieve()``.
    ///
    /// - Parameter offset: `nil` for the end of the file.
    public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int?) throws(VaultError) {
        while true {
            let isDone = try locked { () throws(VaultError) in
                // Somebody is at it.
                if staging.isRelieving, memory + bytes.count > limits.memory { return false }
                try makeRoom(for: bytes.count)
                try renew(file)
                let offset = offset ?? file.contents.size
                try check(offset, bytes.count)
                change(file) { contents in
                    unsafe contents.write(bytes, at: offset, chunk: limits.chunk) { staging.spare.popLast() ?? [] }
                }
                try noteWriting(file)
                if file.contents.isLastChunkFull(limits.chunk) { staging.queue += file.contents.freezeChunks() }
                return true
            }
            if isDone { return }
            relieving.locked {}
        }
    }

    /// Sizes up to here can be handled everywhere.
    private static let largest = 1 << 50

    private func check(_ offset: Int, _ count: Int) throws(VaultError) {
        guard offset >= 0, count >= 0, offset <= Self.largest - count else { throw .tooLarge }
    }

    private func noteWriting(_ file: OpenFile) throws(VaultError) {
        let now = Self.now
        try change(file.id) { node in (node.size, node.modified, node.changed) = (file.contents.size, now, now) }
        file.isDirty = true
        file.version += 1
    }

    /// Changes a file's size, or other things about it that have nothing to do with bytes.
    private func reshape(_ file: OpenFile, _ body: (inout FileContents) -> Void) throws(VaultError) {
        try makeRoom()
        try renew(file)
        change(file, body)
        try noteWriting(file)
    }

    public func resize(_ id: Int64, to size: Int) throws(VaultError) {
        try locked { () throws(VaultError) in
            try check(size, 0)
            try reshape(use(id)) { $0.resize(to: size) }
        }
    }

    /// Makes a part of a file zeros. What is behind the end stays there.
    public func zero(_ range: Range<Int>, of file: OpenFile) throws(VaultError) {
        try locked { () throws(VaultError) in
            try check(range.lowerBound, range.count)
            try reshape(file) { $0.zero(range.clamped(to: 0..<$0.size)) }
        }
    }

    /// Makes a file at least that long.
    public func extend(_ file: OpenFile, to size: Int) throws(VaultError) {
        try locked { () throws(VaultError) in
            try check(size, 0)
            try reshape(file) { $0.resize(to: max(size, $0.size)) }
        }
    }

    /// Copies a part of a file into another one, or elsewhere in the same one, without copying what is stored.
    ///
    /// - Returns: how many bytes there were.
    public func copy(
        _ range: Range<Int>, of source: OpenFile, to target: OpenFile, at offset: Int
    ) throws(VaultError) -> Int {
        try locked { () throws(VaultError) in
            try check(range.lowerBound, 0)
            // Before anything is taken from it: by this, chunks can come to an end.
            try makeRoom()
            try renew(source)
            try renew(target)
            let parts = source.contents.parts(in: range)
            let count = parts.reduce(0) { $0 + $1.length }
            if count == 0 { return 0 }
            try check(offset, count)
            for case .memory(let chunk, _) in parts.map(\.source) { chunk.isFrozen = true }
            change(target) { contents in
                contents.replace(
                    offset..<offset + count,
                    with: parts.map { part in
                        var part = part
                        part.start += offset - range.lowerBound
                        return part
                    })
            }
            try noteWriting(target)
            return count
        }
    }

    // MARK: Reading

    /// Gives the bytes of a part of a file, in one piece; fewer where it ends before.
    ///
    /// - Parameter body: gets them once, and is the last that can fail.
    public func read(
        _ file: OpenFile, at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(VaultError) {
        guard offset >= 0, count >= 0, offset <= Self.largest - count else {
            return unsafe body(.init(start: nil, count: 0))
        }
        do {
            try unsafe readOnce(file, offset..<offset + count, body)
        } catch .missing {
            // It was cleared away after something else took its place.
            try locked { () throws(VaultError) in
                file.generation = .max
                _ = try use(file.id)
            }
            try unsafe readOnce(file, offset..<offset + count, body)
        }
    }

    private func readOnce(
        _ file: OpenFile, _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(VaultError) {
        let (size, version, isWholly) = locked {
            let parts = file.contents.parts(in: range)
            return (file.contents.size, file.version, !parts.isEmpty && parts.allSatisfy(\.isStored))
        }
        let range = range.clamped(to: min(range.lowerBound, size)..<size)
        if isWholly, try unsafe readAhead(file, range, version, body) { return }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 64)
        defer { unsafe room.deallocate() }
        // Again, since it may have changed.
        let parts = locked {
            let parts = file.contents.parts(in: range)
            // Safe: every part lies in the room, which is as long as the range.
            for part in parts { unsafe fill(room, range.lowerBound, from: part) }
            return parts
        }
        try withVaultErrors {
            for part in parts where part.isStored { try unsafe unpack(part, into: room, range.lowerBound) }
        }
        let count = parts.reduce(0) { $0 + $1.length }
        unsafe body(UnsafeRawBufferPointer(rebasing: room[..<count]))
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

    /// The bytes of a part that is stored.
    func unpacked(_ part: FileContents.Segment) throws(VaultError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: part.length)
        // Safe: the pointer does not leave the closure.
        try withVaultErrors {
            try unsafe bytes.withUnsafeMutableBytes { try unsafe unpack(part, into: $0, part.start) }
        }
        return bytes
    }

    /// Makes a file what the index says that it is.
    func forgetChanges(of file: OpenFile) throws(VaultError) {
        file.isDirty = false
        nodes.forget(file.id)
        let now = try vault.index.read(catchesUp: false) {
            try OpenFile.load(file.id, $0, generation: file.generation)
        }
        change(file) { $0 = now.contents }
        file.version += 1
    }

    /// - Parameter offset: where in the file the buffer begins.
    private func unpack(
        _ part: FileContents.Segment, into buffer: UnsafeMutableRawBufferPointer, _ offset: Int
    ) throws {
        guard case .stored(let object, let place) = part.source else { return }
        let start = part.start - offset
        // Safe: the buffer has room for the part.
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + part.length])
        try unsafe vault.contents.read(place..<place + part.length, of: object, path: [], into: room)
    }

    /// Serves whoever reads on from what was unpacked ahead. Returns `false` for others.
    private func readAhead(
        _ file: OpenFile, _ range: Range<Int>, _ version: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(VaultError) -> Bool {
        func use() -> Bool {
            file.ahead.withLock { ahead in
                // Safe: the pointer does not leave the closure.
                ahead.use(range, version: version) { bytes in unsafe bytes.withUnsafeBytes { unsafe body($0) } }
            }
        }
        if use() { return true }
        guard file.ahead.withLock({ $0.isReading(on: range, version: version) }) else { return false }
        // Perhaps somebody is about to unpack it.
        return try file.unpacking.locked { () throws(VaultError) in
            if use() { return true }
            let end = file.ahead.withLock { $0.parts.last?.end ?? $0.position }
            return try unpackAhead(file, from: end, version) && use()
        }
    }

    /// Unpacks what whoever reads a file is going to read next. To be called when he has been answered.
    public func readAhead(_ file: OpenFile) {
        let version = locked { file.version }
        guard file.ahead.withLock({ $0.next(version: version) }) != nil else { return }
        file.unpacking.locked {
            guard let start = file.ahead.withLock({ $0.next(version: version) }) else { return }
            // What can't be read, whoever asks for it is told.
            _ = try? unpackAhead(file, from: start, version)
        }
    }

    /// - Returns: `false` where not all of it lies in objects.
    private func unpackAhead(_ file: OpenFile, from start: Int, _ version: Int) throws(VaultError) -> Bool {
        let (parts, later) = locked {
            let end = start + ReadAhead.length
            return file.version == version
                ? (file.contents.parts(in: start..<end), file.contents.parts(in: end..<end + 2 * ReadAhead.length))
                : ([], [])
        }
        guard let last = parts.last, parts.allSatisfy(\.isStored) else { return false }
        // The disk is at work while these are unpacked.
        for case let (.stored(object, offset), length) in later.map({ ($0.source, $0.length) }) {
            vault.contents.announce(offset..<offset + length, of: object)
        }
        let count = last.end - start
        var bytes = file.ahead.withLock { $0.takeSpare(count) }
        try withVaultErrors {
            // Safe: there is room for all parts.
            try unsafe bytes.withUnsafeMutableBytes { room in
                for part in parts { try unsafe unpack(part, into: room, start) }
            }
        }
        file.ahead.withLock { $0.add(ReadAhead.Part(start: start, count: count, bytes: bytes), version: version) }
        return true
    }
}
