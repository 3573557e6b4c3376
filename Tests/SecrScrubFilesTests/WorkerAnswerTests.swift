import SecrBytes
import SecrReceipt
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import Testing

/// What passes between the tool and a process that has read a hostile file.
@Suite struct WorkerAnswerTests {
    private static let limitations: [Limitation] = [
        .statement(["the date (the month)", "the author"]), .content, .sensorNoise, .sensorNoiseOfPhotos,
        .commonQuantization(quality: 80), .ownQuantization, .ownProfile,
        .ownPrimaries, .gainMap, .croppedPixels, .hiddenMedia(seconds: 7), .subtitles, .protectedTracks, .pages,
        .instructionComments(3), .innerPhotos(4), .unreadInstructions, .innerNotes, .decrypted, .attachments(2),
        .repaired, .codedRemains(["AAC", "ALAC"]), .encoderDecisions, .keptParts([.icc, .xmp]),
    ]
    private static let findings: [Finding] = [
        Finding(
            .exif, reveals: [.location, .time], "GPS position", value: "48.2 \u{1B}[2J\u{202E}", range: 2..<90,
            action: .removed),
        Finding(.icc, "colour profile", range: 0..<Int.max, action: .reduced),
        Finding(.comment, "", value: "", range: 5..<5, action: .kept),
    ]
    private static let answers: [WorkerAnswer] = [
        .copied([]), .copied([Receipt.Copy(input: 0, output: 5, count: .max)]), .written, .compared(isSame: true),
        .compared(isSame: false),
        .identified(digest: Array(0..<32), prefix: [1, 2]),
        .failed(FileFailure(.password, "the document is encrypted", hint: "--password-file tells where it is")),
        .failed(FileFailure(.damaged, "ends too early", at: 12)),
        .prepared(format: .pdf, findings: findings, limitations: limitations, size: 123_456_789_012),
        .inspected(
            Inspection(format: .heif, summary: "8 × 8 pixels", findings: findings, limitations: limitations)),
    ]

    @Test(arguments: answers) func arrivesAsItWasSent(_ answer: WorkerAnswer) throws {
        #expect(try WorkerAnswer(answer.bytes) == answer)
    }

    @Test(arguments: answers) func whatIsCutOffOrTooLongIsNoAnswer(_ answer: WorkerAnswer) {
        for count in 0..<answer.bytes.count {
            #expect(throws: ParseError.self) { try WorkerAnswer(Array(answer.bytes.prefix(count))) }
        }
        #expect(throws: ParseError.self) { try WorkerAnswer(answer.bytes + [0]) }
    }

    @Test func whateverComesIsAnErrorAtWorst() {
        var effort = Effort("answers of workers", atLeast: 20_000)
        while effort.next() {
            var bytes = Self.answers.randomElement(using: &effort.random)!.bytes
            for _ in 0..<Int.random(in: 1...4, using: &effort.random) {
                bytes[Int.random(in: bytes.indices, using: &effort.random)] = .random(
                    in: 0...255, using: &effort.random)
            }
            _ = try? WorkerAnswer(bytes)
        }
    }

    /// They would be printed as they are.
    @Test(arguments: ["\u{1B}[2J", "a\nb", "\u{202E}x", "\u{200B}", "\u{9B}0m"])
    func messagesThatATerminalWouldActUponAreNoAnswer(_ text: String) {
        for answer: WorkerAnswer in [
            .failed(FileFailure(.io, text)), .failed(FileFailure(.io, "x", hint: text)),
            .inspected(Inspection(format: .png, summary: text, findings: [], limitations: [])),
            .prepared(
                format: .png, findings: [Finding(.gap, text, range: 0..<1, action: .removed)], limitations: [], size: 1),
            .prepared(format: .mp4, findings: [], limitations: [.codedRemains([text])], size: 1),
        ] { #expect(throws: ParseError.self) { try WorkerAnswer(answer.bytes) } }
    }
}
