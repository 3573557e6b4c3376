internal import SecrBytes
internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// Writes an output plan to a file.
struct PlanWriter {
    var plan: OutputPlan
    var source: FileSource

    /// Shorter ranges are gathered in memory: a system call costs more than their copy.
    private static let copyThreshold = 64 * 1024
    /// Bytes gathered at most.
    private static let gatherLimit = 256 * 1024
    /// Bytes after which it is told how far the output is, at the latest: few enough that they are still in the cache when they
    /// are read back.
    private static let step = 2 << 20
    /// Steps end where a block of the file does: writing is faster so.
    private static let blockSize = 4_096

    /// - Parameter progress: called with the end of what is written so far.
    func write(to file: OwnedDescriptor, progress: (Int) -> Void = { _ in }) throws {
        var pending: [UInt8] = []
        var position = 0
        func flush() throws {
            try file.write(pending, at: position)
            position += pending.count
            pending.removeAll(keepingCapacity: true)
        }
        for piece in plan.pieces {
            switch piece {
            case .bytes(let bytes): pending += bytes
            case .copy(let range) where range.count < Self.copyThreshold: pending += try read(range)
            case .copy(var range):
                while !range.isEmpty {
                    let start = position + pending.count
                    let end = (start + Self.step) / Self.blockSize * Self.blockSize
                    let part = range.prefix(end - start)
                    try file.copy(part, of: source.descriptor, to: position, after: pending)
                    pending.removeAll(keepingCapacity: true)
                    position = start + part.count
                    range = range.dropFirst(part.count)
                    progress(position)
                }
            }
            if pending.count > Self.gatherLimit { try flush() }
        }
        try flush()
    }

    private func read(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        do {
            try source.read(range, into: &bytes)
        } catch {
            throw FileFailure(.io, error.description)
        }
        return bytes
    }

    /// Sends a file through a stream.
    static func stream(_ file: FileSource, to stream: OwnedDescriptor) throws {
        var window = ByteWindow(file)
        var position = 0
        while position < file.size {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            let end = min(file.size, position + ByteWindow.defaultCapacity)
            do {
                try stream.write(window.bytes(in: position..<end))
            } catch let error as ByteSourceError {
                throw FileFailure(.io, error.description)
            }
            position = end
        }
    }
}
