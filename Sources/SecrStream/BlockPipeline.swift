internal import SecrSystem
internal import Synchronization

/// Blocks of long streams: read in order, changed on several threads, written in order.
///
/// Streams follow one another without a pause: while the last blocks of one are changed, the next one is read. Memory is
/// bounded by what the workers hold: each has one buffer to read into and one to write from, and a worker that is ahead
/// waits until its turn to write has come. What was read ahead of the block being written is the prefetch.
@safe struct BlockPipeline: Sendable {
    /// Bytes that are read for one block; every block but a stream's last has as many.
    let inputSize: Int
    /// Room for what becomes of a block.
    let outputSize: Int

    /// Chunks that make a block: 128 KiB, which stay in a processor's cache from reading to writing.
    static func chunksPerBlock(_ shape: StreamShape) -> Int { (128 << 10) / shape.chunkSize }

    /// More threads than this gain nothing that the memory would be worth.
    static let maximumWidth = 16
    static var width: Int { min(WorkerPool.processors, maximumWidth) }

    struct Block {
        /// Its number in its stream.
        let index: Int
        let isLast: Bool
    }

    /// One of the streams.
    @safe struct Feed: Sendable {
        /// Fills as much of a buffer as there is; less than that means the end.
        let read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int
        /// Turns a block into what is to be written, and says how many bytes that is.
        let change: @Sendable (Block, UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int
        /// Takes what the blocks became, in their order. Nothing of a block that failed, or behind one, arrives.
        let write: @Sendable (Block, UnsafeRawBufferPointer) throws -> Void

        init(
            read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
            change: @escaping @Sendable (Block, UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int,
            write: @escaping @Sendable (Block, UnsafeRawBufferPointer) throws -> Void
        ) {
            unsafe self.read = unsafe read
            unsafe self.change = unsafe change
            unsafe self.write = unsafe write
        }
    }

    /// One stream alone.
    func run(_ feed: Feed) throws {
        let once = Mutex<Feed?>(feed)
        try run { once.withLock { $0.take() } }
    }

    /// - Parameter next: gives one stream after the other, `nil` at the end. It is called by one thread at a time, never
    ///   while something is read; the last ones may not be written yet.
    func run(_ next: @escaping @Sendable () throws -> Feed?) throws {
        let line = Line(next)
        WorkerPool.forEach(Self.width, width: Self.width) { _ in line.work(self) }
        try line.result()
    }

    /// What the workers share.
    private final class Line: Sendable {
        private let nextFeed: @Sendable () throws -> Feed?
        private let input = Mutex(Input())
        private let turn = Turn()
        private let failure = Mutex<(any Error)?>(nil)

        private struct Input {
            var feed: Feed?
            /// Of the next block in the feed.
            var index = 0
            /// Of the next block of all: when it is its turn to be written.
            var number = 0
            var isAtEnd = false
            /// Read already, to find out whether there is more.
            var ahead: UInt8?
        }

        /// A block that was read.
        private struct Task {
            let feed: Feed
            let block: Block
            /// Bytes.
            let count: Int
        }

        init(_ next: @escaping @Sendable () throws -> Feed?) { nextFeed = next }

        func result() throws {
            if let failure = failure.withLock({ $0 }) { throw failure }
        }

        func work(_ sizes: BlockPipeline) {
            // One byte more than a block, see ``Input/ahead``.
            let source = UnsafeMutableRawBufferPointer.allocate(byteCount: sizes.inputSize + 1, alignment: 4_096)
            let target = UnsafeMutableRawBufferPointer.allocate(byteCount: sizes.outputSize, alignment: 4_096)
            defer {
                unsafe source.deallocate()
                unsafe target.deallocate()
            }
            while let (number, task) = unsafe next(source, sizes.inputSize) {
                let changed = Result {
                    let task = try task.get()
                    // Safe: as many bytes as were read, and no more than the buffer holds.
                    let bytes = unsafe UnsafeRawBufferPointer(rebasing: source[..<task.count])
                    return (task, try unsafe task.feed.change(task.block, bytes, target))
                }
                turn.wait(for: number)
                if failure.withLock({ $0 == nil }) {
                    do {
                        if Interruption.isRequested { throw StreamError.interrupted }
                        let (task, count) = try changed.get()
                        // Safe: as many bytes as were made.
                        try unsafe task.feed.write(task.block, UnsafeRawBufferPointer(rebasing: target[..<count]))
                    } catch {
                        failure.withLock { $0 = error }
                    }
                }
                turn.advance()
            }
        }

        /// Reads the next block, or says why that failed; `nil` at the end.
        private func next(
            _ buffer: UnsafeMutableRawBufferPointer, _ size: Int
        ) -> (number: Int, Result<Task, any Error>)? {
            input.withLock { input in
                if input.isAtEnd || failure.withLock({ $0 != nil }) { return nil }
                let number = input.number
                do {
                    guard let task = try unsafe readBlock(buffer, size, &input) else {
                        input.isAtEnd = true
                        return nil
                    }
                    input.number += 1
                    return (number, .success(task))
                } catch {
                    input.isAtEnd = true
                    return (number, .failure(error))
                }
            }
        }

        private func readBlock(
            _ buffer: UnsafeMutableRawBufferPointer, _ size: Int, _ input: inout Input
        ) throws -> Task? {
            if input.feed == nil {
                input.feed = try nextFeed()
                input.index = 0
            }
            guard let feed = input.feed else { return nil }
            var count = 0
            if let ahead = input.ahead {
                unsafe buffer[0] = ahead
                count = 1
            }
            // Safe: the buffer has one byte more than a block.
            count += try unsafe feed.read(UnsafeMutableRawBufferPointer(rebasing: buffer[count..<size + 1]))
            let isLast = count <= size
            defer { input.index += 1 }
            if isLast { input.feed = nil }
            input.ahead = isLast ? nil : unsafe buffer[size]
            return Task(feed: feed, block: Block(index: input.index, isLast: isLast), count: min(count, size))
        }
    }
}
