internal import SecrBytes

/// A part of a video that brings its own tables, with its data behind them (ISO/IEC 14496-12, 8.8.4).
struct MP4Fragment: Sendable {
    /// Of its tables.
    var range: Range<Int>
    var parts: [Part]
    /// Whole boxes that say where keys are to be had.
    var keys: [UInt8] = []

    /// What it says of one track.
    struct Part: Sendable {
        /// The number of the track.
        var track: Int
        /// Which of the fields of ``defaults`` are there.
        var flags: Int
        /// Fields of all samples: which description is theirs, how long they last, their size and flags.
        var defaults: [UInt8]
        /// Which description is that of its samples, from 1, and how large they are where no run says.
        var description = 1
        var sampleSize = 0
        /// When its first sample is decoded, in units of the media.
        var decodeTime: Int?
        var runs: [Run] = []
        /// Whole boxes that group samples.
        var groups: [UInt8] = []
        var encryption: MP4SampleEncryption?
        /// In units of the media.
        var duration = 0

        var samples: Int { runs.reduce(0) { $0 + $1.samples } }

        /// Bytes of a sample of one of its runs.
        func size(of sample: Int, in run: Run) throws(ParseError) -> Int {
            guard let place = run.sizePlace(of: sample) else { return sampleSize }
            return try run.fields.uint32(at: place)
        }
    }

    /// Samples that lie one behind the other.
    struct Run: Sendable {
        /// Of their data.
        var range: Range<Int>
        var samples: Int
        var version: UInt8
        /// Which fields the table has.
        var flags: Int
        /// Where the table is in the file, and what it holds.
        var table: Range<Int>
        var fields: ByteReader
        /// What is written for it where samples become smaller; otherwise its bytes stay.
        var written: [UInt8]?

        /// Where in the table the size of a sample is; `nil` where all have the one that the part says.
        func sizePlace(of sample: Int) -> Int? {
            let present = Fields.ofSample.filter { flags & $0 != 0 }
            guard let place = present.firstIndex(of: Fields.size) else { return nil }
            return (flags & Fields.firstFlags != 0 ? 4 : 0) + 4 * (present.count * sample + place)
        }

        /// Fields of the table (8.8.8): flags of the first sample, and of each of them.
        enum Fields {
            static let (offset, firstFlags) = (0x1, 0x4)
            static let (duration, size, flags, shift) = (0x100, 0x200, 0x400, 0x800)
            static let ofSample = [duration, size, flags, shift]
            static let kept = firstFlags | duration | size | flags | shift
        }
    }

    /// All that it has of data.
    var regions: MP4Regions { MP4Regions(parts.flatMap(\.runs).map(\.range)) }
}

/// What is true of all fragments (8.8.1).
struct MP4Extension: Sendable, Equatable {
    /// Of the whole video, in units of the movie.
    var duration: Int?
    /// For each track its number and what its samples are unless a fragment says otherwise.
    var defaults: [Int: Defaults] = [:]

    struct Defaults: Sendable, Equatable {
        var description: Int
        var duration: Int
        var size: Int
        var flags: Int

        static let size = 24

        init(_ content: ByteReader) throws(ParseError) {
            description = try content.uint32(at: 8)
            duration = try content.uint32(at: 12)
            size = try content.uint32(at: 16)
            flags = try content.uint32(at: 20)
        }
    }

    /// The whole box.
    ///
    /// - Parameter tracks: numbers of those that stay.
    func written(for tracks: [Int]) -> [UInt8] {
        var content: [UInt8] = []
        if let duration {
            let isLong = duration > Int(UInt32.max)
            var field: [UInt8] = []
            field.appendBigEndian(duration, bytes: isLong ? 8 : 4)
            content.appendFullBox("mehd", version: isLong ? 1 : 0, field)
        }
        for track in tracks {
            guard let own = defaults[track] else { continue }
            var fields: [UInt8] = []
            for field in [track, own.description, own.duration, own.size, own.flags] { fields.appendBigEndian32(field) }
            content.appendFullBox("trex", fields)
        }
        var written: [UInt8] = []
        written.appendBox("mvex", content)
        return written
    }
}
