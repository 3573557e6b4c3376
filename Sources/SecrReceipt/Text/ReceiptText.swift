internal import SecrBytes

extension Receipt {
    /// The file: JSON in the only form in which it is ever written.
    package var text: [UInt8] {
        func lines(_ entries: [String]) -> String {
            entries.isEmpty ? "[]" : "[\n    " + entries.joined(separator: ",\n    ") + "\n  ]"
        }
        func words(_ words: [String]) -> String { "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
        func ranges(_ parts: [Part]) -> String {
            lines(parts.map { "[\($0.range.lowerBound), \($0.range.count), \"\($0.kind.rawValue)\"]" })
        }
        let members = [
            ("format", "\"secr-receipt\""), ("version", "\(Self.version)"), ("tool", "\"\(terms.tool)\""),
            ("policy", words(terms.policy)), ("options", words(terms.options)), ("kind", "\"\(format.rawValue)\""),
            ("input", "{\"bytes\": \(inputSize)}"),
            ("output", "{\"bytes\": \(outputSize), \"blake2b\": \"\(Hexadecimal.text(outputDigest))\"}"),
            (
                "essence",
                "{\"input\": \"\(Hexadecimal.text(inputEssence))\", \"output\": \"\(Hexadecimal.text(outputEssence))\"}"
            ),
            ("copied", lines(copies.map { "[\($0.input), \($0.output), \($0.count)]" })),
            ("removed", ranges(removed)), ("written", ranges(written)),
            ("salt", "\"\(Hexadecimal.text(salt))\""), ("commitment", "\"\(Hexadecimal.text(commitment))\""),
        ]
        return Array(("{\n" + members.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n").utf8)
    }

    /// - Throws: where it is none, or of a version that is not known.
    package init(_ text: [UInt8]) throws(ReceiptError) {
        guard text.count <= Self.mostBytes else { throw ReceiptError(.limit, "it is too large for a receipt") }
        var scanner = ReceiptScanner(text)
        try scanner.take("{\n  \"format\": \"secr-receipt\",\n  \"version\": ")
        let version = try scanner.number()
        guard version == Self.version else {
            throw ReceiptError(.unsupported, "it is a receipt of version \(version), which is not known here")
        }
        try scanner.member("tool")
        terms = Terms(tool: try scanner.word(), policy: [], options: [])
        try scanner.member("policy")
        terms.policy = try scanner.words()
        try scanner.member("options")
        terms.options = try scanner.words()
        try scanner.member("kind")
        guard let format = ReceiptFormat(rawValue: try scanner.word()) else {
            throw ReceiptError(.unsupported, "it is about a format that is not known here")
        }
        self.format = format
        try scanner.member("input")
        try scanner.take("{\"bytes\": ")
        inputSize = try scanner.number()
        try scanner.take("}")
        try scanner.member("output")
        try scanner.take("{\"bytes\": ")
        outputSize = try scanner.number()
        try scanner.take(", \"blake2b\": ")
        outputDigest = try scanner.bytes(Self.digestSize)
        try scanner.take("}")
        try scanner.member("essence")
        try scanner.take("{\"input\": ")
        inputEssence = try scanner.bytes(Self.digestSize)
        try scanner.take(", \"output\": ")
        outputEssence = try scanner.bytes(Self.digestSize)
        try scanner.take("}")
        try scanner.member("copied")
        copies = try scanner.list { (scanner) throws(ReceiptError) in try scanner.copy() }
        try scanner.member("removed")
        removed = try scanner.list { (scanner) throws(ReceiptError) in try scanner.part() }
        try scanner.member("written")
        written = try scanner.list { (scanner) throws(ReceiptError) in try scanner.part() }
        try scanner.member("salt")
        salt = try scanner.bytes(16)
        try scanner.member("commitment")
        commitment = try scanner.bytes(Self.digestSize)
        try scanner.take("\n}\n")
        guard scanner.isAtEnd else { throw scanner.senseless }
    }
}
