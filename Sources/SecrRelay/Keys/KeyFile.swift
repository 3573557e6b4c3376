internal import SecrCrypto
public import SecrSystem
public import SecrWire
public import SystemPackage

/// The file in which a relay's keys lie, outside of everything that it stores.
///
/// It has two places. A newer link goes to the one that is free, and when it is on the disk, the older one is overwritten
/// where it lies: what a file system forgets it does not destroy. A copy of this file opens everything that is stored from
/// then on, so it has no business in a backup.
///
/// A place has ``blockSize`` bytes: `secr relay keys 1` and zeros up to 24 bytes, the day (32 bits, big-endian), four zeros,
/// the key for names, the link, and BLAKE2b-256 of all that; the rest is zeros.
public struct KeyFile: Sendable {
    public static let blockSize = 4_096
    private static let magic = Array("secr relay keys 1".utf8) + [UInt8](repeating: 0, count: 7)
    private static let recordSize = magic.count + 8 + 2 * RelayKeys.keySize

    public enum Failure: Error {
        case system(SystemError)
        /// Neither place holds keys.
        case damaged
        /// Others than the owner may read it.
        case readableByOthers
    }

    public let path: FilePath
    private let file: OwnedDescriptor

    /// Opens the file.
    ///
    /// - Parameter creating: the first day of fresh keys where there is no file; with `nil` that is an error.
    public init(_ path: FilePath, creating today: Day?) throws(Failure) {
        self.path = path
        do throws(SystemError) {
            if let today, try FileStatus.of(path, followSymlinks: true) == nil { try Self.create(path, today) }
            guard let file = try OwnedDescriptor.openForUpdate(path) else {
                throw SystemError("open", path, .noSuchFileOrDirectory)
            }
            self.file = file
            guard try file.status(of: path).mode & 0o077 == 0 else { throw SystemError("open", path, .notPermitted) }
        } catch {
            throw error.errno == .notPermitted ? .readableByOthers : .system(error)
        }
    }

    private static func create(_ path: FilePath, _ today: Day) throws(SystemError) {
        let staged = try StagedFile(for: path)
        try block(RelayKeys.Link(day: today)).write(to: staged.descriptor, at: 0, path)
        try zeros().write(to: staged.descriptor, at: blockSize, path)
        try staged.sync()
        do { try staged.publishNew(mode: 0o600) } catch  where error.errno == .fileExists { return }
        try staged.syncDirectory()
    }

    /// The newest link.
    public func load() throws(Failure) -> RelayKeys.Link { try newest().link }

    private func newest() throws(Failure) -> (link: RelayKeys.Link, place: Int) {
        let (first, second) = (try link(at: 0), try link(at: 1))
        if let second, second.day > first?.day ?? Day(rawValue: 0) { return (second, 1) }
        guard let first else { throw .damaged }
        return (first, 0)
    }

    /// The link of a day, once nothing in the file leads to what expired before. Where the newest is of a later day, that
    /// one.
    public func advance(to today: Day) throws(Failure) -> RelayKeys.Link {
        let (old, place) = try newest()
        let link = old.advanced(to: today)
        do throws(SystemError) {
            if link.day == old.day {
                try clear(1 - place)
            } else {
                try Self.block(link).write(to: file, at: (1 - place) * Self.blockSize, path)
                try file.sync(path: path)
                try clear(place)
            }
        } catch {
            throw .system(error)
        }
        return link
    }

    private func clear(_ place: Int) throws(SystemError) {
        let block = try SecretBytes(reading: Self.blockSize, of: file, at: place * Self.blockSize, path)
        if block.isEqual(to: Self.zeros()) { return }
        try Self.zeros().write(to: file, at: place * Self.blockSize, path)
        try file.sync(path: path)
    }

    private func link(at place: Int) throws(Failure) -> RelayKeys.Link? {
        let block: SecretBytes
        do {
            block = try SecretBytes(reading: Self.blockSize, of: file, at: place * Self.blockSize, path)
        } catch {
            throw .system(error)
        }
        let record = block.part(0..<Self.recordSize)
        guard block.part(Self.recordSize..<Self.recordSize + BLAKE2b.size).isEqual(to: record.hash) else { return nil }
        let start = Self.magic.count
        // Safe: neither what it begins with nor the day is a secret.
        let (magic, day) = unsafe record.withBytes { bytes in
            (unsafe Array(bytes[..<start]), unsafe bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
        guard magic == Self.magic else { return nil }
        let keys = start + 8
        return RelayKeys.Link(
            day: Day(rawValue: day), names: record.part(keys..<keys + RelayKeys.keySize),
            chain: record.part(keys + RelayKeys.keySize..<Self.recordSize))
    }

    private static func block(_ link: RelayKeys.Link) -> SecretBytes {
        let record = SecretBytes(copying: magic + link.day.bytes + [0, 0, 0, 0]).followed(by: link.names)
            .followed(by: link.chain)
        return record.followed(by: record.hash)
            .followed(by: SecretBytes(copying: repeatElement(0, count: blockSize - recordSize - BLAKE2b.size)))
    }

    private static func zeros() -> SecretBytes { SecretBytes(copying: repeatElement(0, count: blockSize)) }
}

extension SecretBytes {
    fileprivate var hash: SecretBytes {
        // Safe: the hasher reads within the bounds and keeps nothing.
        unsafe withBytes { bytes in
            var hasher = BLAKE2b()
            unsafe hasher.add(RawSpan(_unsafeBytes: bytes))
            return hasher.finishSecret()
        }
    }

    /// Zeros stand for what is behind the end.
    fileprivate init(reading count: Int, of file: OwnedDescriptor, at offset: Int, _ path: FilePath) throws(SystemError)
    {
        // Safe: reads into the memory that it is given, which outlives the call.
        try unsafe self.init(count: count) { (buffer) throws(SystemError) in
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
            _ = try unsafe file.read(into: buffer, at: offset, path: path)
        }
    }

    fileprivate borrowing func write(to file: OwnedDescriptor, at offset: Int, _ path: FilePath) throws(SystemError) {
        // Safe: the file reads within the bounds.
        try unsafe withBytes { (bytes) throws(SystemError) in try unsafe file.write(bytes, at: offset, path: path) }
    }
}
