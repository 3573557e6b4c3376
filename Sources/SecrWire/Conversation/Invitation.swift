internal import SecrCrypto

/// What one person hands to another, outside of this system, so that the two can talk: a secret of both, and where the
/// answer is awaited. Good for one answer, and not for long.
public struct Invitation: Hashable, Sendable {
    /// What a link begins with.
    public static let scheme = "secr:"

    /// Known to nobody but the two; both show by it who they are.
    public let secret: WireSecret
    /// For the answer only: whoever gets to see the link could put something there.
    public let answers: WriteCapability
    /// The last day on which it is good.
    public let lastDay: Day

    private static let version: UInt8 = 1
    private static let checkSize = 4

    public init(secret: WireSecret, answers: WriteCapability, lastDay: Day) {
        self.secret = secret
        self.answers = answers
        self.lastDay = lastDay
    }

    /// All of it as a text without spaces, of letters, digits, `-`, `_` and a colon; about 210 of them.
    public var link: String {
        var writer = FieldWriter()
        writer.integer(Self.version)
        writer.integer(lastDay.rawValue)
        writer.raw(secret.bytes)
        answers.encode(to: &writer)
        writer.raw(Self.check(writer.bytes))
        return Self.scheme + Base64URL.text(writer.bytes)
    }

    /// - Parameter link: may have spaces and line ends around it and inside, as mail programs put them there.
    /// - Throws: `size` for what is cut off or is no link at all, `check` for one with a letter that is wrong.
    public init(link: String) throws(WireError) {
        // By scalars: an accent behind a space would go with it otherwise.
        let letters = String(link.unicodeScalars.filter { !$0.properties.isWhitespace }).utf8
        let scheme = letters.prefix(Self.scheme.utf8.count)
        guard String(decoding: scheme, as: UTF8.self).lowercased() == Self.scheme,
            let bytes = Base64URL.bytes(letters.dropFirst(scheme.count)), bytes.count > Self.checkSize
        else { throw WireError(.size, at: 0) }
        var reader = FieldReader(Array(bytes.dropLast(Self.checkSize)))
        try reader.demandVersion(Self.version)
        guard Self.check(bytes.dropLast(Self.checkSize)) == Array(bytes.suffix(Self.checkSize)) else {
            throw WireError(.check, at: bytes.count - Self.checkSize)
        }
        lastDay = Day(rawValue: try reader.integer())
        secret = try reader.secret()
        answers = try WriteCapability(from: &reader)
        try reader.demandEnd()
    }

    /// Against slips of the pen, not against people.
    private static func check(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Array(BLAKE2b.hash(Domain.link + bytes).prefix(checkSize))
    }
}

/// Base64 for links (RFC 4648, section 5), without padding.
enum Base64URL {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var (text, bits, count) = ([UInt8](), UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(letters[Int(bits >> count & 63)])
            }
        }
        if count > 0 { text.append(letters[Int(bits << (6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for other letters, and for what no bytes are written as.
    static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var (bytes, bits, count) = ([UInt8](), UInt32(0), 0)
        for letter in text {
            guard let value = letters.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return count < 6 && bits & ((1 << count) - 1) == 0 ? bytes : nil
    }
}
