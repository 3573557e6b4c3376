internal import SecrBytes

/// The formats of which there are receipts.
package enum ReceiptFormat: String, Sendable, CaseIterable {
    case jpeg, png, heif, mp4

    func read(_ source: any ByteSource) throws -> any FormatReader {
        switch self {
        case .jpeg: try JPEGReader(source)
        case .png: try PNGReader(source)
        case .heif: try HEIFReader(source)
        case .mp4: try MovieReader(source)
        }
    }
}

/// A file, read by code that has nothing in common with what scrubs.
protocol FormatReader {
    var source: any ByteSource { get }
    /// What it consists of: in order, without gaps.
    var parts: [Part] { get }
    /// Numbers of the tracks of a video.
    var tracks: Set<Int> { get }

    /// An Exif block in a part that holds one and nothing else, from its TIFF header on.
    func tiff(in part: [UInt8]) -> [UInt8]

    /// Adds what a decoder makes of it, as secr-receipt(5) defines it.
    ///
    /// - Throws: `ParseError`, `ByteSourceError`.
    func addEssence(_ scope: EssenceScope, to hasher: inout EssenceHasher) throws
}

extension FormatReader {
    var tracks: Set<Int> { [] }

    func tiff(in part: [UInt8]) -> [UInt8] { [] }

    func essence(_ scope: EssenceScope) throws -> [UInt8] {
        var hasher = EssenceHasher(of: source.size)
        try addEssence(scope, to: &hasher)
        return hasher.finish()
    }
}

/// What an essence is about.
struct EssenceScope {
    /// Places that are the same in input and output.
    var unchanged: RangeSet
    /// Tracks of the output.
    var tracks: Set<Int> = []
    /// Whether the way a picture is turned belongs to it.
    var hasOrientation: Bool
}
