package import SecrBytes

/// DV (IEC 61834-2 and -4, SMPTE ST 314): blocks of 80 bytes, some with packs of five in which a recorder wrote.
package struct DVCleaner: SampleCleaner {
    private static let (blockSize, packSize) = (80, 5)
    /// As many neighbours as a sequence has, and no more, whatever a file says.
    private static let longestRun = 5 * blockSize
    /// Kinds of blocks, in the highest bits of the first byte.
    private static let (header, subcode, auxiliary, sound): (UInt8, UInt8, UInt8, UInt8) = (0, 1, 2, 3)

    package let readsWholeSamples = true

    package init() {}

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard sample.count.isMultiple(of: Self.blockSize), sample.count > Self.blockSize,
            try Self.section(at: sample.lowerBound, &window) == Self.header,
            try Self.section(at: sample.lowerBound + Self.blockSize, &window) == Self.subcode
        else { throw ParseError(.malformed, at: sample.lowerBound, "no DV") }
        // Neighbours become one change.
        var run = sample.lowerBound..<sample.lowerBound
        for start in stride(from: sample.lowerBound, to: sample.upperBound, by: Self.blockSize) {
            guard !Self.places(in: try Self.section(at: start, &window)).isEmpty else { continue }
            if run.upperBound != start || run.count >= Self.longestRun {
                try clean(run, in: sample, &window, &found)
                run = start..<start
            }
            run = run.lowerBound..<start + Self.blockSize
        }
        try clean(run, in: sample, &window, &found)
    }

    private static func section(at start: Int, _ window: inout ByteWindow) throws -> UInt8 {
        try window.byte(at: start) >> 5
    }

    /// Where packs are in a block: behind its number, and in subcode behind those of six parts.
    private static func places(in section: UInt8) -> [Int] {
        switch section {
        case subcode: (0..<6).map { 3 + 8 * $0 + 3 }
        case auxiliary: (0..<15).map { 3 + packSize * $0 }
        case sound: [3]
        default: []
        }
    }

    private func clean(
        _ run: Range<Int>, in sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        if run.isEmpty { return }
        let old = try window.bytes(in: run)
        var new = old
        for block in stride(from: 0, to: old.count, by: Self.blockSize) {
            let section = old[block] >> 5
            for place in Self.places(in: section).map({ block + $0 }) {
                let pack = place..<place + Self.packSize
                let isRead = run.lowerBound + place - sample.lowerBound == Self.formatPlace
                if isRead || Self.isKept(old[pack], section) { continue }
                new.replaceSubrange(pack, with: repeatElement(0xFF, count: Self.packSize))
            }
        }
        try found.replace(run, old, by: new, as: .recording)
    }

    /// The pack that says which format it is: decoders read it without looking at its name.
    private static let formatPlace = 5 * blockSize + 3 + 9 * packSize

    /// How sound and picture are coded and shown; not dates, times, cameras, tapes, texts, makers' own.
    private static func isKept(_ pack: ArraySlice<UInt8>, _ section: UInt8) -> Bool {
        switch (section, pack.first) {
        // Source and control, captions, what it was before; lines of the picture.
        case (sound, 0x50), (sound, 0x51), (sound, 0x55), (sound, 0x56): true
        case (auxiliary, 0x60), (auxiliary, 0x61), (auxiliary, 0x65), (auxiliary, 0x66): true
        case (auxiliary, let name?) where (0x80...0x8F).contains(name): true
        default: pack.allSatisfy { $0 == 0 }
        }
    }
}
