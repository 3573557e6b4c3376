/// A file that lies on a relay in sealed pieces, and what is needed to fetch and to open them.
public struct Attachment: Hashable, Sendable {
    /// Blobs of one file, one after the other, that share a last day.
    public struct Run: Hashable, Sendable {
        /// The first of them, from 0.
        public var first: UInt32
        public var lastDay: Day

        public init(first: UInt32, lastDay: Day) {
            self.first = first
            self.lastDay = lastDay
        }
    }

    public static let longestName = 255
    public static let longestMediaType = 127
    /// Bytes of the largest preview.
    public static let largestPreview = 12_288
    /// Bytes of the longest text beside it.
    public static let longestCaption = 8_192
    public static let mostRuns = 64

    /// From which the keys to fetch each blob and to open it follow; fresh for each time a file is sent.
    public var secret: WireSecret
    /// Of the relay that has the blobs.
    public var origin: String
    /// Of each of its blobs.
    public var blobSize: BlobSize
    /// 1 to ``mostRuns``, in order; the first begins with blob 0.
    public var runs: [Run]
    /// Bytes of the file: no more than 2^32 blobs have room for.
    public var size: UInt64
    /// BLAKE2b-256 of the file.
    public var hash: [UInt8]
    /// The last part of a path at most: no `/`, no NUL, neither `.` nor `..`.
    public var name: String
    /// Such as `image/jpeg`; empty where it is not known.
    public var mediaType: String
    /// In pixels; 0 where there are none.
    public var width: UInt32
    public var height: UInt32
    /// A small JPEG; empty where there is none.
    public var preview: [UInt8]
    public var caption: String

    public init(
        secret: WireSecret, origin: String, blobSize: BlobSize, runs: [Run], size: UInt64, hash: [UInt8], name: String,
        mediaType: String = "", width: UInt32 = 0, height: UInt32 = 0, preview: [UInt8] = [], caption: String = ""
    ) {
        self.secret = secret
        self.origin = origin
        self.blobSize = blobSize
        self.runs = runs
        self.size = size
        self.hash = hash
        self.name = name
        self.mediaType = mediaType
        self.width = width
        self.height = height
        self.preview = preview
        self.caption = caption
    }

    /// Whether a text can be the name of an attachment.
    public static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count) && text != "." && text != ".."
            && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }

    /// The beginning of a name, with its ending, which says what it is, in no more than so many bytes.
    public static func shortened(_ name: String, to bytes: Int) -> String {
        if name.utf8.count <= bytes { return name }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let ending = name[dot...].utf8.count <= min(16, bytes) ? name[dot...] : ""
        var beginning = name[..<(ending.isEmpty ? name.endIndex : dot)]
        while beginning.utf8.count > bytes - ending.utf8.count { beginning.removeLast() }
        return String(beginning + ending)
    }

    /// How many blobs the file has; one if it is empty.
    public var blobs: Int {
        let (full, rest) = size.quotientAndRemainder(dividingBy: UInt64(blobSize.capacity))
        return max(1, Int(full) + (rest > 0 ? 1 : 0))
    }

    /// The last day of a blob.
    public func lastDay(ofBlob number: UInt32) -> Day {
        runs.last { $0.first <= number }?.lastDay ?? Day(rawValue: 0)
    }
}

extension Attachment {
    /// Bytes of the file that are in a blob.
    public func part(_ number: UInt32) -> Range<UInt64> {
        let start = UInt64(number) * UInt64(blobSize.capacity)
        return min(start, size)..<min(start + UInt64(blobSize.capacity), size)
    }
}

extension BlobSize {
    /// Bytes of a file in one blob: what a stream of 64 KiB chunks has room for that is as large as the blob.
    public var capacity: Int { count - 64 - 16 * (count / 65_536) }

    /// For a file of so many bytes: the largest of which no more than a quarter stays empty, if there is one, since few large
    /// blobs tell a relay less and take less time than many small ones.
    public static func fitting(_ size: UInt64) -> BlobSize {
        allCases.last { blobSize in
            let capacity = UInt64(blobSize.capacity)
            let blobs = size / capacity + (size.isMultiple(of: capacity) ? 0 : 1)
            return size > 0 && blobs * capacity <= size + size / 3
        } ?? .kibi64
    }
}

extension Attachment {
    public var encoded: [UInt8] {
        var writer = FieldWriter()
        encode(to: &writer)
        return writer.bytes
    }

    public init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = FieldReader(bytes)
        try self.init(from: &reader)
        try reader.demandEnd()
    }

    /// Bytes of the largest file: its blobs have numbers of 32 bits.
    private static func largestSize(_ blobSize: BlobSize) -> UInt64 { UInt64(blobSize.capacity) << 32 }

    /// Whether each blob has one day, and each run a blob.
    private var isOrdered: Bool {
        runs.first?.first == 0 && zip(runs, runs.dropFirst()).allSatisfy { $0.first < $1.first }
            && runs.last.map { $0.first < blobs } == true
    }

    func encode(to writer: inout FieldWriter) {
        precondition(WriteCapability.isOrigin(origin) && Self.isName(name) && hash.count == 32)
        precondition(size <= Self.largestSize(blobSize))
        precondition((1...Self.mostRuns).contains(runs.count) && isOrdered && preview.count <= Self.largestPreview)
        precondition(mediaType.utf8.count <= Self.longestMediaType && caption.utf8.count <= Self.longestCaption)
        writer.raw(secret.bytes)
        writer.raw(hash)
        writer.integer(size)
        writer.integer(width)
        writer.integer(height)
        writer.integer(blobSize.rawValue)
        writer.integer(UInt8(runs.count))
        for run in runs {
            writer.integer(run.first)
            writer.integer(run.lastDay.rawValue)
        }
        writer.counted(Array(origin.utf8), UInt8.self)
        writer.counted(Array(name.utf8), UInt8.self)
        writer.counted(Array(mediaType.utf8), UInt8.self)
        writer.counted(Array(caption.utf8), UInt16.self)
        writer.counted(preview, UInt16.self)
    }

    init(from reader: inout FieldReader) throws(WireError) {
        secret = try reader.secret()
        hash = try reader.raw(32)
        let sizePlace = reader.offset
        size = try reader.integer()
        width = try reader.integer()
        height = try reader.integer()
        let blobPlace = reader.offset
        guard let blobSize = BlobSize(rawValue: try reader.integer()) else { throw WireError(.unknown, at: blobPlace) }
        self.blobSize = blobSize
        guard size <= Self.largestSize(blobSize) else { throw WireError(.range, at: sizePlace) }
        runs = []
        let runsPlace = reader.offset
        for _ in 0..<(try reader.integer(in: 1...UInt8(Self.mostRuns))) {
            runs.append(Run(first: try reader.integer(), lastDay: Day(rawValue: try reader.integer())))
        }
        let originPlace = reader.offset
        origin = try reader.text(in: 1...UInt8(WriteCapability.longestOrigin))
        guard WriteCapability.isOrigin(origin) else { throw WireError(.text, at: originPlace) }
        let namePlace = reader.offset
        name = try reader.text(in: 1...UInt8(Self.longestName))
        guard Self.isName(name) else { throw WireError(.text, at: namePlace) }
        mediaType = try reader.text(in: 0...UInt8(Self.longestMediaType))
        caption = try reader.text(in: 0...UInt16(Self.longestCaption))
        preview = try reader.counted(in: 0...UInt16(Self.largestPreview))
        guard isOrdered else { throw WireError(.range, at: runsPlace) }
    }
}
