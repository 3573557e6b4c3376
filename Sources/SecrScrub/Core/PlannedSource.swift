public import SecrBytes

/// What an ``OutputPlan`` makes of an input, as if it were written already.
public struct PlannedSource: ByteSource {
    private let plan: OutputPlan
    private let source: any ByteSource
    /// Where each piece begins.
    private let starts: [Int]
    public let size: Int

    /// - Parameter source: the input that the plan is for.
    public init(_ plan: OutputPlan, of source: any ByteSource) {
        self.plan = plan
        self.source = source
        var (starts, end) = ([Int](), 0)
        for piece in plan.pieces {
            starts.append(end)
            end += piece.count
        }
        (self.starts, size) = (starts, end)
    }

    public func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size && range.count <= buffer.count)
        var position = range.lowerBound
        var part: [UInt8] = []
        var place = piece(at: position)
        while position < range.upperBound {
            let end = min(range.upperBound, starts[place] + plan.pieces[place].count)
            let wanted = position - starts[place]..<end - starts[place]
            let target = position - range.lowerBound..<end - range.lowerBound
            switch plan.pieces[place] {
            case .bytes(let bytes): buffer.replaceSubrange(target, with: bytes[wanted])
            case .copy(let copied):
                if part.count < wanted.count { part = [UInt8](repeating: 0, count: wanted.count) }
                let start = copied.lowerBound + wanted.lowerBound
                try source.read(start..<start + wanted.count, into: &part)
                buffer.replaceSubrange(target, with: part[..<wanted.count])
            }
            position = end
            place += 1
        }
    }

    /// The number of the piece that has a byte.
    private func piece(at position: Int) -> Int {
        max(0, starts.partitioningIndex { $0 > position } - 1)
    }
}
