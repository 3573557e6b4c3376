public import SecrBytes

/// What an output consists of: ranges of the input, and bytes that a handler made itself. Nothing else can get in.
public struct OutputPlan: Sendable, Equatable {
    public enum Piece: Sendable, Equatable {
        case copy(Range<Int>)
        case bytes([UInt8])

        public var count: Int {
            switch self {
            case .copy(let range): range.count
            case .bytes(let bytes): bytes.count
            }
        }

        /// Of a part of the input: the same in the whole, where the part begins at `offset`.
        func moved(by offset: Int) -> Piece {
            switch self {
            case .copy(let range): .copy(range.lowerBound + offset..<range.upperBound + offset)
            case .bytes: self
            }
        }
    }

    public private(set) var pieces: [Piece] = []

    /// Bytes of the whole output.
    public var size: Int { pieces.reduce(0) { $0 + $1.count } }

    init() {}

    /// Bytes are joined up to this length: each time they are copied.
    private static let joinedBytes = 4_096

    /// Appends, joining neighbours.
    mutating func append(_ piece: Piece) {
        if piece.count == 0 { return }
        switch (pieces.last, piece) {
        case (.copy(let last), .copy(let next)) where last.upperBound == next.lowerBound:
            pieces[pieces.count - 1] = .copy(last.lowerBound..<next.upperBound)
        case (.bytes(let last), .bytes(let next)) where last.count + next.count <= Self.joinedBytes:
            pieces[pieces.count - 1] = .bytes(last + next)
        default:
            pieces.append(piece)
        }
    }

    /// Whether the output would be the input, byte for byte.
    func isIdentity(of source: any ByteSource) throws(ByteSourceError) -> Bool {
        guard size == source.size else { return false }
        var position = 0
        var window = ByteWindow(source)
        for piece in pieces {
            let range = position..<position + piece.count
            switch piece {
            case .copy(let copied): guard copied == range else { return false }
            case .bytes(let bytes):
                guard try window.bytes(in: range).holdsSameBytes(as: bytes) else { return false }
            }
            position = range.upperBound
        }
        return true
    }

    /// The whole output in memory, for small inputs and for tests.
    public func bytes(from source: any ByteSource) throws(ByteSourceError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(size)
        var buffer: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): output += bytes
            case .copy(let range):
                if buffer.count < range.count { buffer = [UInt8](repeating: 0, count: range.count) }
                try source.read(range, into: &buffer)
                output += buffer[..<range.count]
            }
        }
        return output
    }
}

extension ByteSource {
    /// Where this output first holds something else than the pieces of a plan.
    ///
    /// - Parameters:
    ///   - start: where the first of them should be.
    ///   - input: what pieces are copied from.
    /// - Returns: the start of the piece that is not there; `nil` where all are.
    func firstDifference(
        from pieces: some Sequence<OutputPlan.Piece>, at start: Int, _ input: any ByteSource
    ) throws(ByteSourceError) -> Int? {
        var (position, window) = (start, ByteWindow(self, capacity: 4_096))
        // Ranges behind which nothing moved are compared together.
        var (copies, distance) = ([Range<Int>](), 0)
        func differs() throws(ByteSourceError) -> Int? {
            guard let first = copies.first else { return nil }
            let isSame = try input.holdsSameBytes(in: copies, as: self, furtherBy: distance)
            copies = []
            return isSame ? nil : first.lowerBound + distance
        }
        for piece in pieces {
            let range = position..<position + piece.count
            guard range.upperBound <= size else { return range.lowerBound }
            position = range.upperBound
            switch piece {
            case .bytes(let bytes):
                guard try window.bytes(in: range).holdsSameBytes(as: bytes) else { return range.lowerBound }
            case .copy(let from):
                if isKnownCopy(range, of: from) { continue }
                let isNext = from.lowerBound >= copies.last?.upperBound ?? 0
                if range.lowerBound - from.lowerBound != distance || !isNext || copies.count == 1_024,
                    let place = try differs()
                {
                    return place
                }
                distance = range.lowerBound - from.lowerBound
                copies.append(from)
            }
        }
        return try differs()
    }
}
