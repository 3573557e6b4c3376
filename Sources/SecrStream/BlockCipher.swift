/// Several chunks at once, between two buffers that do not overlap.
extension StreamCipher {
    /// Seals the chunks of `plaintext`, the first of which has the number `first`.
    ///
    /// - Parameter endsStream: whether the last chunk is the stream's; otherwise all chunks have to be whole.
    /// - Returns: how many bytes were written to `sealed`.
    func sealChunks(
        _ plaintext: UnsafeRawBufferPointer, first: Int, endsStream: Bool, into sealed: UnsafeMutableRawBufferPointer
    ) -> Int {
        let count = endsStream ? shape.chunkCount(ofPlaintext: plaintext.count) : plaintext.count / shape.chunkSize
        precondition(endsStream || count * shape.chunkSize == plaintext.count)
        precondition(sealed.count >= plaintext.count + count * StreamShape.tagSize)
        var written = 0
        for index in 0..<count {
            let start = index * shape.chunkSize
            let size = min(shape.chunkSize, plaintext.count - start)
            // Safe: both lie within buffers whose sizes were checked.
            let chunk = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: plaintext[start..<start + size]))
            let sealedSize = size + StreamShape.tagSize
            var target = unsafe MutableRawSpan(
                _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: sealed[written..<written + sealedSize]))
            seal(chunk, chunk: first + index, isFinal: endsStream && index == count - 1, into: &target)
            written += sealedSize
        }
        return written
    }

    /// Opens the chunks of `sealed`, the first of which has the number `first`.
    ///
    /// - Returns: how many bytes were written to `plaintext`, all of them authentic.
    func openChunks(
        _ sealed: UnsafeRawBufferPointer, first: Int, endsStream: Bool, into plaintext: UnsafeMutableRawBufferPointer
    ) throws(StreamError) -> Int {
        let (whole, rest) = sealed.count.quotientAndRemainder(dividingBy: shape.sealedChunkSize)
        let count = whole + (rest > 0 ? 1 : 0)
        guard count > 0 else { throw .damaged(chunk: first) }
        // Only a stream's last chunk can be short, and an empty one stands alone.
        guard rest == 0 || endsStream && rest >= StreamShape.tagSize,
            rest != StreamShape.tagSize || first + whole == 0
        else { throw .damaged(chunk: first + whole) }
        precondition(plaintext.count >= sealed.count - count * StreamShape.tagSize)
        var written = 0
        for index in 0..<count {
            let start = index * shape.sealedChunkSize
            let size = min(shape.sealedChunkSize, sealed.count - start)
            // Safe: both lie within buffers whose sizes were checked.
            let chunk = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: sealed[start..<start + size]))
            let plainSize = size - StreamShape.tagSize
            var target = unsafe MutableRawSpan(
                _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: plaintext[written..<written + plainSize]))
            try open(chunk, chunk: first + index, isFinal: endsStream && index == count - 1, into: &target)
            written += plainSize
        }
        return written
    }
}
