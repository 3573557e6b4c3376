package import SecrBytes
package import SecrReceipt
package import SecrScrub

/// What this process asks a worker, each with the open file that it is about.
enum WorkerRequest: UInt8 {
    /// Decide on a scrub of this input.
    case prepare = 1
    /// Tell what this input gives away.
    case inspect = 2
    /// Tell what the output of the scrub that was decided on will be.
    case identify = 3
    /// Tell whether this file has the same bytes.
    case compare = 4
    /// Write it to this output, and prove it.
    case write = 5
    /// Tell what of the input the output will have.
    case copies = 6
}

/// What a worker answers. It has read a hostile file: whoever reads this believes nothing of it.
package enum WorkerAnswer: Equatable, Sendable {
    case failed(FileFailure)
    case prepared(format: FileFormat, findings: [Finding], limitations: [Limitation], size: Int)
    case inspected(Inspection)
    case identified(digest: [UInt8], prefix: [UInt8])
    case compared(isSame: Bool)
    case copied([Receipt.Copy])
    case written

    /// Longer answers are not read.
    static let limit = 64 << 20

    package var bytes: [UInt8] {
        var writer = AnswerWriter()
        switch self {
        case .failed(let failure):
            writer.put(0)
            writer.put(failure.code.rawValue)
            writer.put(failure.reason)
            writer.put(failure.hint)
            writer.put(failure.offset ?? -1)
        case .prepared(let format, let findings, let limitations, let size):
            writer.put(1)
            writer.put(format.rawValue)
            writer.put(findings)
            writer.put(limitations)
            writer.put(size)
        case .inspected(let inspection):
            writer.put(2)
            writer.put(inspection.format.rawValue)
            writer.put(inspection.summary)
            writer.put(inspection.findings)
            writer.put(inspection.limitations)
        case .identified(let digest, let prefix):
            writer.put(3)
            writer.put(digest)
            writer.put(prefix)
        case .compared(let isSame):
            writer.put(4)
            writer.put(isSame ? 1 : 0)
        case .written: writer.put(5)
        case .copied(let copies):
            writer.put(6)
            writer.put(copies.count)
            for copy in copies { for number in [copy.input, copy.output, copy.count] { writer.put(number) } }
        }
        return writer.bytes
    }

    /// - Throws: `ParseError` where it is none.
    package init(_ bytes: [UInt8]) throws(ParseError) {
        var reader = AnswerReader(bytes)
        switch try reader.integer() {
        case 0:
            let code = try reader.word(FileFailure.Code.self)
            var failure = FileFailure(
                code, try reader.words(), hint: try reader.optional { (own) throws(ParseError) in try own.words() })
            let offset = try reader.integer()
            failure.offset = offset < 0 ? nil : offset
            self = .failed(failure)
        case 1:
            self = .prepared(
                format: try reader.word(FileFormat.self), findings: try reader.findings(),
                limitations: try reader.limitations(), size: try reader.size())
        case 2:
            self = .inspected(
                Inspection(
                    format: try reader.word(FileFormat.self), summary: try reader.words(),
                    findings: try reader.findings(), limitations: try reader.limitations()))
        case 3:
            self = .identified(digest: try reader.bytes(), prefix: try reader.bytes())
            guard case .identified(let digest, _) = self, digest.count == 32 else { throw AnswerReader.senseless }
        case 4: self = .compared(isSame: try reader.integer() == 1)
        case 5: self = .written
        case 6: self = .copied(try reader.copies())
        default: throw AnswerReader.senseless
        }
        try reader.end()
    }
}

