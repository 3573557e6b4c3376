internal import Glibc
internal import SystemPackage

/// Bytes and ranges of another file, which are written one behind the other in one call.
public struct GatheredWrite {
    fileprivate enum Part {
        case bytes(Range<Int>)
        case copy(Range<Int>)
    }

    fileprivate private(set) var parts: [Part] = []
    /// Those that are no ranges.
    public private(set) var bytes: [UInt8] = []
    /// Of all.
    public private(set) var count = 0
    /// From the first range to the end of the last.
    fileprivate private(set) var span: Range<Int>?

    /// Bytes between two ranges that are mapped with them for nothing.
    private static let largestGap = 64 * 1024
    /// From the first range to the end of the last.
    private static let largestSpan = 8 << 20
    /// What the kernel takes at once.
    private static let mostParts = 1_000

    public init() {}

    public var isFull: Bool { parts.count >= Self.mostParts }
    /// Whether there are no ranges.
    public var isBytes: Bool { span == nil }

    /// Whether a range lies behind the last one, and not far from it.
    public func isNear(_ range: Range<Int>) -> Bool {
        guard let span else { return true }
        return range.lowerBound >= span.upperBound && range.lowerBound - span.upperBound <= Self.largestGap
            && range.upperBound - span.lowerBound <= Self.largestSpan
    }

    public mutating func append(_ new: [UInt8]) {
        if new.isEmpty { return }
        let range = bytes.count..<bytes.count + new.count
        bytes += new
        count += new.count
        if case .bytes(let last) = parts.last {
            parts[parts.count - 1] = .bytes(last.lowerBound..<range.upperBound)
        } else {
            parts.append(.bytes(range))
        }
    }

    /// - Parameter range: one that ``isNear(_:)``.
    public mutating func append(_ range: Range<Int>) {
        if range.isEmpty { return }
        precondition(isNear(range))
        parts.append(.copy(range))
        count += range.count
        span = (span?.lowerBound ?? range.lowerBound)..<range.upperBound
    }
}

extension OwnedDescriptor {
    private static let pageSize = 4_096

    /// Writes what was gathered. Ranges go from the kernel's memory to the kernel's memory.
    ///
    /// Nothing here touches the mapped bytes but the kernel, which reports those that are no longer there.
    public func write(_ gathered: GatheredWrite, from source: OwnedDescriptor, at offset: Int) throws(SystemError) {
        guard let span = gathered.span else { return try write(gathered.bytes, at: offset) }
        if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
        // Behind the end there would be zeros, up to the end of a page.
        guard try source.status().size >= span.upperBound else { throw SystemError("read", nil, .ioError) }
        let skipped = span.lowerBound % Self.pageSize
        let size = skipped + span.count
        let flags = MAP_SHARED | MAP_POPULATE
        let mapped = unsafe mmap(nil, size, PROT_READ, flags, source.raw, span.lowerBound - skipped)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            return try writeEach(gathered, from: source, at: offset)
        }
        defer { unsafe munmap(mapped, size) }
        let isWritten = unsafe gathered.bytes.withUnsafeBytes { bytes in
            // Safe: parts are within the bytes, or within the span that is mapped; the kernel only reads there.
            let vectors = unsafe gathered.parts.map { part in
                switch part {
                case .bytes(let range):
                    let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress! + range.lowerBound)
                    return unsafe iovec(iov_base: start, iov_len: range.count)
                case .copy(let range):
                    return unsafe iovec(
                        iov_base: mapped + skipped + range.lowerBound - span.lowerBound, iov_len: range.count)
                }
            }
            return unsafe writeAll(vectors, at: offset)
        }
        guard isWritten else {
            throw lastErrno == EFAULT ? SystemError("read", nil, .ioError) : .current("write", nil)
        }
    }

    /// Where the source can't be mapped.
    private func writeEach(
        _ gathered: GatheredWrite, from source: OwnedDescriptor, at offset: Int
    ) throws(SystemError) {
        var position = offset
        for part in gathered.parts {
            switch part {
            case .bytes(let range):
                try write(Array(gathered.bytes[range]), at: position)
                position += range.count
            case .copy(let range):
                try copy(range, of: source, to: position)
                position += range.count
            }
        }
    }

    /// Returns `false` where the system refuses, with `errno` saying why.
    func writeAll(_ vectors: [iovec], at offset: Int) -> Bool {
        var (rest, position) = unsafe (vectors[...], offset)
        while unsafe !rest.isEmpty {
            // Safe: the vectors are those of the caller.
            let written = retrying {
                unsafe rest.withUnsafeBufferPointer { unsafe pwritev(raw, $0.baseAddress, CInt($0.count), position) }
            }
            if written <= 0 { return false }
            position += written
            var left = written
            while left > 0, unsafe left >= rest.first!.iov_len {
                unsafe left -= rest.removeFirst().iov_len
            }
            if left > 0 {
                unsafe rest[rest.startIndex].iov_base! += left
                unsafe rest[rest.startIndex].iov_len -= left
            }
        }
        return true
    }
}
