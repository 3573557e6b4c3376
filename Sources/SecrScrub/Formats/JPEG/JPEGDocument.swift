internal import SecrBytes

/// A parsed JPEG file: its nodes, which tile the input, and what decides how it is shown.
struct JPEGDocument: Sendable {
    var size: Int
    var nodes: [JPEGNode] = []
    var frame: JPEGFrame
    /// Payloads of the last JFIF header and the last Adobe marker before the first scan, as decoders take them.
    var jfifSegment: Located<[UInt8]>?
    var adobeSegment: Located<[UInt8]>?
    /// The first Exif segment with a TIFF header, else the last of any, from `Exif` on, and where it stands.
    var exif: Located<[UInt8]>?
    /// Its directories; `nil` where it has no TIFF header.
    var exifBlock: ExifBlock?
    /// `nil` where there is no profile; a failure where there is one that can't be understood.
    var icc: FoundProfile
    /// The first XMP packet, the block of ISO 21496-1 and the index of pictures, from their signatures on.
    var xmp: Located<[UInt8]>?
    var gainMapBlock: Located<[UInt8]>?
    var index: Located<[UInt8]>?
    /// The gain map that belongs to this picture, if a renderer can use it.
    var gainMap: JPEGGainMap?
    /// What has to be said in this picture because it is a gain map itself.
    var ownParameters: GainMapParameters?
    /// The end-of-image marker is missing.
    var isTruncated: Bool
    /// For each scan, in order.
    var scanHeaders: [JPEGScanHeader]
    /// Bytes of coded data behind each scan header, 0 included.
    var scanLengths: [Int]
    /// The tables of each table segment, by where the segment begins.
    var tables: [Int: [JPEGTables.Table]]

    struct Located<Value: Sendable>: Sendable {
        var value: Value
        var range: Range<Int>
    }

    var color: JPEGColorDecision {
        JPEGColorDecision(
            hasJFIF: jfif != nil, adobeTransform: adobe?.transform, componentIDs: frame.components.map(\.id))
    }

    var jfif: JFIFHeader? { jfifSegment.flatMap { JFIFHeader($0.value) } }
    var adobe: AdobeMarker? { adobeSegment.flatMap { AdobeMarker($0.value) } }

    /// `Exif`, NUL and one more byte.
    static let exifPrefixLength = 6

    /// 1...8, as the first Exif segment says.
    var orientation: Int { exifBlock?.orientation ?? 1 }

    /// The packet behind its signature; empty where there is none.
    var packet: [UInt8] { Array(xmp?.value.dropFirst(JPEGApplicationSegment.xmpSignature.utf8CodeUnitCount) ?? []) }

    /// Whether the output has a gain map.
    func keepsGainMap(_ policy: Policy) -> Bool { gainMap != nil && !policy.drops(.gainMap) }
}
