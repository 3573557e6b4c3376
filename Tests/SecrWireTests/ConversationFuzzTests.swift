import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// Links, greetings, cells and contents that nobody meant to send, or somebody meant badly: they are refused, or written as
/// the same bytes again.
@Suite struct ConversationFuzzTests {
    static let runs = 200_000

    /// - Parameter isSame: whether something was read from the bytes, and it is theirs.
    private func fuzz(
        _ name: String, _ effort: inout Effort, _ make: (inout Seeded) -> [UInt8],
        _ read: ([UInt8]) throws(WireError) -> [UInt8]
    ) {
        var (taken, refused) = (0, 0)
        while effort.next() {
            let bytes = make(&effort.random)
            do throws(WireError) {
                let written = try read(bytes)
                taken += 1
                if written != bytes { Issue.record("\(name), seed \(effort.seed): \(bytes)") }
            } catch {
                refused += 1
                if !(0...bytes.count + 64).contains(error.offset) {
                    Issue.record("\(name), \(error), seed \(effort.seed): \(bytes)")
                }
            }
        }
        #expect(taken > effort.iterations / 50 && refused > effort.iterations / 50, "\(taken), \(refused)")
    }

    /// Near to one of these, or with a field that is anything.
    private func near(_ forms: [Form], _ random: inout Seeded) -> [UInt8] {
        let bytes = forms[random.below(forms.count)].bytes
        switch random.below(8) {
        case 0: return random.bytes(random.below(400))
        case 1: return [1, UInt8(1 + random.below(7)), 0, 0] + random.bytes(28 + random.below(120))
        case 2, 3: return bytes.replacing(random.below(bytes.count), with: random.bytes(1))
        default: return random.mutated(bytes, forms.map(\.bytes))
        }
    }

    @Test func contents() {
        var effort = Effort("contents", atLeast: Self.runs)
        // Large ones take long to change, and are no different.
        let forms = Form.contents.filter { $0.bytes.count < 2_000 }
        fuzz("contents", &effort) {
            near(forms, &$0)
        } _: { (bytes) throws(WireError) in
            try Content(parsing: bytes).encoded
        }
    }

    /// Each has two codes to be made.
    @Test(arguments: [Form.link, .hello, .welcome]) func greetings(form: Form) {
        var effort = Effort(form.testDescription, atLeast: Self.runs / 4)
        fuzz(form.testDescription, &effort) {
            near([form, Form.link, .hello], &$0)
        } _: { (bytes) throws(WireError) in
            try form.again(bytes)
        }
    }

    /// As text, without a good check sum.
    @Test func links() {
        var effort = Effort("links", atLeast: Self.runs)
        let link = Said.invitation.link
        var taken = 0
        while effort.next() {
            var text = link
            switch effort.random.below(3) {
            case 0: text = effort.random.scattered(link)
            case 1: text = String(decoding: effort.random.mutated(Array(link.utf8), []), as: UTF8.self)
            default: text = "secr:" + base64(effort.random.bytes(effort.random.below(200)))
            }
            guard let invitation = try? Invitation(link: text) else { continue }
            taken += 1
            if invitation != Said.invitation { Issue.record("seed \(effort.seed): \(text)") }
        }
        #expect(taken > effort.iterations / 50 && taken < effort.iterations / 2, "\(taken)")
    }

    /// Each costs sixteen thousand bytes twice, so there are fewer.
    @Test func cells() {
        var effort = Effort("cells", atLeast: Self.runs / 20)
        let forms = Form.frames
        fuzz("cells", &effort) { random in
            var frame = forms[random.below(forms.count)].bytes
            for _ in 0..<random.below(3) {
                frame[random.below(16)] = UInt8(random.below(random.below(2) == 0 ? 4 : 256))
            }
            if random.below(4) == 0 { frame[random.below(frame.count)] ^= 1 << UInt8(random.below(8)) }
            if random.below(32) == 0 { frame = [1, 3] + random.bytes(CellFrame.size - 2) }
            return frame
        } _: { (bytes) throws(WireError) in
            try forms[0].again(bytes)
        }
    }

    /// Bytes that are no cell, and cells of others.
    @Test func noise() throws {
        var effort = Effort("noise")
        while effort.next() {
            let count = effort.random.below(4) == 0 ? effort.random.below(20_000) : Cell.size
            let cell = [UInt8](repeating: UInt8(effort.random.below(256)), count: count)
            if let frame = try? CellFrame(unwrapping: cell, key: macs.wrap) { Issue.record("\(frame.kind)") }
        }
    }
}

extension Seeded {
    /// A link with white space in some places, and maybe a letter that is wrong.
    mutating func scattered(_ link: String) -> String {
        let spaces = ["\n", "\r\n", " ", "\t", "\u{A0}", "\u{2028}", "\u{3000}", "\u{B}", "\u{85}"]
        var letters = Array(link.unicodeScalars)
        for _ in 0..<below(12) {
            letters.insert(contentsOf: spaces[below(spaces.count)].unicodeScalars, at: below(letters.count))
        }
        if below(2) == 0 {
            let wrong = ["A", "_", "é", "\0", "\u{200B}", "\u{1C}", "\u{1F}", "\u{301}", "+", "=", ""]
            let place = below(letters.count)
            letters.replaceSubrange(place...place, with: wrong[below(wrong.count)].unicodeScalars)
        }
        return String(String.UnicodeScalarView(letters))
    }
}