/// Numbers of eight bytes, most significant first; text behind its length; lists behind their count.
private struct AnswerWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ number: Int) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func put(_ block: [UInt8]) {
        put(block.count)
        bytes += block
    }

    mutating func put(_ text: String) { put(Array(text.utf8)) }

    mutating func put(_ text: String?) {
        put(text == nil ? 0 : 1)
        if let text { put(text) }
    }

    mutating func put(_ findings: [Finding]) {
        put(findings.count)
        for finding in findings {
            put(finding.kind.rawValue)
            put(finding.reveals.count)
            for revelation in finding.reveals { put(revelation.rawValue) }
            put(finding.name)
            put(finding.value)
            put(finding.range.lowerBound)
            put(finding.range.upperBound)
            put(finding.action.rawValue)
        }
    }

    mutating func put(_ limitations: [Limitation]) {
        put(limitations.count)
        for code in limitations.map(LimitationCode.init) {
            put(code.name)
            put(code.number)
            put(code.words.count)
            for word in code.words { put(word) }
        }
    }
}

private struct AnswerReader {
    private let reader: ByteReader
    private var position = 0

    static let senseless = ParseError(.malformed, at: 0, "an answer that makes no sense")

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    mutating func integer() throws(ParseError) -> Int {
        let value = try reader.slice(at: position, count: 8).reduce(0) { $0 << 8 | UInt64($1) }
        position += 8
        return Int(bitPattern: UInt(value))
    }

    mutating func size() throws(ParseError) -> Int {
        let value = try integer()
        guard value >= 0 else { throw Self.senseless }
        return value
    }

    /// How many follow, each of which takes a number at least.
    private mutating func count() throws(ParseError) -> Int {
        let count = try size()
        guard count <= (reader.count - position) / 8 else { throw Self.senseless }
        return count
    }

    /// Text of the file, which is not to be trusted anywhere.
    mutating func text() throws(ParseError) -> String { String(decoding: try bytes(), as: UTF8.self) }

    mutating func bytes() throws(ParseError) -> [UInt8] {
        let count = try size()
        let block = Array(try reader.slice(at: position, count: count))
        position += count
        return block
    }

    /// Text of ours, which is printed as it is: nothing that a terminal would act upon.
    mutating func words() throws(ParseError) -> String {
        let text = try text()
        let unseen: Set<Unicode.GeneralCategory> = [
            .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
        ]
        guard text.unicodeScalars.allSatisfy({ !unseen.contains($0.properties.generalCategory) }) else {
            throw Self.senseless
        }
        return text
    }

    mutating func optional(
        _ read: (inout AnswerReader) throws(ParseError) -> String
    ) throws(ParseError) -> String? {
        try integer() == 0 ? nil : try read(&self)
    }

    mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type) throws(ParseError) -> Word {
        guard let word = Word(rawValue: try text()) else { throw Self.senseless }
        return word
    }

    mutating func findings() throws(ParseError) -> [Finding] {
        var findings: [Finding] = []
        for _ in 0..<(try count()) {
            let kind = try word(FindingClass.self)
            var reveals: Set<Revelation> = []
            for _ in 0..<(try count()) { reveals.insert(try word(Revelation.self)) }
            let name = try words()
            let value = try optional { (own) throws(ParseError) in try own.text() }
            let (start, end) = (try size(), try size())
            guard start <= end else { throw Self.senseless }
            let action = try word(Finding.Action.self)
            findings.append(
                Finding(kind, reveals: reveals, name, value: value, range: start..<end, action: action))
        }
        return findings
    }

    mutating func limitations() throws(ParseError) -> [Limitation] {
        var limitations: [Limitation] = []
        for _ in 0..<(try count()) {
            var code = LimitationCode(name: try text(), number: try integer())
            for _ in 0..<(try count()) { code.words.append(try words()) }
            guard let limitation = code.limitation else { throw Self.senseless }
            limitations.append(limitation)
        }
        return limitations
    }

    mutating func copies() throws(ParseError) -> [Receipt.Copy] {
        var copies: [Receipt.Copy] = []
        for _ in 0..<(try count()) {
            copies.append(Receipt.Copy(input: try size(), output: try size(), count: try size()))
        }
        return copies
    }

    func end() throws(ParseError) {
        guard position == reader.count else { throw Self.senseless }
    }
}
