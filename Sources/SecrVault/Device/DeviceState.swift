internal import SecrCrypto
internal import SecrStream
public import SecrSystem
public import SystemPackage

/// What this device remembers of a vault: how far each area's history went when it was last seen here. Kept outside the
/// vault, so that an older copy put in its place is noticed.
///
/// One file for each vault, with 64 places that all look random, so that it does not count areas.
public struct DeviceState: Sendable {
    /// Where states of all vaults lie.
    private let path: FilePath

    package static let places = 64
    package static let placeSize = 256
    private static let contentSize = 176

    /// What is remembered of an area.
    package struct Memory: Equatable {
        /// The last record that was seen or written here.
        package var head: IndexLog.Head
        /// The last one before it whose number is a multiple of ``Chain/step``: its hash is remembered in the vault for
        /// ever.
        package var anchor: IndexLog.Head
        /// A checkpoint that existed: where the search for the newest begins.
        package var checkpoint: UInt64

        package init(head: IndexLog.Head, anchor: IndexLog.Head, checkpoint: UInt64) {
            self.head = head
            self.anchor = anchor
            self.checkpoint = checkpoint
        }
    }

    /// - Parameters:
    ///   - folder: of all such files; made where it is missing.
    ///   - marker: of the vault.
    public init(in folder: FilePath, of marker: Marker) throws(SystemError) {
        try FileCreation.makeFolders(folder, mode: 0o700)
        let name = BLAKE2b.hash(Array("secr device state".utf8) + marker.bytes, count: 16)
        path = folder.appending(ObjectName(bytes: name)!.hexadecimal)
    }

    package func load(_ keys: AreaKeys) throws(SystemError) -> Memory? {
        guard let file = try open(creating: false) else { return nil }
        return try Self.find(keys, in: contents(of: file))?.memory
    }

    /// Remembers a later head. An earlier one than what is remembered changes nothing, unless it is `accepted`.
    ///
    /// Not synced: what a power cut takes is seen again the next time.
    package func store(_ memory: Memory, _ keys: AreaKeys, accepted: Bool = false) throws(SystemError) {
        guard let file = try open(creating: true) else { return }
        try file.lockByte(at: 0)
        let bytes = try contents(of: file)
        let found = Self.find(keys, in: bytes)
        var memory = memory
        if let known = found?.memory, !accepted {
            if known.head.sequence > memory.head.sequence { return }
            if known.head.sequence == memory.head.sequence {
                // There can be a newer checkpoint without a newer record.
                guard known.head == memory.head, known.checkpoint < memory.checkpoint else { return }
            }
            memory.checkpoint = max(memory.checkpoint, known.checkpoint)
        }
        let missing = Self.places * Self.placeSize - bytes.count
        if missing > 0 { try file.write(SecureRandom.bytes(missing), at: bytes.count) }
        let place = found?.place ?? Self.preferredPlace(keys)
        try file.write(Self.seal(memory, keys), at: place * Self.placeSize)
    }

    /// Forgets an area's memory.
    package func forget(_ keys: AreaKeys) throws(SystemError) {
        guard let file = try open(creating: false) else { return }
        try file.lockByte(at: 0)
        guard let found = try Self.find(keys, in: contents(of: file)) else { return }
        try file.write(SecureRandom.bytes(Self.placeSize), at: found.place * Self.placeSize)
    }

    private func open(creating: Bool) throws(SystemError) -> OwnedDescriptor? {
        if let file = try OwnedDescriptor.openForUpdate(path) { return file }
        guard creating else { return nil }
        let folder = try OwnedDescriptor.openDirectory(path.removingLastComponent())
        let file = try UnnamedFile(in: folder)
        try file.descriptor.write(SecureRandom.bytes(Self.places * Self.placeSize))
        do throws(SystemError) {
            try file.publish(FilePath(root: nil, [path.lastComponent!]))
        } catch {
            if error.errno != .fileExists { throw error }
        }
        return try OwnedDescriptor.openForUpdate(path)
    }

    /// Less where the file was cut off; what somebody appended is ignored.
    private func contents(of file: OwnedDescriptor) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.places * Self.placeSize)
        var span = bytes.mutableSpan
        // Safe: bytes are valid whatever is written.
        var room = unsafe span.mutableBytes
        let count = try unsafe room.withUnsafeMutableBytes { (room) throws(SystemError) in
            try unsafe file.fill(room, at: 0, path: path)
        }
        return Array(bytes[..<count])
    }

    private static func find(_ keys: AreaKeys, in bytes: [UInt8]) -> (place: Int, memory: Memory)? {
        // Usually it is there, and to try them all takes longer than anything else about a commit.
        let likely = preferredPlace(keys)
        for place in [likely] + (0..<places).filter({ $0 != likely }) where place < bytes.count / placeSize {
            let sealed = Array(bytes[place * placeSize..<(place + 1) * placeSize])
            if let memory = open(sealed, keys) { return (place, memory) }
        }
        return nil
    }

    private static func preferredPlace(_ keys: AreaKeys) -> Int {
        Int(HMAC.code(for: Array("place".utf8), key: keys.deviceState)[0]) % places
    }

    private static func seal(_ memory: Memory, _ keys: AreaKeys) -> [UInt8] {
        var bytes = memory.head.sequence.bigEndianBytes + memory.head.hash
        bytes += memory.anchor.sequence.bigEndianBytes + memory.anchor.hash + memory.checkpoint.bigEndianBytes
        bytes += repeatElement(0, count: contentSize - bytes.count)
        return ShortStream.seal(bytes, .deviceState, .paged, key: keys.deviceState)
    }

    private static func open(_ sealed: [UInt8], _ keys: AreaKeys) -> Memory? {
        guard let bytes = try? ShortStream.open(sealed, .deviceState, .paged, key: keys.deviceState) else { return nil }
        var reader = FieldReader(bytes)
        guard let sequence = reader.number(8), let hash = reader.bytes(IndexRecord.hashSize),
            let anchorSequence = reader.number(8), let anchorHash = reader.bytes(IndexRecord.hashSize),
            let checkpoint = reader.number(8), reader.restIsZero
        else { return nil }
        return Memory(
            head: .init(sequence: sequence, hash: hash), anchor: .init(sequence: anchorSequence, hash: anchorHash),
            checkpoint: checkpoint)
    }
}
