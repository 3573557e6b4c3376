import SecrCLI
import SecrSystem
import SystemPackage
import Testing

@Suite struct ArgumentsTests {
    enum Fruit: String { case apple, pear }

    static let flag = Option("flag", short: "f", help: "")
    static let name = Option("name", short: "n", value: .file(), help: "")
    static let fruit = Option("fruit", value: .choice("FRUIT", of: ["apple", "pear"]), help: "")
    static let jobs = Option("jobs", short: "j", value: .text("NUMBER"), help: "")

    private func parse(_ words: String...) throws(UsageError) -> Arguments {
        try Arguments(words.map { Array($0.utf8) }, options: [Self.flag, Self.name, Self.fruit, Self.jobs])
    }

    @Test func sortsOptionsAndOperands() throws {
        for parsed in [
            try parse("a", "-f", "--name", "x", "b"), try parse("-fnx", "a", "b"),
            try parse("--name=x", "--flag", "--", "a", "b"),
        ] {
            #expect(parsed.has(Self.flag))
            #expect(try parsed.path(Self.name) == "x")
            #expect(parsed.operands == ["a", "b"])
        }
        #expect(try parse("-", "--", "-f", "--name").operands == ["-", "-f", "--name"])
        #expect(try parse("--name=", "a").bytes(Self.name) == [])
        #expect(try parse("-n", "-f").path(Self.name) == "-f")
        #expect(try parse("-n1", "-n2").path(Self.name) == "2")
    }

    @Test func operandsAreBytes() throws {
        let parsed = try Arguments([[0xFF, 0x0A], Array("--name=".utf8) + [0xFE]], options: [Self.name])
        #expect(parsed.operands.map(\.rawBytes) == [[0xFF, 0x0A]])
        #expect(parsed.bytes(Self.name) == [0xFE])
    }

    @Test(arguments: [
        ["--unknown"], ["-x"], ["--name"], ["-n"], ["--flag=1"], ["-f-"], [""], ["--nam", "x"], ["--=x"],
    ])
    func refusesNonsense(words: [String]) {
        #expect(throws: UsageError.self) {
            try Arguments(words.map { Array($0.utf8) }, options: [Self.flag, Self.name])
        }
    }

    @Test func valuesAreChecked() throws {
        #expect(
            try parse("--fruit", "apple,pear", "--fruit=apple").words(Self.fruit, as: Fruit.self) == [
                .apple, .pear, .apple,
            ])
        for wrong in ["plum", "apple,", ",", "Apple", ""] {
            #expect(throws: UsageError.self) { try parse("--fruit=\(wrong)").words(Self.fruit, as: Fruit.self) }
        }
        #expect(try parse("-j3").number(Self.jobs, from: 1) == 3)
        for wrong in ["0", "x", "", "99999999999999999999", "-1"] {
            #expect(throws: UsageError.self) { try parse("--jobs=\(wrong)").number(Self.jobs, from: 1) }
        }
    }

    @Test func suggestsWhatWasMeant() {
        #expect(throws: UsageError("unknown option '--fruits'", hint: "did you mean --fruit?")) {
            try parse("--fruits")
        }
    }
}

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain é 写真", "plain é 写真"), ("a\u{1B}[31mb", "a\\u{1B}[31mb"), ("a\nb", "a\\u{A}b"),
        ("\u{202E}gpj", "\\u{202E}gpj"),
        ("a\u{200B}b", "a\\u{200B}b"), ("\u{9B}31m", "\\u{9B}31m"), ("\u{E0041}", "\\u{E0041}"), ("\u{7F}", "\\u{7F}"),
    ])
    func hidesWhatTerminalsObey(text: String, expected: String) {
        #expect(SafeText.escape(text) == expected)
    }

    @Test func showsBytesThatAreNoText() {
        #expect(SafeText.escape(FilePath(rawBytes: [0x61, 0xFF, 0x0A, 0xC3, 0xA9])) == "a\\xFF\\u{A}é")
    }
}

@Suite struct JSONTests {
    @Test func isExact() {
        let value = JSON.object([
            ("b", [1, -2]), ("a", "q\"\\\n\u{1}\u{7F}é"), ("n", .null), ("t", true),
        ])
        #expect(value.text == #"{"b":[1,-2],"a":"q\"\\\n\u0001\u007fé","n":null,"t":true}"#)
    }

    @Test(
        arguments: [([UInt8](), nil), ([0xFF], "/w=="), ([0xFF, 0xFE], "//4="), ([0xFF, 0xFE, 0xFD], "//79")]
            as [([UInt8], String?)])
    func namesThatAreNoTextAreBase64(bytes: [UInt8], expected: String?) {
        guard let expected else { return }
        #expect(JSON(FilePath(rawBytes: bytes)).text == "{\"bytes\":\"\(expected)\"}")
    }

    @Test func namesThatAreTextAreText() {
        #expect(JSON(FilePath("a b")).text == #"{"text":"a b"}"#)
        #expect(JSON(nil).text == "null")
    }
}

extension JSON: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
}
