import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// `relay_vectors.py`, which was written from secr-protocol(7) alone, makes the page's examples and takes what the codec
/// takes.
@Suite(
    .enabled(
        if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0,
        "the reader needs python3-cryptography"))
struct RelayVectorTests {
    static let reader = Repository.file("Tests/SecrWireTests/relay_vectors.py").path

    @Test func theExamplesOfThePageAreItsOwn() throws {
        let run = try Run.program("python3", ["-B", Self.reader, "vectors"])
        #expect(run.status == 0, "\(run.errors)")
        let sections = run.text.split(separator: ".Ss ")
        #expect(sections.count == 8)
        for section in sections {
            let lines = section.split(separator: "\n", maxSplits: 1)
            #expect(try Page.relay.section(String(lines[0])).contains("indent\n\(lines[1]).Ed"), "\(lines[0])")
        }
    }

    /// What is read from a frame, in the words of the script.
    private func words(_ frame: [UInt8]) -> String {
        guard let command = try? Command(parsing: frame) else { return "refused" }
        func admitted(_ admission: Admission) -> String {
            if case .invitation(let proof) = admission { hexadecimal(proof) } else { "none" }
        }
        let box =
            if case .box(let days, let cells) = command.address.kind { ["\(days)", "\(cells)"] } else { [String]() }
        let (name, rest): (String, [String]) =
            switch command.request {
            case .create(let admission): ("create", [admitted(admission)])
            case .put: ("put", [hexadecimal(command.digest)])
            case .get(let after, let wait): ("get", ["\(after)", "\(wait)"])
            case .acknowledge(let upTo): ("acknowledge", ["\(upTo)"])
            case .drop: ("drop", [])
            case .store(let size, let days, let admission):
                ("store", ["\(size.count)", "\(days)", admitted(admission), hexadecimal(command.digest)])
            case .fetch(let size, let day): ("fetch", ["\(size.count)", "\(day.rawValue)"])
            case .remove(let size, let day): ("remove", ["\(size.count)", "\(day.rawValue)"])
            }
        return
            ([
                command.isAuthentic(in: frame) ? "authentic" : "foreign", name, "\(command.day.rawValue)",
                hexadecimal(command.nonce.bytes), hexadecimal(command.address.name),
            ] + box + rest).joined(separator: " ")
    }

    @Test func bothReadTheSame() throws {
        let good = Samples.requests.map { Samples.frame(Samples.command($0)) }
        var random = Seeded(7)
        var frames = good
        // Every byte once, of every frame.
        for frame in good {
            for offset in 0..<512 { frames.append(frame.flipping(offset * 8 + random.below(8))) }
        }
        for _ in 0..<2_000 {
            frames.append(good[random.below(good.count)].replacing(120 + random.below(18), with: random.bytes(2)))
            let (one, other) = (good[random.below(good.count)], good[random.below(good.count)])
            let cut = random.below(512)
            frames.append(Array(one[..<cut] + other[cut...]))
        }
        // Keys without an owner, and signatures for every message.
        let lengths = ["00", "01", "ec"].flatMap { first in ["00", "7f", "80", "ff"].map { (first, $0) } }
        for (first, last) in lengths {
            let middle = first == "ec" ? "ff" : "00"
            let point = hexadecimal(first + String(repeating: middle, count: 30) + last)
            frames.append(
                good[9].replacing(24, with: point).replacing(448, with: point + [UInt8](repeating: 0, count: 32)))
            frames.append(good[9].replacing(448, with: point))
        }
        let run = try Run.program("python3", ["-B", Self.reader, "check"], input: frames.flatMap(\.self))
        try #require(run.status == 0, "\(run.errors)")
        let theirs = run.text.split(separator: "\n").map(String.init)
        try #require(theirs.count == frames.count)
        var verdicts: [Substring: Int] = [:]
        for (frame, line) in zip(frames, theirs) {
            verdicts[line.prefix { $0 != " " }, default: 0] += 1
            if words(frame) != line { Issue.record("\(words(frame)) here, \(line) there: \(hexadecimal(frame))") }
        }
        #expect(verdicts["authentic", default: 0] >= good.count, "\(verdicts)")
        #expect(verdicts["foreign", default: 0] > 1_000 && verdicts["refused", default: 0] > 1_000, "\(verdicts)")
    }
}
