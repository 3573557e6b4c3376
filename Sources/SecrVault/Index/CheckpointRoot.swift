internal import SecrCrypto
internal import SecrStream

/// What a checkpoint consists of: levels of pages, the newest first, which together are the database as it was after one
/// record.
package struct CheckpointRoot: Equatable {
    /// A sorted run of pages.
    package struct Level: Equatable {
        /// The checkpoint that it was written for.
        package var checkpoint: UInt64
        /// Which of those who wanted to write that checkpoint wrote it.
        package var attempt: UInt8
        package var pages: Int
        /// Of its objects; fresh and random.
        package var key: [UInt8]

        package init(checkpoint: UInt64, attempt: UInt8, pages: Int, key: [UInt8]) {
            self.checkpoint = checkpoint
            self.attempt = attempt
            self.pages = pages
            self.key = key
        }
    }

    package static let maximumLevels = 32

    /// From 1, without gaps.
    package var number: UInt64
    /// The last record whose pages are in.
    package var sequence: UInt64
    /// Of that record, sealed.
    package var recordHash: [UInt8]
    /// When everything was last written anew, in seconds since 1970: nothing older that was overwritten or deleted is left.
    package var rewritten: UInt64
    /// Of the database.
    package var pageCount: Int
    package var levels: [Level]

    package func sealed(with keys: AreaKeys) -> [UInt8] {
        var bytes = number.bigEndianBytes + sequence.bigEndianBytes + recordHash
        bytes += rewritten.bigEndianBytes
        bytes += UInt32(pageCount).bigEndianBytes + UInt32(levels.count).bigEndianBytes
        for level in levels {
            bytes += level.checkpoint.bigEndianBytes + [level.attempt] + UInt32(level.pages).bigEndianBytes + level.key
        }
        bytes += repeatElement(0, count: SizeClass.paddedSize(bytes.count, .standard) - bytes.count)
        return ShortStream.seal(bytes, .checkpoint, key: keys.rootKey(number))
    }

    package init(
        number: UInt64, sequence: UInt64, recordHash: [UInt8], rewritten: UInt64, pageCount: Int, levels: [Level]
    ) {
        self.number = number
        self.sequence = sequence
        self.recordHash = recordHash
        self.rewritten = rewritten
        self.pageCount = pageCount
        self.levels = levels
    }

    /// - Throws: ``VaultError/damaged(_:)``.
    package init(opening sealed: [UInt8], number: UInt64, keys: AreaKeys) throws(VaultError) {
        let damage = VaultError.damaged(.checkpoint(number))
        guard let bytes = try? ShortStream.open(sealed, .checkpoint, key: keys.rootKey(number)) else { throw damage }
        var reader = FieldReader(bytes)
        guard let written = reader.number(8), written == number, let sequence = reader.number(8),
            let recordHash = reader.bytes(IndexRecord.hashSize), let rewritten = reader.number(8),
            let pageCount = reader.number(4),
            let count = reader.number(4), count <= Self.maximumLevels
        else { throw damage }
        levels = []
        for _ in 0..<count {
            guard let checkpoint = reader.number(8), let attempt = reader.number(1), let pages = reader.number(4),
                let key = reader.bytes(32), checkpoint <= number, checkpoint < 1 << 40, pages > 0
            else { throw damage }
            levels.append(Level(checkpoint: checkpoint, attempt: UInt8(attempt), pages: Int(pages), key: key))
        }
        guard reader.restIsZero else { throw damage }
        self.number = number
        self.sequence = sequence
        self.recordHash = recordHash
        self.rewritten = rewritten
        self.pageCount = Int(pageCount)
    }
}

extension CheckpointRoot.Level {
    /// Of the directory, part 0, and of the objects with the pages, from 1 on.
    package func name(ofPart part: Int, _ keys: AreaKeys) -> ObjectName {
        Self.name(checkpoint: checkpoint, attempt: attempt, part: part, keys)
    }

    static func name(checkpoint: UInt64, attempt: UInt8, part: Int, _ keys: AreaKeys) -> ObjectName {
        keys.name(.pages, checkpoint << 24 | UInt64(attempt) << 16 | UInt64(part))
    }

    func key(ofPart part: Int) -> SecretBytes {
        let level = SecretBytes(copying: key)
        return HKDF.expand(level, info: Array("secr part ".utf8) + UInt32(part).bigEndianBytes, count: 32)
    }

    /// Pages in one object.
    static let pagesPerPart = SizeClass.capacity(.paged) / Page.size
    var parts: Int { (pages + Self.pagesPerPart - 1) / Self.pagesPerPart }
}
