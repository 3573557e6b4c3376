import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// secr-message(7), and that the codec is what it says.
@Suite struct MessagePageTests {
    static let page = Page.message

    /// The fields of a table that have an offset lie one after the other.
    @Test(arguments: ["Boxes", "Invitations", "Hello", "Welcome", "Frames", "Contents", "Attachments"])
    func fieldsFollowOneAnother(heading: String) throws {
        var end = 0
        let rows = try Self.page.section(heading).matches(of: #/(?m)^ *(\d+) +(\d+|n|8 r)?  +\S/#)
        #expect(rows.count > 1)
        for row in rows {
            #expect(Int(row.1) == end, "\(row.0)")
            end += row.2.flatMap { Int($0) } ?? 0
        }
    }

    @Test func kindsAreThoseOfThePage() throws {
        let rows = try Self.page.table("Contents")
        #expect(rows.map { $0[1] } == Said.examples.map(\.label))
        for (row, example) in zip(rows, Said.examples) {
            #expect(row[0] == "0x" + hexadecimal([example.content.encoded[1]]))
        }
        let frames = try Self.page.section("Frames")
        #expect(frames.contains("kind: 0x01 hello, 0x02 welcome, 0x03 MLSMessage\n"))
        #expect(CellFrame.Kind.allCases.map { "\($0.rawValue) \($0)" } == ["1 hello", "2 welcome", "3 message"])
    }

    @Test func limitsAreThoseOfThePage() throws {
        let bounds: [(String, [String])] = [
            (
                "Boxes",
                [
                    "days, 1 to \(Command.longestLife)", "cells, 1 to \(Command.mostCells.withCommas)",
                    "size of the origin, 1 to \(WriteCapability.longestOrigin)",
                ]
            ),
            (
                "Frames",
                [
                    "into 1 to \(CellFrame.mostParts) parts of \(CellFrame.capacity.withCommas) bytes",
                    "a frame of \(CellFrame.size.withCommas) bytes", "has, 1 to \(CellFrame.mostParts)\n",
                    "n: 1 to \(CellFrame.capacity.withCommas)\n",
                ]
            ),
            ("Wrap", ["\(Cell.size.withCommas) bytes"]),
            ("Contents", ["4 bytes: 1 to \(Content.longestText.withCommas); a text"]),
            (
                "Attachments",
                [
                    "r: 1 to \(Attachment.mostRuns)\n", "size of the name, 1 to \(Attachment.longestName)\n",
                    "media type, 0 to \(Attachment.longestMediaType)\n",
                    "caption, 0 to \(Attachment.longestCaption.withCommas)\n",
                    "preview, 0 to \(Attachment.largestPreview.withCommas)\n",
                ]
            ),
        ]
        for (heading, texts) in bounds {
            for text in texts { #expect(try Self.page.section(heading).contains(text), "\(heading): \(text)") }
        }
    }

    /// Of a stream in chunks of 64 KiB, by the formula of secr-stream(5).
    @Test func capacitiesAreThoseOfThePage() throws {
        let rows = try Self.page.table("Blobs of a file")
        let expected = BlobSize.allCases.map { size in
            ["0x" + hexadecimal([size.rawValue]), size.count.withCommas, size.capacity.withCommas]
        }
        #expect(rows == expected)
        for size in BlobSize.allCases {
            func sealed(_ plaintext: Int) -> Int { 64 + plaintext + 16 * max(1, (plaintext + 65_535) / 65_536) }
            #expect(sealed(size.capacity) == size.count)
            #expect(sealed(size.capacity + 1) > size.count)
        }
    }

    @Test func sizesAreThoseOfThePage() throws {
        let large = Said.extremes.filter { if case .attachment = $0.body { true } else { false } }
        let sizes = [
            CellFrame.size,
            Hello(
                keyPackage: Said.counting(12_288),
                answers: Said.box(0, 0, days: 1, cells: 1, origin: Said.longestOrigin)
            ).encoded(macs.keys).count,
            Content(number: 1, time: 0, body: .text(String(repeating: "t", count: Content.longestText))).encoded.count,
            large.map(\.encoded.count).max() ?? 0,
            CellFrame.capacity * CellFrame.mostParts,
        ]
        let rows = try Self.page.section("Sizes").matches(of: #/(?m)^\.It [a-z, ]+ Ta ([\d,]+) Ta (?:\d+|\\-)$/#)
        #expect(rows.map { String($0.1) } == sizes.map(\.withCommas))
    }
}

/// The worked examples of the page: what is made is what is printed, and what is printed is read.
@Suite struct MessageExampleTests {
    let page = Page.message

    @Test func link() throws {
        let lines = try page.lines("A link")
        try #require(lines.map(\.label) == ["bytes", "link"])
        #expect(Said.invitation.link == lines[1].text)
        #expect(written(base64: Said.invitation.link) == hexadecimal(lines[0].text))
        #expect(try Invitation(link: lines[1].text) == Said.invitation)
        // As it stands on the page.
        let block = try #require(page.section("A link").firstMatch(of: #/secr:[^.]+/#))
        #expect(try Invitation(link: String(block.0)) == Said.invitation)
    }

    /// Whether a key is that of the page.
    private func isSame(_ key: borrowing SecretBytes, _ heading: String, _ label: String) throws -> Bool {
        isSame(key, try page.bytes(heading, label))
    }

    private func isSame(_ key: borrowing SecretBytes, _ bytes: [UInt8]) -> Bool {
        HMAC.code(for: [], key: key) == HMAC.code(for: [], key: SecretBytes(copying: bytes))
    }

    @Test func keys() throws {
        let heading = "Keys that follow from it"
        let wraps = [
            try isSame(macs.keys.answerWrap, heading, "answer wrap"),
            try isSame(macs.keys.welcomeWrap, heading, "welcome wrap"),
            try isSame(macs.hello, heading, "hello key"), try isSame(macs.welcome, heading, "welcome key"),
        ]
        #expect(wraps == [true, true, true, true])
        let hello = Said.hello.encoded(macs.keys)
        let helloCode = HMAC.code(for: Said.domain("secr hello 1") + hello.dropLast(64), key: macs.hello)
        #expect(hello.suffix(64) == helloCode[...])
        let welcome = Said.welcome.encoded(to: hello, macs.keys)
        let covered = Said.domain("secr welcome 1") + BLAKE2b.hash(hello) + welcome.dropLast(64)
        #expect(welcome.suffix(64) == HMAC.code(for: covered, key: macs.welcome)[...])
    }

    @Test func greetings() throws {
        let hello = try page.bytes("A hello", "bytes")
        #expect(Said.hello.encoded(macs.keys) == hello)
        #expect(try Hello(parsing: hello, macs.keys) == Said.hello)
        let welcome = try page.bytes("A welcome", "bytes")
        #expect(Said.welcome.encoded(to: hello, macs.keys) == welcome)
        #expect(try Welcome(parsing: welcome, to: hello, macs.keys) == Said.welcome)
        #expect(try page.bytes("A welcome", "hash of hello") == BLAKE2b.hash(hello))
    }

    private func check(
        _ frames: [CellFrame], _ nonces: [[UInt8]], _ key: borrowing SecretBytes, _ heading: String
    ) throws {
        let lines = try page.example(heading)
        try #require(lines.map(\.label) == frames.flatMap { _ in ["frame", "cell", "hash"] })
        for (index, frame) in frames.enumerated() {
            let cell = frame.wrapped(nonce: nonces[index], key: key)
            let opened = try XChaCha20Poly1305.open(Array(cell.dropFirst(24)), nonce: nonces[index], key: key)
            #expect(opened.starts(with: lines[index * 3].bytes) && lines[index * 3].bytes.count == 32)
            #expect(cell.starts(with: lines[index * 3 + 1].bytes) && lines[index * 3 + 1].bytes.count == 64)
            #expect(BLAKE2b.hash(cell) == lines[index * 3 + 2].bytes)
            #expect(try CellFrame(unwrapping: cell, key: key) == frame)
        }
    }

    @Test func cells() throws {
        let hello = try page.bytes("A hello", "bytes")
        try check(
            CellFrame.frames(of: hello, .hello, from: 1), [Said.run(0xC0, 24)], macs.keys.answerWrap, "A cell")
        let frames = CellFrame.frames(of: Said.counting(CellFrame.capacity + 1), .message, from: 5)
        try check(frames, [Said.run(0x10, 24), Said.run(0x30, 24)], macs.wrap, "A message in two cells")
    }

    @Test func contents() throws {
        let lines = try page.example("What is said")
        #expect(lines.map(\.label) == Said.examples.map(\.label))
        for (line, example) in zip(lines, Said.examples) {
            #expect(example.content.encoded == line.bytes, "\(line.label)")
            #expect(try Content(parsing: line.bytes) == example.content, "\(line.label)")
        }
    }

    @Test func blobs() throws {
        let lines = try page.example("Keys of blobs")
        try #require(lines.count == 10)
        let root = HKDF.extract(
            salt: Said.domain("secr file 1"), key: SecretBytes(copying: Said.attachment.secret.bytes))
        #expect(Said.attachment.blobs == 4)
        let keys = AttachmentKeys(Said.attachment.secret)
        for (start, number) in [(0, UInt32(0)), (5, 3)] {
            for (offset, name) in [(0, "read "), (2, "write "), (4, "key ")] {
                let key = HKDF.expand(root, info: Array("blob \(name)".utf8) + bytes(number), count: 32)
                let line = lines[start + offset]
                #expect(line.label == (offset == 4 ? "key" : name + "seed"))
                let isRight = isSame(key, line.bytes)
                #expect(isRight, "\(line.label)")
                let made =
                    switch offset {
                    case 0: keys.readSeed(ofBlob: number)
                    case 2: keys.writeSeed(ofBlob: number)
                    default: keys.key(ofBlob: number)
                    }
                let isMade = isSame(made, line.bytes)
                #expect(isMade, "\(line.label)")
                guard offset < 4 else { continue }
                let publicKey = Ed25519.SigningKey(seed: key).publicKey
                #expect(lines[start + offset + 1].label == name + "key")
                #expect(lines[start + offset + 1].bytes == publicKey)
            }
        }
    }
}
