internal import SecrBytes
internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// Writes an output plan to a file.
struct PlanWriter {
    var plan: OutputPlan
    var source: FileSource

    /// Ranges up to this length, and of these together, are gathered: a system call costs more than their copy.
    private static let (copyThreshold, gatherLimit) = (64 * 1024, 256 * 1024)
    /// Bytes after which it is told how far the output is, at the latest: few enough that they are still in the cache when they
    /// are read back.
    private static let step = 2 << 20
    /// Steps end where a block of the file does: writing is faster so.
    private static let blockSize = 4_096
    /// In a plan of so many pieces, most of them stand where they stood, with others between them.
    private static let manyPieces = 64

    /// - Parameter progress: called with the end of what is written so far; where nobody asks, writes are as large as they can be.
    func write(to file: OwnedDescriptor, progress: ((Int) -> Void)? = nil) throws {
        let gathers = plan.pieces.count >= Self.manyPieces
        let (longest, limit) = gathers ? (Self.step, Self.step) : (Self.copyThreshold, Self.gatherLimit)
        var pending = GatheredWrite()
        var position = 0
        func flush() throws {
            try file.write(pending, from: source.descriptor, at: position)
            position += pending.count
            pending = GatheredWrite()
            progress?(position)
        }
        for piece in plan.pieces {
            switch piece {
            case .bytes(let bytes): pending.append(bytes)
            case .copy(let range) where range.count < Self.copyThreshold && !(gathers && pending.isNear(range)):
                pending.append(try read(range))
            case .copy(let range) where range.count < longest:
                if !pending.isNear(range) { try flush() }
                pending.append(range)
            case .copy(var range):
                if !pending.isBytes { try flush() }
                while !range.isEmpty {
                    let start = position + pending.count
                    let end = (start + Self.step) / Self.blockSize * Self.blockSize
                    let part = progress == nil ? range : range.prefix(end - start)
                    try file.copy(part, of: source.descriptor, to: position, after: pending.bytes)
                    pending = GatheredWrite()
                    position = start + part.count
                    range = range.dropFirst(part.count)
                    progress?(position)
                }
            }
            if pending.count > limit || pending.isFull { try flush() }
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
