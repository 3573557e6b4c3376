import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What a cleaner makes of one sample in memory, which lies in the midst of other bytes.
struct CodedSample {
    let input: [UInt8]
    private(set) var output: [UInt8]
    /// What was written over, from the start of the sample.
    private(set) var ranges: [Range<Int>] = []
    let summaries: [CodedFindings.Summary]
    /// Why the rest was not looked into.
    private(set) var error: ParseError?

    init(_ bytes: [UInt8], _ cleaner: some SampleCleaner, limits: Limits = Limits()) throws {
        let others = [UInt8](repeating: 0xA5, count: 7)
        // Small, so that it moves within a sample.
        var window = ByteWindow(MemorySource(others + bytes + others), capacity: 61)
        let sample = others.count..<others.count + bytes.count
        var (cleaner, found) = (cleaner, CodedFindings(limits: limits))
        do {
            try cleaner.clean(sample, &window, &found)
        } catch let error as ParseError {
            self.error = error
        }
        (input, output, summaries) = (bytes, bytes, found.summaries)
        for change in found.changes {
            try #require(sample.lowerBound <= change.range.lowerBound && change.range.upperBound <= sample.upperBound)
            try #require(change.range.count == change.bytes.count)
            let range = change.range.lowerBound - others.count..<change.range.upperBound - others.count
            output.replaceSubrange(range, with: change.bytes)
            ranges.append(range)
        }
    }

    var parts: [CodedPart] { summaries.map(\.part) }

    /// Cut off anywhere, and changed at random: nothing happens outside of it, and nothing is left for a second time.
    static func expectSturdy(_ bytes: [UInt8], _ cleaner: some SampleCleaner, _ what: Comment) throws {
        var random = Seeded(UInt64(bytes.count))
        let cut = bytes.indices.map { Array(bytes[..<$0]) }
        let changed = (0..<2_000).map { _ in random.mutated(bytes, [bytes]) }
        for bytes in cut + changed {
            let first = try CodedSample(bytes, cleaner)
            #expect(first.output.count == bytes.count, what)
            let second = try CodedSample(first.output, cleaner)
            #expect(second.output == first.output, "\(what): \(bytes)")
        }
    }
}

/// The same, as bytes; for samples that make sense.
func cleaned(_ bytes: [UInt8], _ cleaner: some SampleCleaner) throws -> [UInt8] {
    let sample = try CodedSample(bytes, cleaner)
    if let error = sample.error { throw error }
    return sample.output
}
