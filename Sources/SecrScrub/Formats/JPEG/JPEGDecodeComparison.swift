internal import CTurboJPEG
internal import SecrBytes

/// Decodes two files with libjpeg-turbo, row by row and side by side, and compares every sample.
struct JPEGDecodeComparison {
    var limits: Limits

    func compare(_ first: any ByteSource, _ second: any ByteSource) throws(ScrubError) {
        let inputs = [Box(first), Box(second)]
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
            throw ScrubError(.contract, "the output would not be the same picture: it does not decode: \(text)")
        default: throw ScrubError(.contract, "the output would not be the same picture: decoded pixels differ")
        }
    }

    /// A source that C can hold a pointer to.
    private final class Box {
        let source: any ByteSource
        private var buffer: [UInt8] = []

        init(_ source: any ByteSource) {
            self.source = source
        }

        var input: secr_jpeg_input {
            unsafe secr_jpeg_input(
                read: { context, offset, target, count in
                    // Safe: `context` is a box that compare(_:_:) keeps alive.
                    let box = unsafe Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue()
                    return unsafe box.read(offset, into: UnsafeMutableBufferPointer(start: target, count: count))
                        ? 0 : 1
                },
                context: Unmanaged.passUnretained(self).toOpaque(), size: source.size)
        }

        private func read(_ offset: Int, into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
            if buffer.count < target.count { buffer = [UInt8](repeating: 0, count: target.count) }
            let count = target.count
            do { try source.read(offset..<offset + count, into: &buffer) } catch { return false }
            // Safe: both hold `count` bytes.
            for index in 0..<count { unsafe target[index] = buffer[index] }
            return true
        }
    }
}
