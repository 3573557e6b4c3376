import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// `message_vectors.py`, which was written from secr-message(7) alone, makes the page's examples and takes what the codec
/// takes.
@Suite(
    .enabled(
        if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0,
        "the reader needs python3-cryptography"))
struct MessageVectorTests {
    static let reader = Repository.file("Tests/SecrWireTests/message_vectors.py").path

    @Test func theExamplesOfThePageAreItsOwn() throws {
        let run = try Run.program("python3", ["-B", Self.reader, "vectors"])
        #expect(run.status == 0, "\(run.errors)")
        let sections = run.text.split(separator: ".Ss ")
        #expect(sections.count == 8)
        for section in sections {
            let lines = section.split(separator: "\n", maxSplits: 1)
            #expect(try Page.message.section(String(lines[0])).contains("indent\n\(lines[1]).Ed"), "\(lines[0])")
        }
    }

    private func words(_ box: WriteCapability) -> [String] {
        [hexadecimal(box.readKey), hexadecimal(box.writeSeed.bytes), "\(box.days)", "\(box.cells)", box.origin]
    }

    private func words(_ attachment: SecrWire.Attachment) -> [String] {
        var words = [hexadecimal(attachment.secret.bytes), hexadecimal(attachment.hash), "\(attachment.size)"]
        words += ["\(attachment.width)", "\(attachment.height)", "\(attachment.blobSize.rawValue)"]
        words += attachment.runs.map { "\($0.first):\($0.lastDay.rawValue)" }
        words.append(attachment.origin)
        words += [attachment.name, attachment.mediaType, attachment.caption].map { hexadecimal($0.utf8) }
        return words + [hexadecimal(attachment.preview)]
    }

    private func words(_ content: Content) -> [String] {
        let (kind, rest): (Int, [String]) =
            switch content.body {
            case .text(let text): (1, [hexadecimal(text.utf8)])
            case .attachment(let attachment): (2, words(attachment))
            case .receipt: (3, [])
            case .box(let box): (4, words(box))
            case .lifetime(let seconds): (5, ["\(seconds)"])
            case .deletion(let number): (6, ["\(number)"])
            case .farewell: (7, [])
            }
        let head = [content.number, content.acknowledged, content.time, UInt64(content.lifetime)].map { "\($0)" }
        return ["\(kind)"] + head + rest
    }

    private func cellWords(_ cell: [UInt8]) -> [String]? {
        do {
            guard let frame = try CellFrame(unwrapping: cell, key: macs.keys.answerWrap) else { return ["closed"] }
            let numbers = [Int(frame.kind.rawValue), frame.part, frame.parts, Int(frame.sequence)]
            return numbers.map { "\($0)" } + [hexadecimal(frame.payload)]
        } catch {
            return nil
        }
    }

    /// What is read, in the words of the script.
    private func words(_ what: String, _ bytes: [UInt8]) -> String {
        let words: [String]? =
            switch what {
            case "link":
                (try? Invitation(link: String(decoding: bytes, as: UTF8.self))).map {
                    ["\($0.lastDay.rawValue)", hexadecimal($0.secret.bytes)] + self.words($0.answers)
                }
            case "hello":
                (try? Hello(parsing: bytes, macs.keys)).map { self.words($0.answers) + [hexadecimal($0.keyPackage)] }
            case "welcome":
                (try? Welcome(parsing: bytes, to: Form.helloBytes, macs.keys)).map {
                    [hexadecimal($0.signatureKey), hexadecimal($0.welcome)]
                }
            case "cell": cellWords(bytes)
            default: (try? Content(parsing: bytes)).map(self.words)
            }
        return words?.joined(separator: " ") ?? "refused"
    }

    /// Good ones, and others near to them, under codes and wraps that are good.
    private func samples(_ random: inout Seeded) -> [(what: String, bytes: [UInt8])] {
        var samples: [(String, [UInt8])] = []
        let others = Form.contents.map(\.bytes)
        for form in Form.contents {
            samples.append(("content", form.bytes))
            for _ in 0..<(form.bytes.count < 1_000 ? 150 : 10) {
                samples.append(("content", random.mutated(form.bytes, others)))
            }
        }
        let boxes = [Form.link.bytes, Form.hello.bytes]
        for _ in 0..<500 {
            samples.append(("link", Array(Form.link(random.mutated(Form.link.bytes, boxes)).utf8)))
            samples.append(("link", Array(random.scattered(Said.invitation.link).utf8)))
            let hello = random.mutated(Form.hello.bytes, boxes)
            let code = HMAC.code(for: Said.domain("secr hello 1") + hello, key: macs.hello)
            samples.append(("hello", hello + (random.below(8) == 0 ? random.bytes(64) : code)))
            let welcome = random.mutated(Form.welcome.bytes, boxes)
            let covered = Said.domain("secr welcome 1") + BLAKE2b.hash(Form.helloBytes) + welcome
            samples.append(("welcome", welcome + HMAC.code(for: covered, key: macs.welcome)))
        }
        for _ in 0..<100 {
            var frame = Form.frames[random.below(Form.frames.count)].bytes
            frame[random.below(16)] = UInt8(random.below(4))
            if random.below(4) == 0 { frame[random.below(frame.count)] ^= 1 }
            let sealed = XChaCha20Poly1305.seal(frame, nonce: Form.nonce, key: macs.keys.answerWrap)
            samples.append(("cell", Form.nonce + (random.below(8) == 0 ? sealed.flipping(7) : sealed)))
        }
        return samples
    }

    @Test func bothReadTheSame() throws {
        var random = Seeded(11)
        let samples = samples(&random)
        let lines = samples.map { "\($0.what) \(hexadecimal($0.bytes))\n" }.joined()
        let run = try Run.program("python3", ["-B", Self.reader, "check"], input: Array(lines.utf8))
        try #require(run.status == 0, "\(run.errors)")
        let theirs = run.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        try #require(theirs.count == samples.count)
        var (taken, refused): (Set<String>, Set<String>) = ([], [])
        for (sample, line) in zip(samples, theirs) {
            if line == "refused" { refused.insert(sample.what) } else { taken.insert(sample.what) }
            let ours = words(sample.what, sample.bytes)
            if ours != line {
                Issue.record("\(ours.prefix(300)) here, \(line.prefix(300)) there: \(sample.what) \(sample.bytes)")
            }
        }
        #expect(taken.count == 5 && refused.count == 5, "\(taken) \(refused)")
    }
}
