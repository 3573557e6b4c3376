import Foundation

/// The memory of another process, as somebody sees it who may look at everything on this machine.
package enum ProcessMemory {
    package struct Failure: Error { package let number = errno }

    private static let piece = 1 << 20
    private static let page = 1 << 12

    /// Whether the system lets this process see the memory of another one that belongs to the same user.
    package static func isReadable(of process: pid_t) -> Bool {
        let file = open("/proc/\(process)/mem", O_RDONLY)
        if file >= 0 { close(file) }
        return file >= 0
    }

    /// Looks for traces in all that can be read. The process stands still meanwhile.
    ///
    /// - Parameter size: how many bytes were read.
    package static func found(_ traces: Traces, in process: pid_t, size: inout Int) throws -> Set<String> {
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        let file = open("/proc/\(process)/mem", O_RDONLY)
        guard file >= 0 else { throw Failure() }
        defer { close(file) }
        var names: Set<String> = []
        var buffer = [UInt8](repeating: 0, count: piece + traces.longest)
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            // What the kernel shows of itself can't be read.
            guard ends.count == 2, fields[1].hasPrefix("r"), ends[1] <= UInt64(Int64.max) else { continue }
            var start = ends[0]
            while start < ends[1] {
                // Beyond the end of the piece, so that nothing is cut in two.
                let wanted = min(buffer.count, Int(ends[1] - start))
                let count = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, wanted, off_t(start)) }
                if count > 0 {
                    buffer.withUnsafeBytes {
                        names.formUnion(traces.found(in: UnsafeRawBufferPointer(rebasing: $0[..<count])))
                    }
                    size += min(count, piece)
                }
                // Around a page that can't be read.
                start += UInt64(count > 0 ? min(count, piece) : page)
            }
        }
        return names
    }
}
