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
        /// 16 random bytes that stand for this memory; `nil` where there are none, or where this is a copy of the file
        /// that they were drawn for.
        package var binding: [UInt8]?

        package init(head: IndexLog.Head, anchor: IndexLog.Head, checkpoint: UInt64, binding: [UInt8]? = nil) {
            self.head = head
            self.anchor = anchor
            self.checkpoint = checkpoint
            self.binding = binding
        }

        /// What it becomes with what was seen now; `nil` where that is nothing new.
        fileprivate func continued(by seen: Memory) -> Memory? {
            if head.sequence > seen.head.sequence { return nil }
            // There can be a newer checkpoint without a newer record.
            if head.sequence == seen.head.sequence, head != seen.head || checkpoint >= seen.checkpoint { return nil }
            return Memory(head: seen.head, anchor: seen.anchor, checkpoint: max(checkpoint, seen.checkpoint))
        }
    }

    private static let bindingSize = 16
    /// Of a file from before there were any.
    private static let noBinding = [UInt8](repeating: 0, count: bindingSize)

    /// - Parameters:
    ///   - folder: of all such files; made where it is missing.
    ///   - marker: of the vault.
    public init(in folder: FilePath, of marker: Marker) throws(SystemError) {
        try FileCreation.makeFolders(folder, mode: 0o700)
        let name = BLAKE2b.hash(Array("secr device state".utf8) + marker.bytes, count: 16)
        path = folder.appending(ObjectName(bytes: name)!.hexadecimal)
    }

    package func load(_ keys: AreaKeys) throws(SystemError) -> Memory? {
        let file: OwnedDescriptor
        do throws(SystemError) {
            // Where nothing can be written, what is there is to be noticed all the same.
            file = try .openForReading(path, followSymlinks: false)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        return try Self.find(keys, in: contents(of: file), at: DeviceLocation(of: file))?.memory
    }

    /// Remembers a later head. An earlier one than what is remembered changes nothing, unless it is `accepted`.
    ///
    /// Not synced: what a power cut takes is seen again the next time. Only a new binding is, as others are told of it.
    ///
    /// - Parameters:
    ///   - memory: without a binding: the one that is there stays, unless there is none or the state is `accepted`.
    ///   - renewing: a binding that does not stay either.
    /// - Returns: the binding; `nil` where another history than this one is remembered.
    @discardableResult
    package func store(
        _ memory: Memory, _ keys: AreaKeys, accepted: Bool = false, renewing: [UInt8]? = nil
    ) throws(SystemError) -> [UInt8]? {
        guard let file = try open(creating: true) else { return nil }
        try file.lockByte(at: 0)
        let location = try DeviceLocation(of: file)
        let bytes = try contents(of: file)
        let found = Self.find(keys, in: bytes, at: location)
        var kept = memory
        var binding: [UInt8]?
        if let known = found?.memory, !accepted {
            if known.head.sequence == memory.head.sequence, known.head != memory.head { return nil }
            binding = known.binding == renewing ? nil : known.binding
            let continued = known.continued(by: memory)
            if continued == nil, let binding { return binding }
            kept = continued ?? known
        }
        let drawn = binding ?? SecureRandom.bytes(Self.bindingSize)
        kept.binding = drawn
        let missing = Self.places * Self.placeSize - bytes.count
        if missing > 0 { try file.write(SecureRandom.bytes(missing), at: bytes.count) }
        let place = found?.place ?? Self.preferredPlace(keys)
        try file.write(Self.seal(kept, keys, at: location), at: place * Self.placeSize)
        if binding == nil {
            try file.sync(path: path)
            try OwnedDescriptor.openDirectory(path.removingLastComponent()).sync(path: path)
        }
        return drawn
    }

    /// Forgets an area's memory.
    package func forget(_ keys: AreaKeys) throws(SystemError) {
        guard let file = try open(creating: false) else { return }
        try file.lockByte(at: 0)
        guard let found = try Self.find(keys, in: contents(of: file), at: DeviceLocation(of: file)) else { return }
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

    private static func find(
        _ keys: AreaKeys, in bytes: [UInt8], at location: DeviceLocation
    ) -> (place: Int, memory: Memory)? {
        // Usually it is there, and to try them all takes longer than anything else about a commit.
        let likely = preferredPlace(keys)
        for place in [likely] + (0..<places).filter({ $0 != likely }) where place < bytes.count / placeSize {
            let sealed = Array(bytes[place * placeSize..<(place + 1) * placeSize])
            guard var found = open(sealed, keys) else { continue }
            if found.home != location.hash { found.memory.binding = nil }
            return (place, found.memory)
        }
        return nil
    }

    /// What a copy of the file is known by: a hash of where it lies.
    ///
    /// - Parameter file: the number that its file system gave it.
    package static func location(machine: [UInt8], file: UInt64) -> [UInt8] {
        DeviceLocation(machine: machine, file: file).hash
    }

    private static func preferredPlace(_ keys: AreaKeys) -> Int {
        Int(HMAC.code(for: Array("place".utf8), key: keys.deviceState)[0]) % places
    }

    static func seal(
        _ memory: Memory, _ keys: AreaKeys, at location: DeviceLocation, salt: [UInt8]? = nil
    ) -> [UInt8] {
        var bytes = memory.head.sequence.bigEndianBytes + memory.head.hash
        bytes += memory.anchor.sequence.bigEndianBytes + memory.anchor.hash + memory.checkpoint.bigEndianBytes
        bytes += (memory.binding ?? noBinding) + location.hash
        bytes += repeatElement(0, count: contentSize - bytes.count)
        guard let salt else { return ShortStream.seal(bytes, .deviceState, .paged, key: keys.deviceState) }
        return ShortStream.seal(bytes, .deviceState, .paged, key: keys.deviceState, salt: salt)
    }

    /// - Returns: what is remembered, and for which file.
    static func open(_ sealed: [UInt8], _ keys: AreaKeys) -> (memory: Memory, home: [UInt8])? {
        guard let bytes = try? ShortStream.open(sealed, .deviceState, .paged, key: keys.deviceState) else { return nil }
        var reader = FieldReader(bytes)
        guard let sequence = reader.number(8), let hash = reader.bytes(IndexRecord.hashSize),
            let anchorSequence = reader.number(8), let anchorHash = reader.bytes(IndexRecord.hashSize),
            let checkpoint = reader.number(8), let binding = reader.bytes(bindingSize),
            let home = reader.bytes(DeviceLocation.size), reader.restIsZero
        else { return nil }
        let memory = Memory(
            head: .init(sequence: sequence, hash: hash), anchor: .init(sequence: anchorSequence, hash: anchorHash),
            checkpoint: checkpoint, binding: binding == noBinding ? nil : binding)
        return (memory, home)
    }
}
