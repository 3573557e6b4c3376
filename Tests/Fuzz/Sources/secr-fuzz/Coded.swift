internal import SecrBytes
@testable internal import SecrScrub

/// The codings, in the order in which the first byte of an input names them.
private let codings: [(name: FourCC, kind: ObjectType)] = [
    ("avc1", .other), ("hvc1", .other), ("av01", .other), ("vp09", .other), ("mp4v", .visual), ("mp4v", .mpegVideo),
    ("mp4a", .aac), ("Opus", .other), ("jpeg", .other), ("apcn", .other), ("dvc ", .other),
]

/// Coded samples: nothing changes outside of them or in length, and nothing is left for a second time.
///
/// An input has the number of the coding, how many bytes a decoder is set up with, these bytes, and one sample or two.
func checkCoded(_ input: [UInt8]) -> Bool {
    guard input.count > 2, input.count >= 2 + Int(input[1]) else { return false }
    let (coding, start) = (codings[Int(input[0]) % codings.count], 2 + Int(input[1]))
    let setUp = CodecSetUp(objectType: coding.kind, bytes: Array(input[2..<start]))
    let shown = setUp.objectType.withoutTexts(setUp.bytes)
    require(setUp.objectType.withoutTexts(shown) == shown, "the set-up changes a second time")
    guard case .cleaner(let cleaner) = Cleaning(coding.name, setUp, limits: Limits()) else { return false }
    let middle = Int(input[0]) / codings.count % 2 == 0 ? input.count : start + (input.count - start) / 2
    let samples = [start..<middle, middle..<input.count]
    let output = cleaned(input, samples, cleaner)
    require(cleaned(output, samples, cleaner) == output, "something is left for a second time")
    return true
}

private func cleaned(_ input: [UInt8], _ samples: [Range<Int>], _ cleaner: any SampleCleaner) -> [UInt8] {
    var cleaner = cleaner
    // Small, so that it moves within a sample.
    var window = ByteWindow(MemorySource(input), capacity: 61)
    var output = input
    for sample in samples {
        var found = CodedFindings(limits: Limits())
        do {
            try cleaner.clean(sample, &window, &found)
        } catch {
            require(error is ParseError, "an error that is not declared: \(error)")
        }
        for change in found.changes {
            require(sample.contains(change.range), "a change outside of the sample")
            require(change.range.count == change.bytes.count, "a change of another size")
            output.replaceSubrange(change.range, with: change.bytes)
        }
        guard let changes = try? found.takeChanges() else { fail("changes upon each other") }
        let pieces = changes.pieces(of: sample).map { piece in
            switch piece {
            case .copy(let range): Array(input[range])
            case .bytes(let bytes): bytes
            }
        }
        require(pieces.joined().elementsEqual(output[sample]), "what is written is not what was changed")
        for part in found.empty { require(sample.contains(part), "a part outside of the sample") }
        _ = found.findings
    }
    return output
}
