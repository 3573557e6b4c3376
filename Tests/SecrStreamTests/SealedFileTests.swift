import SecrCrypto
import SecrStream
import Testing

@Suite struct SealedFileTests {
    static let plaintext = noise(70_000)

    private static func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }
    private static func keyFile(_ seed: UInt64 = 1) -> SecretBytes { SecretBytes(copying: noise(40, seed)) }

    private func sealed(_ file: SealedFile, _ credential: borrowing Credential) throws -> [UInt8] {
        let sink = Sink()
        try file.seal(for: credential, read: Source(Self.plaintext).read, write: sink.write)
        return sink.bytes
    }

    private func open(
        _ bytes: [UInt8], as file: SealedFile? = nil, _ credential: borrowing Credential
    ) throws -> [UInt8] {
        let sink = Sink()
        let file = try file ?? SealedFile(header: Array(bytes.prefix(SealedFile.headerSize)))
        try file.open(
            with: credential, read: Source(Array(bytes.dropFirst(SealedFile.headerSize))).read, write: sink.write)
        return sink.bytes
    }

    @Test func keyFilesOpenWhatTheySealed() throws {
        let credential = try Credential(keyFile: Self.keyFile())
        let bytes = try sealed(SealedFile(for: .keyFile), credential)
        let (head, size) = (SealedFile.headerSize, StreamShape.standard.sealedSize(ofPlaintext: Self.plaintext.count))
        #expect(bytes.count == head + size)
        #expect(Array(bytes.prefix(16)) == Array("secrfile".utf8) + [1, 2, 16, 0, 0, 0, 0, 0])
        let opened = try open(bytes, credential)
        #expect(opened == Self.plaintext)
        let other = try Credential(keyFile: Self.keyFile(2))
        #expect(throws: StreamError.wrongKey) { try open(bytes, other) }
    }

    /// What a new file demands is the floor, and it is what a guess costs.
    @Test func passphrasesCostWhatTheHeaderSays() throws {
        let credential = try Credential(passphrase: Self.secret("ab"))
        let bytes = try sealed(SealedFile(for: .passphrase), credential)
        #expect(Array(bytes.prefix(16)) == Array("secrfile".utf8) + [1, 1, 16, 3, 0, 4, 0, 0])
        #expect(Argon2id.Parameters.floor.memory == 0x4_0000)
        let opened = try open(bytes, credential)
        #expect(opened == Self.plaintext)
    }

    /// One table of all that could be mistaken for another; the same bytes would be the same key.
    @Test func noCredentialIsAnother() throws {
        let file = noise(64, 5)
        let digest = BLAKE2b.hash(noise(40), count: 64)
        let long = String(repeating: "x", count: Credential.longestPassphrase)
        var encodings: [[UInt8]] = []
        func add(_ credential: borrowing Credential) {
            encodings.append(credential.unstretched().withBytes { Array($0) })
        }
        for text in ["a", "ab", "ab ", "ab\0", "AB", "\u{e9}", "e\u{301}", long] {
            add(try Credential(passphrase: Self.secret(text)))
            add(try Credential(passphrase: Self.secret(text), keyFile: Self.keyFile()))
            add(try Credential(passphrase: Self.secret(text), keyFile: Self.keyFile(2)))
        }
        for bytes in [noise(40), noise(40, 2), digest, file, Array(file.prefix(63)), Array("ab".utf8) + digest] {
            add(try Credential(keyFile: SecretBytes(copying: bytes)))
            // Typed by somebody who means the file, or what is made of it.
            add(try Credential(passphrase: SecretBytes(copying: bytes)))
        }
        add(try Credential(passphrase: SecretBytes(copying: Array("ab".utf8) + digest)))
        #expect(Set(encodings).count == encodings.count - 1, "only 'ab' and the digest stand there twice")
    }

    @Test func bothNeedBoth() throws {
        // Cheap: the value that sealed opens, too. From a header such a demand is refused, see below.
        let cheap = Argon2id.Parameters(unchecked: 1_024, passes: 1)
        let file = SealedFile(for: .both, parameters: cheap)
        let bytes = try sealed(file, Credential(passphrase: Self.secret("ab"), keyFile: Self.keyFile()))
        let opened = try open(bytes, as: file, Credential(passphrase: Self.secret("ab"), keyFile: Self.keyFile()))
        #expect(opened == Self.plaintext)
        for (text, seed) in [("ab", 2 as UInt64), ("aB", 1), ("abc", 1), ("a", 1)] {
            #expect(throws: StreamError.wrongKey) {
                try open(bytes, as: file, Credential(passphrase: Self.secret(text), keyFile: Self.keyFile(seed)))
            }
        }
        #expect(throws: SealedFile.HeaderError.refused) {
            try SealedFile(header: Array(bytes.prefix(SealedFile.headerSize)))
        }
    }

    @Test func sizesOfSecretsHaveBounds() throws {
        for count in [0, Credential.longestPassphrase + 1] {
            #expect(throws: CryptoError.badParameters) {
                _ = try Credential(passphrase: SecretBytes(copying: noise(count))).kind
            }
        }
        for count in [0, 31, 65_537] {
            #expect(throws: CryptoError.badParameters) {
                _ = try Credential(keyFile: SecretBytes(copying: noise(count))).kind
            }
            #expect(throws: CryptoError.badParameters) {
                _ = try Credential(passphrase: Self.secret("a"), keyFile: SecretBytes(copying: noise(count))).kind
            }
        }
        for count in [32, 65_536] {
            let kind = try Credential(keyFile: SecretBytes(copying: noise(count))).kind
            #expect(kind == .keyFile)
        }
    }

    /// Each bit of a header either makes it none, or another key.
    @Test func eachBitOfTheHeaderCounts() throws {
        let credential = try Credential(keyFile: Self.keyFile())
        let bytes = try sealed(SealedFile(for: .keyFile), credential)
        for bit in 0..<8 * SealedFile.headerSize {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            var found: (any Error)?
            do { _ = try open(changed, credential) } catch { found = error }
            switch bit / 8 {
            case ..<8: #expect(found as? SealedFile.HeaderError == .unknown, "bit \(bit)")
            case 8: #expect(found as? SealedFile.HeaderError == .newer, "bit \(bit)")
            case 9..<16: #expect(found as? SealedFile.HeaderError == .refused, "bit \(bit)")
            default: #expect(found as? StreamError == .wrongKey, "bit \(bit)")
            }
        }
    }

    /// Credential, b, passes, memory in KiB, and whether such a header is one. Nothing is allocated for it.
    @Test(
        arguments: [
            (1, 16, 3, 262_144, true), (3, 16, 3, 262_144, true), (1, 16, 16, 1_048_576, true), (2, 16, 0, 0, true),
            (1, 16, 2, 262_144, false), (1, 16, 0, 262_144, false), (1, 16, 3, 262_143, false), (1, 16, 3, 0, false),
            (1, 16, 0, 0, false), (3, 16, 0, 0, false), (3, 16, 2, 262_144, false), (1, 16, 17, 262_144, false),
            (1, 16, 255, 262_144, false), (1, 16, 3, 1_048_577, false), (1, 16, 3, 0xFFFF_FFFF, false),
            (3, 16, 255, 0xFFFF_FFFF, false), (2, 16, 3, 0, false), (2, 16, 0, 262_144, false),
            (2, 16, 3, 262_144, false), (0, 16, 3, 262_144, false), (4, 16, 3, 262_144, false), (0, 16, 0, 0, false),
            (255, 16, 3, 262_144, false), (1, 12, 3, 262_144, false), (1, 15, 3, 262_144, false),
            (1, 17, 3, 262_144, false), (2, 0, 0, 0, false),
        ] as [(UInt8, UInt8, UInt8, UInt32, Bool)])
    func headersHaveBounds(credential: UInt8, bits: UInt8, passes: UInt8, memory: UInt32, isGood: Bool) {
        var header = Array("secrfile".utf8) + [1, credential, bits, passes]
        header += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: memory >> $0) } + noise(32)
        var found: SealedFile.HeaderError?
        do { _ = try SealedFile(header: header) } catch { found = error }
        #expect(found == (isGood ? nil : .refused))
    }

    @Test func headersAreWhole() throws {
        let header = Array("secrfile".utf8) + [1, 2, 16] + [UInt8](repeating: 0, count: 37)
        for bytes in [[], Array(header.prefix(8)), Array(header.dropLast()), header + [0]] {
            #expect(throws: SealedFile.HeaderError.unknown) { try SealedFile(header: bytes) }
        }
        #expect(try SealedFile(header: header).kind == .keyFile)
    }

    /// A stream of another kind, or one cut short, stands behind no header.
    @Test func whatStandsBehindTheHeaderIsChecked() throws {
        let credential = try Credential(keyFile: Self.keyFile())
        let bytes = try sealed(SealedFile(for: .keyFile), credential)
        for count in [48, 49, 111, 112, 127, 128, bytes.count - 1] {
            #expect(throws: StreamError.damaged(chunk: count > 128 ? 1 : 0)) {
                try open(Array(bytes.prefix(count)), credential)
            }
        }
        #expect(throws: StreamError.damaged(chunk: 1)) { try open(bytes + [0], credential) }
        let other = try sealed(SealedFile(for: .keyFile), credential)
        #expect(throws: StreamError.wrongKey) { try open(Array(bytes.prefix(48) + other.dropFirst(48)), credential) }
        #expect(throws: StreamError.wrongKey) { try open(Array(bytes.prefix(80) + other.dropFirst(80)), credential) }
    }
}
