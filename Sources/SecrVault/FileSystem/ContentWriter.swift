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
        while try packing.needsObject() {
            let object = try writeObject(packing)
            packing.close(object)
        }
        return packing.result
    }

    private func writeObject(_ packing: Packing) throws -> StoredObject {
        let key = SecretBytes(random: 32)
        let draft = try store.makeDraft()
        try unsafe StreamWriter(.object, key: key).seal(
            read: { buffer in try unsafe packing.fill(buffer) },
            write: { bytes in try unsafe draft.write(bytes) })
        // Safe: the key goes into the index, whose pages exist only sealed.
        let bytes = unsafe key.withBytes { unsafe Array($0) }
        for _ in 0..<1_000 {
            let number = Int64.random(in: bounds.low..<bounds.high)
            let name = keys.name(.data, UInt64(number))
            if try draft.publish(name, durably: false) {
                return StoredObject(number: number, key: bytes, size: packing.objectSize, shape: .standard)
            }
        }
        throw VaultError.outdated
    }
}

/// The bytes of many files as they follow one another in objects. Used by one thread at a time.
private final class Packing: Sendable {
    private struct State {
        var result = ContentWriter.Result()
        /// The file that is being read, and the bytes of it that were read to see whether it is small.
        var current: ContentInput?
        var head: ArraySlice<UInt8> = []
        var contents = Contents(size: 0, bytes: nil)
        /// Of the object that is being written.
        var position = 0
        /// Where a file begins in it.
        var extents: [(file: Int, extent: Extent)] = []
        /// Set when no more of files goes into the object: its size with padding.
        var padded: Int?
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

    var result: ContentWriter.Result { state.withLock { $0.result } }

    /// Of the object that was written last.
    var objectSize: Int { state.withLock { $0.padded ?? 0 } }

    /// Takes files for which the index is enough, up to one for which it is not. `false` at the end of all files.
    func needsObject() throws -> Bool {
        try state.withLock { state in
            state.position = 0
            state.padded = nil
            return try take(&state)
        }
    }

    /// Tells the extents which object they are in.
    func close(_ object: StoredObject) {
        state.withLock { state in
            state.result.objects.append(object)
            for (file, extent) in state.extents {
                var extent = extent
                extent.object = object
                if file < state.result.contents.count {
                    state.result.contents[file].extents.append(extent)
                } else {
                    state.contents.extents.append(extent)
                }
            }
            state.extents = []
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
                state.result.contents.append(Contents(size: count, bytes: Array(head[..<count])))
            } else {
                state.current = input
                state.head = head[...]
                state.contents = Contents(size: 0, bytes: nil)
            }
        }
        return true
    }

    /// The object's plaintext: files, and zeros behind them.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try state.withLock { state in
            var filled = 0
            while filled < buffer.count, state.padded == nil {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let count = try unsafe fillFromFile(rest, &state)
                filled += count
                if count == 0 { state.padded = SizeClass.paddedSize(state.position, .standard) }
            }
            if let padded = state.padded, filled < buffer.count {
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
        let isNew = state.contents.size == 0
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
        return count == 0 && state.padded == nil ? try unsafe fillFromFile(buffer, &state) : count
    }

    private func add(_ count: Int, _ state: inout State) {
        if count == 0 { return }
        let file = state.result.contents.count
        if let last = state.extents.last, last.file == file {
            state.extents[state.extents.count - 1].extent.length += count
        } else {
            let extent = Extent(
                start: state.contents.size, length: count, offset: state.position, object: Self.unknown)
            state.extents.append((file, extent))
        }
        state.contents.size += count
        state.position += count
    }

    private func finish(_ state: inout State) {
        let isLarge = state.current?.expectedSize ?? 0 >= ContentWriter.ownObject
        state.result.contents.append(state.contents)
        state.current = nil
        // Others do not follow in the same object.
        if isLarge { state.padded = SizeClass.paddedSize(state.position, .standard) }
    }
}
