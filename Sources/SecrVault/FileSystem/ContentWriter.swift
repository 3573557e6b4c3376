internal import SecrCrypto
internal import SecrStream
internal import Synchronization

/// Stores the contents of files, one after the other: the smallest in the index, small ones together in objects, large
/// ones in objects of their own. Nothing refers to them before a transaction says so.
///
/// Memory does not grow with the files or their number, apart from what is returned.
struct ContentWriter {
    let store: any ObjectStore
    let keys: AreaKeys
    let bounds: NumberWindow.Bounds
    /// Bytes of a file that lies in the index itself.
    var largestInIndex = Contents.largestInIndex

    /// From here on a file does not share objects with others.
    static let ownObject = 1 << 20

    struct Result {
        /// In the order of the inputs.
        var contents: [Contents] = []
        var objects: [StoredObject] = []
    }

    /// - Parameter next: gives one input after the other, `nil` at the end.
    func write(_ next: @escaping @Sendable () throws -> ContentInput?) throws -> Result {
        let packing = Packing(largestInIndex, next)
        let objects = Mutex<[StoredObject]>([])
        try StreamWriter.sealAll { [self] in
            guard try packing.beginObject() else { return nil }
            let key = SecretBytes(random: 32)
            // Safe: the key goes into the index, whose pages exist only sealed.
            let bytes = unsafe key.withBytes { unsafe Array($0) }
            let draft = try store.makeDraft()
            return unsafe StreamWriter.Stream(
                StreamWriter(.object, key: key),
                read: { buffer in try unsafe packing.fill(buffer) },
                write: { sealed in try unsafe draft.write(sealed) },
                finish: {
                    let number = try publish(draft)
                    objects.withLock { objects in
                        let size = packing.size(of: objects.count)
                        objects.append(StoredObject(number: number, key: bytes, size: size, shape: .standard))
                    }
                })
        }
        return packing.result(in: objects.withLock { $0 })
    }

    private func publish(_ draft: any ObjectDraft) throws -> Int64 {
        for _ in 0..<1_000 {
            let number = Int64.random(in: bounds.low..<bounds.high)
            if try draft.publish(keys.name(.data, UInt64(number)), durably: false) { return number }
        }
        throw VaultError.outdated
    }
}

/// The bytes of many files as they follow one another in objects. Used by one thread at a time, which may fill an object
/// while those before it are still being written.
private final class Packing: Sendable {
    private struct State {
        /// Of the files that were read to their ends.
        var contents: [Contents] = []
        /// The file that is being read, the bytes of it that were read to see whether it is small, and its size so far.
        var current: ContentInput?
        var head: ArraySlice<UInt8> = []
        var size = 0
        /// Where files lie, in their order. Objects, too, are told by their places among all.
        var extents: [(file: Int, object: Int, extent: Extent)] = []
        /// Bytes of each object with padding: of those that no more of files goes into.
        var sizes: [Int] = []
        /// Of the object that is being filled.
        var position = 0
        var isFull = false
    }

    private let largestInIndex: Int
    private let next: @Sendable () throws -> ContentInput?
    private let state = Mutex(State())

    private static let capacity = SizeClass.capacity(.standard)
    /// Until the object's number is known.
    private static let unknown = StoredObject(number: -1, key: [], size: 0, shape: .standard)

    init(_ largestInIndex: Int, _ next: @escaping @Sendable () throws -> ContentInput?) {
        self.largestInIndex = largestInIndex
        self.next = next
    }

    /// Bytes of an object that was filled, with padding.
    func size(of object: Int) -> Int { state.withLock { $0.sizes[object] } }

    /// Where everything is, once all objects are there.
    func result(in objects: [StoredObject]) -> ContentWriter.Result {
        state.withLock { state in
            for (file, object, extent) in state.extents {
                var extent = extent
                extent.object = objects[object]
                state.contents[file].extents.append(extent)
            }
            return ContentWriter.Result(contents: state.contents, objects: objects)
        }
    }

    /// Takes files for which the index is enough, up to one for which it is not. `false` at the end of all files.
    func beginObject() throws -> Bool {
        try state.withLock { state in
            state.position = 0
            state.isFull = false
            return try take(&state)
        }
    }

    /// Makes sure that there is a file with bytes to come.
    private func take(_ state: inout State) throws -> Bool {
        while state.current == nil {
            guard let input = try next() else { return false }
            var head = [UInt8](repeating: 0, count: largestInIndex + 1)
            // Safe: the pointer does not leave the closure.
            let count = try unsafe head.withUnsafeMutableBytes { try unsafe input.read($0) }
            if count <= largestInIndex {
                state.contents.append(Contents(size: count, bytes: Array(head[..<count])))
            } else {
                state.current = input
                state.head = head[...]
                state.size = 0
            }
        }
        return true
    }

    /// The object's plaintext: files, and zeros behind them.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try state.withLock { state in
            var filled = 0
            while filled < buffer.count, !state.isFull {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let count = try unsafe fillFromFile(rest, &state)
                filled += count
                if count == 0 && !state.isFull { close(&state) }
            }
            if let padded = state.sizes.last, state.isFull, filled < buffer.count {
                let count = min(buffer.count - filled, padded - state.position)
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                    .initializeMemory(as: UInt8.self, repeating: 0)
                state.position += count
                filled += count
            }
            return filled
        }
    }

    /// Returns 0 where the object is complete.
    private func fillFromFile(_ buffer: UnsafeMutableRawBufferPointer, _ state: inout State) throws -> Int {
        let room = min(buffer.count, Self.capacity - state.position)
        guard room > 0, try take(&state), let current = state.current else { return 0 }
        let isNew = state.size == 0
        // A large file begins an object of its own.
        if isNew, state.position > 0, current.expectedSize ?? 0 >= ContentWriter.ownObject { return 0 }
        var count = min(state.head.count, room)
        unsafe buffer.copyBytes(from: state.head.prefix(count))
        state.head = state.head.dropFirst(count)
        var isAtEnd = false
        if count < room {
            // Safe: within the room that was computed above.
            let got = try unsafe current.read(UnsafeMutableRawBufferPointer(rebasing: buffer[count..<room]))
            isAtEnd = got < room - count
            count += got
        }
        add(count, &state)
        if isAtEnd { finish(&state) }
        // Nothing came, and that was the file's end: the next file's turn, unless it has to wait for another object.
        return count == 0 && !state.isFull ? try unsafe fillFromFile(buffer, &state) : count
    }

    private func add(_ count: Int, _ state: inout State) {
        if count == 0 { return }
        let (file, object) = (state.contents.count, state.sizes.count)
        if let last = state.extents.last, last.file == file, last.object == object {
            state.extents[state.extents.count - 1].extent.length += count
        } else {
            let extent = Extent(start: state.size, length: count, offset: state.position, object: Self.unknown)
            state.extents.append((file, object, extent))
        }
        state.size += count
        state.position += count
    }

    private func finish(_ state: inout State) {
        let isLarge = state.current?.expectedSize ?? 0 >= ContentWriter.ownObject
        state.contents.append(Contents(size: state.size, bytes: nil))
        state.current = nil
        // Others do not follow in the same object.
        if isLarge { close(&state) }
    }

    private func close(_ state: inout State) {
        state.sizes.append(SizeClass.paddedSize(state.position, .standard))
        state.isFull = true
    }
}
