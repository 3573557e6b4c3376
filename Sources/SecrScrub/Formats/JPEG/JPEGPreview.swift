internal import CTurboJPEG
internal import SecrBytes

/// Makes small copies of pictures, by libjpeg-turbo.
struct JPEGPreview {
    /// At most, in pixels.
    var edge: Int
    /// At most.
    var bytes: Int
    var limits: Limits

    private static let mostBytes = 1 << 20

    /// `nil` where the picture can't be read or decoded, or no copy is small enough.
    func preview(of source: any ByteSource) -> PicturePreview? {
        guard edge > 0, bytes > 0 else { return nil }
        var parser = JPEGParser(ByteWindow(source), limits: limits)
        let orientation = parser.orientation()
        let input = JPEGDecoderInput(source)
        var jpeg = [UInt8](repeating: 0, count: min(bytes, Self.mostBytes))
        var result = unsafe secr_jpeg_preview_result()
        // Safe: the input lives until the call returns, which writes as many bytes as there is room for.
        let status = withExtendedLifetime(input) {
            unsafe jpeg.withUnsafeMutableBufferPointer { room in
                unsafe result.bytes = room.baseAddress
                unsafe result.capacity = room.count
                return unsafe secr_jpeg_preview(
                    input.input, limits.previewBytes, CInt(limits.previewScans), limits.previewPixels,
                    CUnsignedInt(min(edge, Int(SECR_JPEG_PREVIEW_EDGE))), CInt(orientation), &result)
            }
        }
        guard status == 0, !input.hasFailed else { return nil }
        jpeg.removeLast(unsafe jpeg.count - result.count)
        return unsafe PicturePreview(jpeg: jpeg, width: Int(result.width), height: Int(result.height))
    }
}
