import SecrBytes
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

/// What is read back of an output while it is written.
@Suite struct ReadBackTests {
    let folder: TemporaryFolder
    let source: FileSource
    let plan: OutputPlan
    let good: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        let input = try Fixture.named("slack.mp4").bytes
        try folder.write(input, to: "in")
        source = try Self.open(folder, "in", size: input.count)
        plan = try Scrubber().prepare(source).plan
        good = try plan.bytes(from: source)
    }

    private static func open(_ folder: TemporaryFolder, _ name: String, size: Int) throws -> FileSource {
        FileSource(try OwnedDescriptor.openForReading(FilePath(folder.file(name).path)), size: size)
    }

    /// The copies of the plan: where in the output, and of what.
    private var copies: [(output: Range<Int>, original: Range<Int>)] {
        var position = 0
        return plan.pieces.compactMap { piece in
            defer { position += piece.count }
            guard case .copy(let range) = piece else { return nil }
            return (position..<position + piece.count, range)
        }
    }

    private func readBack(_ output: [UInt8], _ positions: [Int]) throws -> ReadBackSource {
        try folder.write(output, to: "out")
        let readBack = ReadBack(plan, source: source, output: try Self.open(folder, "out", size: output.count))
        guard let thread = WorkerThread({ readBack.run() }) else {
            throw SystemError("thread", nil, .resourceTemporarilyUnavailable)
        }
        for position in positions { readBack.reached(position) }
        readBack.end()
        thread.wait()
        return readBack.result
    }

    @Test func copiesAreKnown() throws {
        #expect(copies.count > 3)
        for positions in [[good.count], [1, 2, good.count], Array(0...good.count)] {
            let result = try readBack(good, positions)
            for copy in copies {
                #expect(result.isKnownCopy(copy.output, of: copy.original))
                #expect(
                    result.isKnownCopy(copy.output.dropFirst(3).dropLast(2), of: copy.original.dropFirst(3).dropLast(2))
                )
                // What was copied from elsewhere, and what goes beyond a copy.
                #expect(!result.isKnownCopy(copy.output.dropFirst(1), of: copy.original.dropLast(1)))
                #expect(!result.isKnownCopy(copy.output.lowerBound - 1..<copy.output.upperBound, of: copy.original))
            }
            try Scrubber().prepare(source).verify(result)
        }
    }

    /// What was not written when it ended, and everything from the first difference on.
    @Test func theRestIsNotKnown() throws {
        let (first, last) = (try #require(copies.first), try #require(copies.last))
        let early = try readBack(good, [last.output.upperBound - 1])
        #expect(early.isKnownCopy(first.output, of: first.original))
        #expect(!early.isKnownCopy(last.output, of: last.original))
        var bad = good
        bad[last.output.upperBound - 1] ^= 1
        for positions in [[bad.count], [first.output.upperBound, bad.count]] {
            let result = try readBack(bad, positions)
            #expect(!result.isKnownCopy(last.output, of: last.original))
            #expect(throws: ScrubError.self) { try Scrubber().prepare(source).verify(result) }
        }
        #expect(try !readBack(bad, []).isKnownCopy(first.output, of: first.original))
    }
}
