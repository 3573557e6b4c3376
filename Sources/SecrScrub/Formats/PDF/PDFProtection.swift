internal import CQPDF
internal import SecrBytes

/// Encrypts an output again, with the password that opened its input.
///
/// libqpdf encrypts, because a format's own cipher is not for anybody to write twice (ISO 32000-2, 7.6.4, revision 6). What
/// it writes is proved: it decrypts to the very document that was composed, and but for what is random it is what
/// encrypting that document gives.
struct PDFProtection {
    let password: DocumentPassword
    let limits: Limits

    /// Of a document, or the first that knows this encryption.
    static func version(atLeast version: String) -> String { version < "1.7" ? "1.7" : version }

    func plan(for plan: OutputPlan, from source: any ByteSource) throws -> OutputPlan {
        guard plan.size <= limits.wholePictureBytes else {
            throw ParseError(.limit, at: 0, "a document that is too large to be encrypted")
        }
        var encrypted = OutputPlan()
        encrypted.append(.bytes(try self.encrypted(plan.bytes(from: source))))
        return encrypted
    }

    /// Whether a file is what a document becomes when it is encrypted.
    func isEncrypted(_ source: any ByteSource, from plan: OutputPlan, of original: any ByteSource) throws -> Bool {
        guard plan.size <= limits.wholePictureBytes, source.size <= limits.wholePictureBytes else { return false }
        var bytes = [UInt8](repeating: 0, count: source.size)
        try source.read(0..<source.size, into: &bytes)
        return Self.isSame(bytes, but: try encrypted(plan.bytes(from: original)))
    }

    private func encrypted(_ plain: [UInt8]) throws -> [UInt8] {
        let file = try QPDFFile(MemorySource(plain), password: nil, streams: 0, limits: limits)
        guard var bytes = file.encrypted(with: password), let range = Self.identifier(of: bytes) else {
            throw ScrubError(.refused, "a document that can't be encrypted again")
        }
        // One made from what is inside would tell which document it is.
        let digits = Array("0123456789abcdef".utf8)
        let random = (0..<32).map { _ in digits[Int.random(in: 0..<16)] }
        bytes.replaceSubrange(range, with: random + Array("><".utf8) + random)
        return bytes
    }

    /// Where both halves of the identifier are, at the end of a file.
    private static func identifier(of bytes: [UInt8]) -> Range<Int>? {
        let written = Array("><\(SECR_QPDF_IDENTIFIER)>]".utf8)
        guard bytes.count >= written.count else { return nil }
        var start = bytes.count - written.count
        while start > 32 {
            if bytes[start] == written[0], bytes[start..<start + written.count].elementsEqual(written) {
                return start - 32..<start + written.count - 2
            }
            start -= 1
        }
        return nil
    }

    /// Whether two encrypted documents differ only in what is random in each: strings, and data of streams.
    private static func isSame(_ bytes: [UInt8], but other: [UInt8]) -> Bool {
        guard bytes.count == other.count, let random = try? random(in: other) else { return false }
        var position = 0
        for part in random + [.data(other.count..<other.count)] {
            guard bytes[position..<part.range.lowerBound] == other[position..<part.range.lowerBound] else {
                return false
            }
            if case .digits(let range) = part, !bytes[range].allSatisfy(isDigit) { return false }
            position = part.range.upperBound
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private enum RandomPart {
        case digits(Range<Int>)
        case data(Range<Int>)

        var range: Range<Int> {
            switch self {
            case .digits(let range), .data(let range): range
            }
        }
    }

    /// In the order in which they are in a file.
    private static func random(in bytes: [UInt8]) throws -> [RandomPart] {
        var parts: [RandomPart] = []
        var lexer = PDFLexer(bytes)
        // Of the object that is read: how long its data are, and whether they are encrypted.
        var (length, isTable) = (0, false)
        while let token = try lexer.next() {
            switch token {
            case .word("obj"): (length, isTable) = (0, false)
            case .name("XRef"): isTable = true
            case .name("Length"):
                var ahead = lexer
                if case .number(let text)? = try ahead.next() { length = Int(text) ?? 0 }
            case .string where bytes[lexer.start] == UInt8(ascii: "<"):
                parts.append(.digits(lexer.start + 1..<lexer.position - 1))
            case .word("stream"):
                let start = lexer.position + 1
                guard length >= 0, length <= bytes.count - start else { throw ScrubError.broken("too long", at: start) }
                if !isTable { parts.append(.data(start..<start + length)) }
                lexer = PDFLexer(bytes, at: start + length)
            default: continue
            }
        }
        return parts
    }
}
