internal import CTurboJPEG
internal import SecrBytes

/// A source that C can hold a pointer to.
final class JPEGDecoderInput {
    let source: any ByteSource
    /// Whether bytes could not be read, which a decoder takes for the end of the file.
    private(set) var hasFailed = false
    private var buffer: [UInt8] = []

    init(_ source: any ByteSource) {
        self.source = source
    }

    var input: secr_jpeg_input {
        unsafe secr_jpeg_input(
            read: { context, offset, target, count in
                // Safe: `context` is an object that whoever calls the decoder keeps alive.
                let box = unsafe Unmanaged<JPEGDecoderInput>.fromOpaque(context!).takeUnretainedValue()
                return unsafe box.read(offset, into: UnsafeMutableBufferPointer(start: target, count: count))
                    ? 0 : 1
            },
            context: Unmanaged.passUnretained(self).toOpaque(), size: source.size)
    }

    private func read(_ offset: Int, into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        if buffer.count < target.count { buffer = [UInt8](repeating: 0, count: target.count) }
        let count = target.count
        do {
            try source.read(offset..<offset + count, into: &buffer)
        } catch {
            hasFailed = true
            return false
        }
        // Safe: both hold `count` bytes.
        for index in 0..<count { unsafe target[index] = buffer[index] }
        return true
    }
}
