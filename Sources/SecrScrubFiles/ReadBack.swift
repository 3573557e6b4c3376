package import SecrBytes
package import SecrScrub
package import SecrSystem
internal import Synchronization

/// Reads a large output back while the rest of it is still being written, on a thread of its own, and compares it with
/// the input from which it is copied.
///
/// Only what was found to be the same is known afterwards. Everything else, and whatever differs, is left to the contract,
/// which says what is wrong.
package final class ReadBack: Sendable {
    /// Smaller outputs are compared faster than a thread is started.
    static let threshold = 16 << 20

    private let source: FileSource
    private let output: FileSource
    private let copies: [CopiedRange]
    private let state = Mutex(State())
    private let turn = Turn()

    private struct State {
        /// Up to where the output is written.
        var written = 0
        /// Up to where all copies were found to be the same.
        var compared = 0
        var isOver = false
    }

    package init(_ plan: OutputPlan, source: FileSource, output: FileSource) {
        self.source = source
        self.output = output
        var (copies, position): ([CopiedRange], Int) = ([], 0)
        for piece in plan.pieces {
            if case .copy(let range) = piece { copies.append(CopiedRange(start: position, range: range)) }
            position += piece.count
        }
        self.copies = copies
    }

    /// Called by whoever writes.
    package func reached(_ position: Int) {
        state.withLock { $0.written = position }
        turn.advance()
    }

    /// Nothing more will be written.
    package func end() {
        state.withLock { $0.isOver = true }
        turn.advance()
    }

    /// The work of the thread.
    package func run() {
        var (step, compared) = (0, 0)
        while true {
            step += 1
            turn.wait(for: step)
            let (written, isOver) = state.withLock { ($0.written, $0.isOver) }
            guard compare(compared..<max(compared, written)) else { return }
            compared = max(compared, written)
            state.withLock { $0.compared = compared }
            if isOver { return }
        }
    }

    /// Whether the copies in a part of the output are what they were copied from.
    private func compare(_ range: Range<Int>) -> Bool {
        var rest = copies[copies.firstIndex(behind: range.lowerBound)...].prefix { $0.start < range.upperBound }
        while let first = rest.first {
            // Those behind which nothing moved are read together.
            let together = rest.prefix { $0.offset == first.offset }
            let parts = together.map { $0.original(of: $0.output.clamped(to: range)) }
            guard (try? source.holdsSameBytes(in: parts, as: output, furtherBy: -first.offset)) == true else {
                return false
            }
            rest = rest[together.endIndex...]
        }
        return true
    }

    /// The output, with what is known of it. To be called when the thread has ended.
    package var result: ReadBackSource {
        ReadBackSource(file: output, copies: copies, compared: state.withLock { $0.compared })
    }
}

/// A part of an output, and from where in the input it is copied.
private struct CopiedRange {
    var start: Int
    var range: Range<Int>

    var output: Range<Int> { start..<start + range.count }

    /// How much further it is in the input.
    var offset: Int { range.lowerBound - start }

    func original(of part: Range<Int>) -> Range<Int> { part.lowerBound + offset..<part.upperBound + offset }
}

extension [CopiedRange] {
    /// The first that ends behind a place.
    fileprivate func firstIndex(behind place: Int) -> Int {
        partitioningIndex { $0.output.upperBound > place }
    }
}

/// An output of which parts have been read back.
package struct ReadBackSource: ByteSource {
    fileprivate let file: FileSource
    fileprivate let copies: [CopiedRange]
    fileprivate let compared: Int

    package var size: Int { file.size }

    package func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        try file.read(range, into: &buffer)
    }

    package func isKnownCopy(_ range: Range<Int>, of original: Range<Int>) -> Bool {
        let place = copies.firstIndex(behind: range.lowerBound)
        guard place < copies.count, range.upperBound <= compared else { return false }
        let copy = copies[place]
        return copy.output.lowerBound <= range.lowerBound && range.upperBound <= copy.output.upperBound
            && copy.original(of: range) == original
    }
}
