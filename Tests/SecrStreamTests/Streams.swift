import Foundation
import SecrCrypto
import SecrStream
import SecrTestSupport
import Synchronization

/// Bytes without a pattern, the same in every run, so that no two chunks are alike.
func noise(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var generator = Seeded(seed)
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
        for start in stride(from: 0, to: count - 7, by: 8) {
            buffer.storeBytes(of: generator.next(), toByteOffset: start, as: UInt64.self)
        }
        for index in count / 8 * 8..<count { buffer[index] = UInt8(truncatingIfNeeded: generator.next()) }
    }
    return bytes
}

/// Bytes from pairs of digits.
func hexadecimal(_ text: some StringProtocol) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)!
    }
}

struct Broken: Error, Equatable {
    var what: String
}

/// What a stream is read from: some bytes, and then the end or an error.
final class Source: Sendable {
    private let bytes: [UInt8]
    private let failure: Broken?
    private let state = Mutex((position: 0, calls: 0, isBusy: false))

    init(_ bytes: [UInt8], thenFails failure: Broken? = nil) {
        self.bytes = bytes
        self.failure = failure
    }

    var read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int {
        { buffer in
            let start = self.state.withLock { state -> Int? in
                if state.isBusy { return nil }
                state.isBusy = true
                state.calls += 1
                return state.position
            }
            guard let start else { throw Broken(what: "two reads at once") }
            let count = min(buffer.count, self.bytes.count - start)
            buffer.copyBytes(from: self.bytes[start..<start + count])
            self.state.withLock {
                $0.position += count
                $0.isBusy = false
            }
            if let failure = self.failure, count < buffer.count { throw failure }
            return count
        }
    }

    var position: Int { state.withLock { $0.position } }
}

/// Where a stream goes.
final class Sink: Sendable {
    private let room: Int
    private let before: @Sendable (Int) -> Void
    private let state = Mutex((bytes: [UInt8](), isBusy: false, isFull: false))

    /// - Parameters:
    ///   - room: more than that is an error.
    ///   - before: called with the bytes that are there, at every write.
    init(room: Int = .max, before: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.room = room
        self.before = before
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }

    var write: @Sendable (UnsafeRawBufferPointer) throws -> Void {
        { bytes in
            let (count, isWrong) = self.state.withLock { state in
                defer { state.isBusy = true }
                return (state.bytes.count, state.isBusy || state.isFull)
            }
            if isWrong { fatalError("two writes at once, or one after an error") }
            self.before(count)
            try self.state.withLock { state in
                state.isBusy = false
                if state.bytes.count + bytes.count > self.room {
                    state.isFull = true
                    throw Broken(what: "full")
                }
                state.bytes += bytes
            }
        }
    }
}

/// Sealed bytes in memory that count what is asked of them.
final class CountingSource: SealedSource {
    private let bytes: [UInt8]
    private let counts = Mutex((reads: 0, bytes: 0))

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var size: Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset + buffer.count <= bytes.count else { throw Broken(what: "beyond the end") }
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
        // Last, since Swift 6.3 gets a function wrong that can throw and ends with a copy of memory.
        counts.withLock { $0 = ($0.reads + 1, $0.bytes + buffer.count) }
    }

    /// Since the last time.
    func counted() -> [Int] {
        counts.withLock { counts in
            defer { counts = (0, 0) }
            return [counts.reads, counts.bytes]
        }
    }
}

extension RandomAccessReader {
    func bytes(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        try bytes.withUnsafeMutableBytes { try read(range, into: $0) }
        return bytes
    }
}

/// All that this module has to seal with.
enum Sealer: CaseIterable {
    case writer, short

    func seal(
        _ plaintext: [UInt8], _ kind: StreamKind = .object, _ shape: StreamShape = .paged, key: borrowing SecretBytes
    ) throws -> [UInt8] {
        switch self {
        case .short: return ShortStream.seal(plaintext, kind, shape, key: key)
        case .writer:
            let sink = Sink()
            try StreamWriter(kind, shape, key: key).seal(read: Source(plaintext).read, write: sink.write)
            return sink.bytes
        }
    }
}

/// All that this module has to open with.
enum Opener: CaseIterable {
    case reader, short, secret, randomRead, randomCopy

    /// What was handed out, and the error behind it.
    struct Outcome: Equatable {
        var plaintext: [UInt8]
        var error: StreamError?
    }

    func open(
        _ sealed: [UInt8], _ kind: StreamKind = .object, _ shape: StreamShape = .paged, key: borrowing SecretBytes
    ) throws -> Outcome {
        let sink = Sink()
        do {
            switch self {
            case .short: return Outcome(plaintext: try ShortStream.open(sealed, kind, shape, key: key))
            case .secret:
                let secret = try ShortStream.openSecret(sealed, kind, shape, key: key)
                return Outcome(plaintext: secret.withBytes { Array($0) })
            case .reader:
                let reader = try StreamReader(Array(sealed.prefix(StreamShape.headSize)), kind, shape, key: key)
                try reader.open(read: Source(Array(sealed.dropFirst(StreamShape.headSize))).read, write: sink.write)
            case .randomRead:
                let reader = try RandomAccessReader(CountingSource(sealed), kind, shape, key: key)
                return Outcome(plaintext: try reader.bytes(0..<reader.size))
            case .randomCopy:
                let reader = try RandomAccessReader(CountingSource(sealed), kind, shape, key: key)
                try reader.copy(0..<reader.size, write: sink.write)
            }
        } catch let error as StreamError {
            return Outcome(plaintext: sink.bytes, error: error)
        }
        return Outcome(plaintext: sink.bytes)
    }
}
