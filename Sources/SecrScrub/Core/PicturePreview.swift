public import SecrBytes

/// A small copy of a picture, to be shown before the picture itself is there.
public struct PicturePreview: Sendable, Equatable {
    /// A JPEG file without metadata, to be shown as sRGB or grey, which stands upright as it is.
    public let jpeg: [UInt8]
    /// Pixels across the whole picture, not the preview, as it is shown: after its orientation.
    public let width: Int
    /// Pixels down the whole picture, likewise.
    public let height: Int

    /// Pixels along the longer edge. Of photographs, most fit into ``usualBytes`` at a JPEG quality of 60 to 75.
    public static let usualEdge = 320
    public static let usualBytes = 12_288
}

extension Scrubber {
    /// A small copy of the picture in `source`, the same before a scrub and after it, if the policy
    /// keeps its orientation.
    ///
    /// Nothing of the file gets into it but its pixels. A colour profile is left out, too: colours of a wide gamut look
    /// paler, which a preview can bear. A file that is cut off has a preview of what is there.
    ///
    /// - Parameters:
    ///   - edge: pixels along the longer edge at most, 1...1,024; more count as 1,024. A smaller picture is not enlarged, and
    ///     a picture that would not fit into `bytes` in this size becomes smaller.
    ///   - bytes: length of the JPEG file at most; more than 1,048,576 count as that.
    /// - Returns: `nil` where there is no preview: the source can't be read, holds no JPEG picture, or one that can't be
    ///   decoded within ``limits``.
    public func preview(
        of source: any ByteSource, edge: Int = PicturePreview.usualEdge, bytes: Int = PicturePreview.usualBytes
    ) -> PicturePreview? {
        guard case .handled(.jpeg) = try? detect(source) else { return nil }
        return JPEGPreview(edge: edge, bytes: bytes, limits: limits).preview(of: source)
    }
}
