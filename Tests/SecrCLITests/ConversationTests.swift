import SecrCLI
import Testing

@Suite struct KeyReaderTests {
    private func keys(_ bytes: [UInt8]) -> [KeyReader.Key] {
        var reader = KeyReader()
        return bytes.compactMap { reader.read($0) }
    }

    private func keys(_ text: String) -> [KeyReader.Key] { keys(Array(text.utf8)) }

    @Test(
        arguments: [
            ("\r", .enter), ("\n", .newline), ("\u{1B}\r", .newline), ("\u{1B}[13;2u", .newline),
            ("\u{1B}[27;2;13~", .newline), ("\u{7F}", .backspace), ("\u{8}", .backspace), ("\u{1B}[3~", .delete),
            ("\u{1B}[A", .up), ("\u{1B}OB", .down), ("\u{1B}[C", .right), ("\u{1B}OD", .left),
            ("\u{1B}[1;5C", .wordRight),
            ("\u{1B}[1;3D", .wordLeft), ("\u{1B}b", .wordLeft), ("\u{1B}f", .wordRight), ("\u{1B}[H", .home),
            ("\u{1B}[1~", .home), ("\u{1B}OF", .end), ("\u{1B}[4~", .end), ("\u{1}", .home), ("\u{5}", .end),
            ("\u{15}", .killBackward), ("\u{B}", .killForward), ("\u{17}", .killWordBackward),
            ("\u{1B}\u{7F}", .killWordBackward), ("\u{1B}d", .killWordForward), ("\u{3}", .interrupt),
            ("\u{4}", .endOfInput), ("\u{1A}", .suspend), ("\u{C}", .redraw), ("é", .character("é")),
            ("日", .character("日")), ("\u{1F600}", .character("\u{1F600}")), ("\t", .character("\t")),
        ] as [(String, KeyReader.Key)])
    func everyKeyHasItsMeaning(bytes: String, key: KeyReader.Key) {
        #expect(keys(bytes) == [key])
        // In the middle of others, too.
        #expect(keys("a" + bytes + "b") == [.character("a"), key, .character("b")])
    }

    @Test(arguments: [
        "\u{1B}[99~", "\u{1B}[1;1R", "\u{1B}Oz", "\u{1B}x", "\u{0}", "\u{1C}", "\u{1B}[200;x", "\u{1B}[\r",
    ])
    func whatMeansNothingIsNotText(bytes: String) {
        #expect(keys(bytes + "\u{1B}[A").last == .up)
        #expect(!keys(bytes).contains { if case .character = $0 { true } else { false } })
    }

    @Test func brokenTextIsLeftOut() {
        #expect(
            keys([0xFF, 0x61, 0xC3, 0x62, 0xE6, 0x97, 0x63]) == [.character("a"), .character("b"), .character("c")])
        #expect(keys([0xED, 0xA0, 0x80, 0xC0, 0x80, 0xC2, 0x9B, 0x64]) == [.character("d")])
    }

    @Test func pastesAreOneKeyWithTheirLines() {
        let text = "one\r\ntwo\rthree\n\u{1B}[31m\u{3}\u{7F}four\t"
        #expect(
            keys("\u{1B}[200~\(text)\u{1B}[201~x") == [
                .paste(Array("one\ntwo\nthree\n[31mfour\t".unicodeScalars)), .character("x"),
            ])
        let long = String(repeating: "a", count: KeyReader.longestPaste + 5_000)
        let kept = long.unicodeScalars.prefix(KeyReader.longestPaste)
        #expect(keys("\u{1B}[200~\(long)\u{1B}[201~\r") == [.paste(Array(kept)), .enter])
    }

    @Test func aSingleEscapeIsGivenUp() {
        var reader = KeyReader()
        #expect(reader.read(0x1B) == nil && reader.isInDoubt)
        reader.giveUp()
        #expect(!reader.isInDoubt && reader.read(UInt8(ascii: "[")) == .character("["))
    }

    @Test func noBytesAreTooManyOrTooStrange() {
        var random = SystemRandomNumberGenerator()
        var (reader, editor) = (KeyReader(), LineEditor())
        let liked: [UInt8] = Array("\u{1B}[O;~ABCD200201 \u{301}日\u{200D}\u{1F1E6}\n\u{7F}".utf8)
        for _ in 0..<20_000 {
            let byte = Bool.random(using: &random) ? liked.randomElement() ?? 0 : UInt8.random(in: 0...255)
            if byte == 0x0D { continue }
            if let key = reader.read(byte) { _ = editor.apply(key) }
            #expect(editor.place <= editor.count)
        }
    }
}

