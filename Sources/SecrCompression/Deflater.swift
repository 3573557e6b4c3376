internal import CZlib
internal import SecrBytes

/// Makes zlib streams (RFC 1950).
@safe package final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var room = [UInt8](repeating: 0, count: 64 * 1024)
    package private(set) var output: [UInt8] = []

    /// - Parameter isHurried: pack fast instead of well.
    package init(isHurried: Bool = false) {
        // Safe: the library keeps the address, which stays the same until the end.
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit_(
            stream, isHurried ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib can't be used")
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    package func add(_ input: [UInt8]) {
        // Safe: the library reads `avail_in` bytes from `next_in`, does not write there, and keeps neither.
        unsafe input.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            while unsafe stream.pointee.avail_in > 0 { run(Z_NO_FLUSH) }
        }
    }

    package func finish() -> [UInt8] {
        unsafe stream.pointee.avail_in = 0
        while run(Z_FINISH) != Z_STREAM_END {}
        return output
    }

    @discardableResult private func run(_ flush: CInt) -> CInt {
        // Safe: at most as many bytes are written as there is room.
        let (status, got) = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe stream.pointee.next_out = room.baseAddress
            unsafe stream.pointee.avail_out = UInt32(room.count)
            let status = unsafe deflate(stream, flush)
            return (status, room.count - Int(unsafe stream.pointee.avail_out))
        }
        output += room[..<got]
        return status
    }

    /// A stream that holds its content as it is: the same bytes whatever library is used, and short enough for what is
    /// small.
    package static func stored(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        let most = 65_535
        var at = 0
        repeat {
            let count = min(most, content.count - at)
            let length = [UInt8(count & 0xFF), UInt8(count >> 8)]
            stream += [at + count == content.count ? 1 : 0] + length + length.map { ~$0 } + content[at..<at + count]
            at += count
        } while at < content.count
        // Safe: the library reads `content.count` bytes.
        stream.appendBigEndian32(Int(unsafe adler32(1, content, UInt32(content.count))))
        return stream
    }
}
