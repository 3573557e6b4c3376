import SecrCrypto
import SecrStream
import SecrTestSupport
import Testing

/// The examples of secr-stream(5), read from the page: a reader that was written from it alone made them.
@Suite struct VectorTests {
    /// The digits of the example under a heading of the page.
    static func example(_ heading: String) throws -> [[UInt8]] {
        let page = try Repository.text("man/secr-stream.5")
        let examples = try #require(page.split(separator: ".Sh EXAMPLES\n").last)
        let section = try #require(examples.split(separator: ".Ss ").first { $0.hasPrefix(heading + "\n") })
        return section.matches(of: #/\.Bd -literal -offset indent\n([0-9a-f\n]+)\.Ed/#).map { block in
            hexadecimal(String(block.1.filter { $0 != "\n" }))
        }
    }

    static func key() -> SecretBytes { SecretBytes(copying: 0x00..<0x20) }
    static let salt = Array<UInt8>(0x20..<0x40)

    @Test func streams() throws {
        let examples = try Self.example("A stream")
        try #require(examples.count == 2)
        let short = ShortStream.seal(Array("sealed".utf8), .object, .paged, key: Self.key(), salt: Self.salt)
        #expect(short == examples[0])
        let plaintext = (0..<4_097).map { UInt8($0 % 251) }
        let long = ShortStream.seal(plaintext, .object, .paged, key: Self.key(), salt: Self.salt)
        #expect(long.count == 4_193 && BLAKE2b.hash(long) == examples[1])
        for opener in Opener.allCases {
            #expect(try opener.open(examples[0], key: Self.key()).plaintext == Array("sealed".utf8))
            #expect(try opener.open(long, key: Self.key()).plaintext == plaintext)
        }
    }

    @Test func sealedFiles() throws {
        let bytes = try #require(try Self.example("A sealed file").first)
        let file = try SealedFile(header: Array(bytes.prefix(SealedFile.headerSize)))
        #expect(file.kind == .both)
        let sink = Sink()
        let passphrase = SecretBytes(copying: Array("correct horse".utf8))
        try file.open(
            with: Credential(passphrase: passphrase, keyFile: Self.key()),
            read: Source(Array(bytes.dropFirst(SealedFile.headerSize))).read, write: sink.write)
        #expect(sink.bytes == Array("sealed".utf8))
    }
}