@Suite struct LineEditorTests {
    /// What is there after keys, with a bar where the next character goes.
    private func text(_ keys: String, in editor: inout LineEditor) -> String {
        var reader = KeyReader()
        for byte in keys.utf8 { if let key = reader.read(byte) { _ = editor.apply(key) } }
        var scalars = Array(editor.string.unicodeScalars)
        scalars.insert("|", at: editor.place)
        return scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    private func text(_ keys: String) -> String {
        var editor = LineEditor()
        return text(keys, in: &editor)
    }

    private static let (left, right, up, down) = ("\u{1B}[D", "\u{1B}[C", "\u{1B}[A", "\u{1B}[B")

    @Test(arguments: [
        ("abc\(left)\(left)x", "ax|bc"), ("abc\u{1}x\u{5}y", "xabcy|"), ("one two\u{17}", "one |"),
        ("one two \u{1B}b\u{B}", "one |"), ("one two\u{1}\u{1B}f", "one| two"), ("one two\u{1}\u{1B}d", "| two"),
        ("one\ntwo\u{15}", "one\n|"), ("one\ntwo\u{1}\u{7F}", "one|two"), ("one\ntwo\(up)\u{B}", "one|two"),
        ("one\ntwo\(up)\(up)x", "onex|\ntwo"), ("a\nlonger\(up)x\(down)y", "ax\nloy|nger"),
        ("ab\(left)\u{1B}[3~", "a|"),
        ("ab\(left)\u{4}", "a|"), ("\u{7F}\(left)\(right)\u{17}\u{15}\u{B}", "|"),
        // A character is one, whatever it consists of.
        ("e\u{301}x\(left)\(left)y", "y|e\u{301}x"), ("ae\u{301}\u{7F}", "a|"),
        ("a\u{1F468}\u{200D}\u{1F469}\u{7F}", "a|"), ("\u{1F44D}\u{1F3FD}\(left)x", "x|\u{1F44D}\u{1F3FD}"),
        ("\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}\(left)x", "\u{1F1E9}\u{1F1EA}x|\u{1F1EB}\u{1F1F7}"),
        ("日本\(left)x", "日x|本"), ("\u{301}\u{7F}", "|"), ("a\n\u{301}\u{7F}", "a\n|"),
        ("\u{1B}[200~a\r\nb\u{1B}[201~c", "a\nbc|"),
    ])
    func keysDoWhatTheyDoElsewhere(keys: String, expected: String) {
        #expect(text(keys) == expected)
    }

    @Test func whatWasSentComesBack() {
        var editor = LineEditor()
        for line in ["first", "second\nline", "second\nline"] {
            _ = text(line, in: &editor)
            #expect(editor.apply(.enter) == .send(line))
            #expect(editor.count == 0 && editor.place == 0)
        }
        #expect(text("draft" + Self.up, in: &editor) == "second\nline|")
        #expect(text(Self.up, in: &editor) == "seco|nd\nline")
        #expect(text(Self.up, in: &editor) == "first|")
        #expect(text(Self.up + "!", in: &editor) == "first!|")
        #expect(text(Self.down, in: &editor) == "second\nline|")
        #expect(text(Self.down, in: &editor) == "draft|")
        #expect(text(Self.down, in: &editor) == "draft|")
        editor.clear()
        #expect(text(Self.up, in: &editor) == "|")
    }

    @Test func onlySpacesAreNothing() {
        var editor = LineEditor()
        #expect(editor.apply(.enter) == nil)
        #expect(text("  \n ", in: &editor) == "  \n |" && editor.apply(.enter) == nil)
        #expect(editor.apply(.endOfInput) == nil)
        #expect(text("\u{15}\u{7F}\u{15}", in: &editor) == "|" && editor.apply(.endOfInput) == .end)
    }

    @Test func thereIsAnEndToText() {
        var editor = LineEditor()
        let much = [Unicode.Scalar](repeating: "a", count: LineEditor.longestText - 1)
        for key in [.paste(much), .character("b"), .character("c"), .paste(much)] as [KeyReader.Key] {
            _ = editor.apply(key)
        }
        #expect(editor.count == LineEditor.longestText && editor.string.hasSuffix("ab"))
    }
}

@Suite struct CellWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("ｱ", 1), ("Ａ", 2), ("한국", 4), ("\u{1F600}", 2),
        ("☺", 1), ("⌚", 2), ("\u{1F1E9}\u{1F1EA}", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("א", 1), ("\u{7}", 0),
    ])
    func countsAsTerminalsDo(text: String, width: Int) {
        #expect(CellWidth.of(text) == width)
    }

    @Test func cutsWithinTheWidth() {
        #expect(CellWidth.cut("abcdef", to: 6) == "abcdef")
        #expect(CellWidth.cut("abcdef", to: 4) == "abc…")
        #expect(CellWidth.cut("日本語", to: 4) == "日…")
        #expect(CellWidth.cut("日本語", to: 1) == "…" && CellWidth.cut("日", to: 0) == "")
    }
}
