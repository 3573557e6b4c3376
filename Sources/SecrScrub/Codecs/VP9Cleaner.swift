package import SecrBytes

/// VP9 (bitstream specification, annex B): pictures that are one sample, the list of their sizes behind them.
///
/// Between the two nothing is read.
package struct VP9Cleaner: SampleCleaner {
    private let limits: Limits

    package init(limits: Limits) { self.limits = limits }

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        guard let last = sample.last else { return }
        let marker = try window.byte(at: last)
        guard marker & 0xE0 == 0xC0 else { return }
        let (pictures, width) = (Int(marker & 7) + 1, Int(marker >> 3 & 3) + 1)
        let size = 2 + pictures * width
        guard size <= sample.count, try window.byte(at: sample.upperBound - size) == marker else { return }
        let list = sample.upperBound - size..<sample.upperBound
        let bytes = try window.bytes(in: list)
        let sum = (0..<pictures * width).reduce(0) { $0 + Int(bytes[1 + $1]) << (8 * ($1 % width)) }
        guard sum <= list.lowerBound - sample.lowerBound else {
            throw ParseError(.truncated, at: sample.lowerBound, "pictures of VP9 that end early")
        }
        let gap = sample.lowerBound + sum..<list.lowerBound
        guard gap.count <= limits.codedPartBytes else {
            throw ParseError(.limit, at: gap.lowerBound, "too much behind pictures of VP9")
        }
        let old = try window.bytes(in: gap)
        try found.replace(gap, old, by: [UInt8](repeating: 0, count: gap.count), as: .fill)
        try found.leaveOut(gap)
    }
}
