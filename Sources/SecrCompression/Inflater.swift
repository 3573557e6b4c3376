internal import CZlib

/// Opens one zlib stream (RFC 1950), piece by piece, in constant memory.
@safe package final class Inflater {
    package enum State: Equatable {
        /// More input is needed.
        case hungry
        /// The stream ended, and its checksum is right.
        case finished
        /// As much came out as was asked for.
        case full
        /// What came in is no such stream, or no longer.
        case failed
    }

    package private(set) var state = State.hungry
    /// Bytes of the stream taken so far; once it is finished, all of its bytes and none behind it.
    package private(set) var consumed = 0
    /// Bytes that came out so far.
    package private(set) var produced = 0

    private let stream: UnsafeMutablePointer<z_stream>
    private var room = [UInt8](repeating: 0, count: 64 * 1024)
    /// More than this does not come out.
    private var limit: Int

    package init(limit: Int) {
        self.limit = limit
        // Safe: the library keeps the address, which stays the same until the end.
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit_(stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        if status != Z_OK { state = .failed }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Begins with another stream, for which nothing has to be allocated anew.
    package func restart(limit: Int) {
        self.limit = limit
        (consumed, produced) = (0, 0)
        // Safe: the stream is open until the end.
        state = unsafe inflateReset(stream) == Z_OK ? .hungry : .failed
    }

    /// Takes as much of `input` as it can, and hands out what that becomes.
    package func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) rethrows {
        guard state == .hungry, let base = input.baseAddress else { return }
        // Safe: the library reads `avail_in` bytes from `next_in`, and does not write there.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: base.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(input.count)
        while state == .hungry {
            if produced == limit {
                state = .full
                return
            }
            let taken = unsafe stream.pointee.avail_in
            let count = min(room.count, limit - produced)
            // Safe: at most `count` bytes are written, which is no more than there is room.
            let (status, got) = unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = UInt32(count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                return (status, count - Int(unsafe stream.pointee.avail_out))
            }
            consumed += Int(taken - (unsafe stream.pointee.avail_in))
            produced += got
            try unsafe room.withUnsafeBytes { try unsafe output(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            switch status {
            case Z_OK: if unsafe stream.pointee.avail_in == 0 && got < count { return }
            case Z_STREAM_END: state = .finished
            case Z_BUF_ERROR: return
            default: state = .failed
            }
        }
    }

    /// Takes as much of `input` as it can, to see how far that goes.
    package func take(_ input: [UInt8]) {
        // Safe: the pointers do not leave the closures.
        unsafe input.withUnsafeBytes { unsafe feed($0) { _ in } }
    }

    /// What all of `input` becomes, or as much of it as can be had.
    package func output(of input: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        // Safe: the pointers do not leave the closures.
        unsafe Array(input).withUnsafeBytes { unsafe feed($0) { unsafe output += $0 } }
        return output
    }

    /// The whole of a short stream; `nil` where it is none, or becomes longer than `limit`.
    package static func open(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        let inflater = Inflater(limit: limit + 1)
        let output = inflater.output(of: bytes)
        return inflater.state == .finished ? output : nil
    }
}
