import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

@Suite struct ContentTests {
    private func code(_ bytes: [UInt8]) -> WireError.Code? {
        refusal { () throws(WireError) in _ = try Content(parsing: bytes) }?.code
    }

    @Test func allComeBack() throws {
        for content in Said.examples.map(\.content) + Said.extremes {
            #expect(try Content(parsing: content.encoded) == content)
        }
    }

    @Test func heads() {
        let good = Content(number: 1, time: 0, body: .receipt).encoded
        #expect(good.count == 32 && code(good) == nil)
        let high: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0]
        let cases: [(offset: Int, bytes: [UInt8], code: WireError.Code?)] = [
            (0, [0], .version), (0, [2], .version), (1, [0], .unknown), (1, [8], .unknown), (1, [0xFF], .unknown),
            (2, [1], .reserved), (3, [1], .reserved), (4, [0xFF, 0xFF, 0xFF, 0xFF], nil),
            (8, [0, 0, 0, 0, 0, 0, 0, 0], .range), (8, high, .range), (8, [0x7F], nil), (16, high, .range),
            (16, [0x7F], nil), (24, high, .range), (24, [0x7F], nil), (1, [7], nil),
            // Others need a body.
            (1, [1], .size), (1, [2], .size), (1, [4], .size), (1, [5], .size), (1, [6], .size),
        ]
        for (offset, bytes, expected) in cases {
            #expect(code(good.replacing(offset, with: bytes)) == expected, "\(offset): \(bytes)")
        }
    }

    private func content(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        Content(number: 1, time: 0, body: .receipt).encoded.replacing(1, with: [kind]) + body
    }

    @Test func texts() throws {
        func text(_ bytes: [UInt8]) -> WireError.Code? {
            code(content(1, SecrWireTests.bytes(UInt32(bytes.count)) + bytes))
        }
        #expect(text([]) == .range)
        #expect(text([0x61]) == nil && text([0]) == nil)
        #expect(text([UInt8](repeating: 0x61, count: 65_536)) == nil)
        #expect(text([UInt8](repeating: 0x61, count: 65_537)) == .range)
        #expect(code(content(1, [0xFF, 0xFF, 0xFF, 0xFF, 0x61])) == .range)
        let malformed: [[UInt8]] = [
            [0x80], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            [0x61, 0xE2, 0x82], [0xE2, 0x28, 0xA1],
        ]
        for bytes in malformed { #expect(text(bytes) == .text, "\(bytes)") }
        for good in ["\u{FEFF}a", "e\u{301}", "é", "\u{10FFFF}", "\u{202E}", "\u{FFFE}"] {
            #expect(text(Array(good.utf8)) == nil)
            // As it was sent, and not in another form of the same letters.
            let encoded = Content(number: 1, time: 0, body: .text(good)).encoded
            #expect(try Content(parsing: encoded).encoded == encoded)
        }
    }

    @Test func deletions() {
        #expect(code(content(6, bytes(UInt64(0)))) == .range && code(content(6, bytes(UInt64(1)))) == nil)
        #expect(code(content(6, bytes(Said.largest))) == nil && code(content(6, bytes(Said.largest + 1))) == .range)
    }

    // MARK: Attachments

    /// An attachment in bytes, field by field.
    private func attachment(
        size: UInt64 = 0, blob: UInt8 = 0, runs: [UInt32] = [0], runCount: UInt8? = nil, origin: String = "http://a",
        name: [UInt8] = [0x61], mediaType: Int = 0, caption: Int = 0, preview: Int = 0
    ) -> WireError.Code? {
        var body = [UInt8](repeating: 7, count: 64) + bytes(size) + [UInt8](repeating: 1, count: 8)
        body += [blob, runCount ?? UInt8(runs.count)] + runs.flatMap { bytes($0) + [0, 0, 0, 9] }
        body += [UInt8(origin.utf8.count)] + origin.utf8 + [UInt8(name.count)] + name
        body += [UInt8(mediaType)] + [UInt8](repeating: 0x61, count: mediaType)
        body += bytes(UInt16(caption)) + [UInt8](repeating: 0x61, count: caption)
        body += bytes(UInt16(preview)) + [UInt8](repeating: 0xFF, count: preview)
        return code(content(2, body))
    }

    @Test func attachmentsAtTheirLimits() {
        #expect(attachment() == nil)
        #expect(attachment(mediaType: 127, caption: 8_192, preview: 12_288) == nil)
        #expect(attachment(mediaType: 128) == .range)
        #expect(attachment(caption: 8_193) == .range)
        #expect(attachment(caption: 65_535) == .range)
        #expect(attachment(preview: 12_289) == .range)
        #expect(attachment(blob: 3) == nil && attachment(blob: 4) == .unknown && attachment(blob: 255) == .unknown)
        #expect(attachment(origin: "") == .range && attachment(origin: "http://A") == .text)
        #expect(attachment(origin: "http://a/") == .text && attachment(origin: Said.longestOrigin) == nil)
        for size in BlobSize.allCases {
            let most = UInt64(size.capacity) << 32
            #expect(attachment(size: most, blob: size.rawValue) == nil)
            #expect(attachment(size: most + 1, blob: size.rawValue) == .range)
            #expect(attachment(size: .max, blob: size.rawValue) == .range)
        }
    }

    @Test func names() {
        for name in ["a", "...", "a.b", " ", "..a", "\\", "~", "\n", "é", String(repeating: "n", count: 255)] {
            #expect(Attachment.isName(name) && attachment(name: Array(name.utf8)) == nil, "\(name)")
        }
        for name in [".", "..", "/", "a/b", "../a", "a\0", "\0"] {
            #expect(!Attachment.isName(name) && attachment(name: Array(name.utf8)) == .text, "\(name)")
        }
        #expect(attachment(name: []) == .range && attachment(name: [0xC3]) == .text)
        #expect(!Attachment.isName("") && !Attachment.isName(String(repeating: "n", count: 256)))
    }

    @Test func runs() {
        let large = UInt64(BlobSize.kibi64.capacity) << 32
        #expect(attachment(size: large, runs: [0, 1, 2, .max]) == nil)
        #expect(attachment(size: large, runs: (0..<64).map { $0 * 3 }) == nil)
        #expect(attachment(size: large, runs: (0..<65).map { $0 }) == .range)
        #expect(attachment(runs: []) == .range)
        #expect(attachment(size: large, runs: [1]) == .range)
        #expect(attachment(size: large, runs: [0, 0]) == .range)
        #expect(attachment(size: large, runs: [0, 2, 1]) == .range)
        #expect(attachment(size: large, runs: [0, 2, 2]) == .range)
        // One that has no blob.
        #expect(attachment(runs: [0, 1]) == .range)
        #expect(attachment(size: 65_456, runs: [0, 1]) == .range && attachment(size: 65_457, runs: [0, 1]) == nil)
        #expect(attachment(size: 65_457, runs: [0, 2]) == .range)
        #expect(attachment(size: large, runs: [0], runCount: 255) == .range)
    }

    @Test func blobsAndDays() {
        var attachment = Said.attachment
        let counts: [(UInt64, Int)] = [
            (0, 1), (1, 1), (65_456, 1), (65_457, 2), (130_912, 2), (130_913, 3), (65_456 << 32, 1 << 32),
        ]
        for (size, count) in counts {
            attachment.size = size
            #expect(attachment.blobs == count)
        }
        attachment.size = .max
        #expect(attachment.blobs > 1 << 32)
        let days = [0, 1, 2, 3, UInt32.max].map { Said.attachment.lastDay(ofBlob: $0).rawValue }
        #expect(days == [20_007, 20_007, 20_008, 20_008, 20_008])
    }
}
