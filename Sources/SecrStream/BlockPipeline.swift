internal import SecrSystem
internal import Synchronization

/// Blocks of a long stream: read in order, changed on several threads, written in order.
///
/// Memory is bounded by what the workers hold: each has one buffer to read into and one to write from, and a worker that
/// is ahead waits until its turn to write has come. What was read ahead of the block being written is the prefetch.
struct BlockPipeline: Sendable {
    /// Bytes that are read for one block; every block but the last has as many.
    let inputSize: Int
    /// Room for what becomes of a block.
    let outputSize: Int

    /// Chunks that make a block: 1 MiB of the standard ones.
    static func chunksPerBlock(_ shape: StreamShape) -> Int { (1 << 20) / shape.chunkSize }

    /// More threads than this gain nothing that the memory would be worth.
    static let maximumWidth = 16
    static var width: Int { min(WorkerPool.processors + 1, maximumWidth) }

    struct Block {
        let index: Int
        let isLast: Bool
    }

    /// - Parameters:
    ///   - read: fills as much of a buffer as there is; less than that means the end.
    ///   - change: turns a block into what is to be written, and says how many bytes that is.
    ///   - write: takes what the blocks became, in their order. Nothing of a block that failed, or behind one, arrives.
    func run(
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        change: @escaping @Sendable (Block, UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let line = unsafe Line(read: read, change: change, write: write)
        WorkerPool.forEach(Self.width, width: Self.width) { _ in line.work(self) }
        try line.result()
    }

    /// What the workers share.
    @safe private final class Line: Sendable {
        private let read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int
        private let change: @Sendable (Block, UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int
        private let write: @Sendable (UnsafeRawBufferPointer) throws -> Void
        private let input = Mutex(Input())
        private let turn = Turn()
        private let failure = Mutex<(any Error)?>(nil)

        private struct Input {
            var next = 0
            var isAtEnd = false
            /// Read already, to find out whether there is more.
            var ahead: UInt8?
        }

        init(
            read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
            change: @escaping @Sendable (Block, UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int,
            write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
        ) {
            unsafe self.read = unsafe read
            unsafe self.change = unsafe change
            unsafe self.write = unsafe write
        }

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
            while let (block, result) = unsafe next(source, sizes.inputSize) {
                let changed = Result {
                    // Safe: as many bytes as were read, and no more than the buffer holds.
                    try unsafe change(block, UnsafeRawBufferPointer(rebasing: source[..<result.get()]), target)
                }
                turn.wait(for: block.index)
                if failure.withLock({ $0 == nil }) {
                    do {
                        if Interruption.isRequested { throw StreamError.interrupted }
                        try unsafe write(UnsafeRawBufferPointer(rebasing: target[..<changed.get()]))
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
        ) -> (Block, Result<Int, any Error>)? {
            input.withLock { input in
                if input.isAtEnd || failure.withLock({ $0 != nil }) { return nil }
                let index = input.next
                input.next += 1
                do {
                    var count = 0
                    if let ahead = input.ahead {
                        unsafe buffer[0] = ahead
                        count = 1
                    }
                    // Safe: the buffer has one byte more than a block.
                    count += try unsafe read(UnsafeMutableRawBufferPointer(rebasing: buffer[count..<size + 1]))
                    input.isAtEnd = count <= size
                    input.ahead = input.isAtEnd ? nil : unsafe buffer[size]
                    return (Block(index: index, isLast: input.isAtEnd), .success(min(count, size)))
                } catch {
                    input.isAtEnd = true
                    return (Block(index: index, isLast: true), .failure(error))
                }
            }
        }
    }
}
