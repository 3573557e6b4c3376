import SecrBytes
import SecrScrub

/// A file that is much larger than what is in it: zeros follow its first bytes.
struct ZeroFilledSource: ByteSource {
    let head: [UInt8]
    let size: Int

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        for (place, offset) in range.enumerated() { buffer[place] = offset < head.count ? head[offset] : 0 }
    }
}

/// The output of a plan that nobody wrote. Its copies are known to be some.
struct PlannedSource: ByteSource {
    let plan: OutputPlan
    let source: any ByteSource

    var size: Int { plan.size }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        var start = 0
        for piece in plan.pieces {
            let part = range.clamped(to: start..<start + piece.count)
            defer { start += piece.count }
            if part.isEmpty { continue }
            var bytes = [UInt8](repeating: 0, count: part.count)
            switch piece {
            case .bytes(let all): bytes = Array(all[part.lowerBound - start..<part.upperBound - start])
            case .copy(let from):
                let first = from.lowerBound + part.lowerBound - start
                try source.read(first..<first + part.count, into: &bytes)
            }
            let place = part.lowerBound - range.lowerBound
            buffer.replaceSubrange(place..<place + part.count, with: bytes)
        }
    }

    func isKnownCopy(_ range: Range<Int>, of original: Range<Int>) -> Bool {
        var start = 0
        for piece in plan.pieces {
            if case .copy(let from) = piece, start == range.lowerBound, from == original { return true }
            start += piece.count
        }
        return false
    }
}
