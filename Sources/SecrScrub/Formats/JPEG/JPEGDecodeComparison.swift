internal import CTurboJPEG
internal import SecrBytes

/// Decodes two files with libjpeg-turbo, row by row and side by side, and compares every sample.
struct JPEGDecodeComparison {
    var limits: Limits

    /// Loads the library, if it is there.
    static func load() { secr_jpeg_load() }

    func compare(_ first: any ByteSource, _ second: any ByteSource) throws(ScrubError) {
        let inputs = [JPEGDecoderInput(first), JPEGDecoderInput(second)]
        var message = [CChar](repeating: 0, count: Int(SECR_JPEG_MESSAGE))
        // Safe: the boxes live until the call returns, and the callback writes within the window it is given.
        let verdict = withExtendedLifetime(inputs) {
            unsafe secr_jpeg_compare(inputs[0].input, inputs[1].input, limits.decoderBytes, &message)
        }
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch verdict {
        case SECR_JPEG_SAME: return
        case SECR_JPEG_UNDECODABLE:
            throw ScrubError(.refused, "it can't be compared by decoding: \(text)", hint: "leave out --verify=decode")
        case SECR_JPEG_BROKEN:
            throw ScrubError.broken("it does not decode: \(text)", at: 0)
        default: throw ScrubError.broken("decoded pixels differ", at: 0)
        }
    }
}
