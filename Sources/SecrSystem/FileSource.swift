internal import Glibc
public import SecrBytes
internal import SystemPackage

/// The bytes of an open file. Its size is the one it had when the source was made.
public struct FileSource: ByteSource {
    public let descriptor: OwnedDescriptor
    public let size: Int

    public init(_ descriptor: OwnedDescriptor, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    /// The open file itself, whatever its name is now.
    public var path: String? { "/proc/self/fd/\(descriptor.raw)" }

    public func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        precondition(range.count <= buffer.count)
        if Interruption.isRequested { throw ByteSourceError("interrupted") }
        var done = 0
        while done < range.count {
            // Safe: the buffer holds `range.count` bytes, and `done` is less.
            let got = retrying {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe pread(descriptor.raw, $0.baseAddress! + done, range.count - done, range.lowerBound + done)
                }
            }
            if got == 0 { throw ByteSourceError("the file became shorter while it was read") }
            if got < 0 { throw ByteSourceError(SystemError.current("read", nil).errno.description) }
            done += got
        }
    }
}
