import Foundation
import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// What is said in the examples of secr-message(7), and things at their limits.
enum Said {
    static let secret = WireSecret(run(0x00))
    static let origin = "https://relay.example"
    static let time: UInt64 = 1_728_000_000
    static let lastDay = Day(rawValue: 20_007)

    static let invitation = Invitation(
        secret: secret, answers: box(0x20, 0x40, days: 7, cells: 16), lastDay: lastDay)
    static let hello = Hello(
        keyPackage: counting(40), answers: box(0x60, 0x80, days: 7, cells: 64, origin: "http://[::1]:7327"))
    static let welcome = Welcome(welcome: counting(48), signatureKey: publicKey(0xA0))
    static let attachment = Attachment(
        secret: WireSecret(run(0xC0)), origin: origin, blobSize: .kibi64,
        runs: [.init(first: 0, lastDay: lastDay), .init(first: 2, lastDay: Day(rawValue: 20_008))], size: 200_000,
        hash: BLAKE2b.hash(counting(200_000)), name: "fjord.jpg", mediaType: "image/jpeg", width: 640, height: 480,
        preview: [0xFF, 0xD8, 0xFF, 0xD9], caption: "From the boat")

    /// In the order of the page.
    static let examples: [(label: String, content: Content)] = [
        ("text", Content(number: 1, time: time, body: .text("Grüße"))),
        (
            "attachment",
            Content(number: 2, acknowledged: 3, time: time + 60, lifetime: 86_400, body: .attachment(attachment))
        ),
        ("receipt", Content(number: 3, acknowledged: 4, time: time + 120, body: .receipt)),
        (
            "box",
            Content(number: 4, acknowledged: 4, time: time + 180, body: .box(box(0x20, 0x40, days: 21, cells: 256)))
        ),
        ("lifetime", Content(number: 5, acknowledged: 4, time: time + 240, body: .lifetime(604_800))),
        ("deletion", Content(number: 6, acknowledged: 5, time: time + 300, body: .deletion(1))),
        ("farewell", Content(number: 7, acknowledged: 6, time: time + 360, body: .farewell)),
    ]

    static let largest = UInt64.max >> 1

    /// With every field as small and as large as it can be.
    static let extremes: [Content] = {
        var small = attachment
        small.runs = [.init(first: 0, lastDay: Day(rawValue: 0))]
        (small.origin, small.size, small.name, small.mediaType) = ("http://a", 0, "a", "")
        (small.width, small.height, small.preview, small.caption) = (0, 0, [], "")
        var large = attachment
        large.blobSize = .mebi4
        large.size = UInt64(BlobSize.mebi4.capacity) << 32
        large.runs = (0..<63).map { .init(first: $0, lastDay: Day(rawValue: .max)) }
        large.runs.append(.init(first: .max, lastDay: Day(rawValue: 0)))
        large.origin = longestOrigin
        large.name = String(repeating: "n", count: 255)
        large.mediaType = String(repeating: "m", count: 127)
        (large.width, large.height) = (.max, .max)
        large.preview = [UInt8](repeating: 0, count: 12_288)
        large.caption = String(repeating: "c", count: 8_192)
        let bodies: [Content.Body] = [
            .text("\0"), .text(String(repeating: "😀", count: 16_384)), .attachment(small), .attachment(large), .receipt,
            .box(box(0x00, 0x00, days: 1, cells: 1, origin: "http://a")),
            .box(box(0xE0, 0xE0, days: 90, cells: 4_096, origin: longestOrigin)), .lifetime(0), .lifetime(.max),
            .deletion(1), .deletion(largest), .farewell,
        ]
        return bodies.map { Content(number: 1, time: 0, body: $0) }
            + bodies.map {
                Content(number: largest, acknowledged: largest, time: largest, lifetime: .max, body: $0)
            }
    }()

    static let longestOrigin = "https://" + String(repeating: "a", count: 241) + ":65535"

    static func run(_ first: UInt8, _ count: UInt8 = 32) -> [UInt8] { (0..<count).map { first + $0 } }
    static func counting(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }
    static func publicKey(_ seed: UInt8) -> [UInt8] {
        Ed25519.SigningKey(seed: SecretBytes(copying: run(seed))).publicKey
    }

    static func box(
        _ readSeed: UInt8, _ writeSeed: UInt8, days: Int, cells: Int, origin: String = origin
    ) -> WriteCapability {
        WriteCapability(
            origin: origin, days: days, cells: cells, readKey: publicKey(readSeed),
            writeSeed: WireSecret(run(writeSeed)))
    }

    static func domain(_ text: String) -> [UInt8] {
        (Array(text.utf8) + [UInt8](repeating: 0, count: 16)).prefix(16) + []
    }
}

/// Something that is sent, without the code or the wrap around it, and how it is read and written again.
///
/// Codes are made here by the page, so that what is wrong behind a good code gets as far as the parser.
struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// Reads other bytes of this form, with a good code, and writes what was read.
    let again: @Sendable ([UInt8]) throws(WireError) -> [UInt8]

    init(_ name: String, _ bytes: [UInt8], _ again: @escaping @Sendable ([UInt8]) throws(WireError) -> [UInt8]) {
        (testDescription, self.bytes, self.again) = (name, bytes, again)
    }

    static func content(_ name: String, _ content: Content) -> Form {
        Form(name, content.encoded) { (bytes) throws(WireError) in try Content(parsing: bytes).encoded }
    }

    static let contents =
        Said.examples.map { content($0.label, $0.content) }
        + Said.extremes.enumerated().map { content("extreme \($0.offset)", $0.element) }

    /// What `bytes` are as a link with a good check sum.
    static func link(_ bytes: [UInt8]) -> String {
        Invitation.scheme + base64(bytes + BLAKE2b.hash(Said.domain("secr link 1") + bytes).prefix(4))
    }

    static let link = Form("link", written(base64: Said.invitation.link).dropLast(4) + []) {
        (bytes) throws(WireError) in
        written(base64: try Invitation(link: link(bytes)).link).dropLast(4) + []
    }

    static let hello = Form("hello", Said.hello.encoded(InvitationKeys(Said.secret)).dropLast(64) + []) {
        (bytes) throws(WireError) in
        let code = HMAC.code(for: Said.domain("secr hello 1") + bytes, key: macs.hello)
        return try Hello(parsing: bytes + code, macs.keys).encoded(macs.keys).dropLast(64) + []
    }

    static let helloBytes = Said.hello.encoded(InvitationKeys(Said.secret))

    static let welcome = Form(
        "welcome", Said.welcome.encoded(to: helloBytes, InvitationKeys(Said.secret)).dropLast(64) + []
    ) { (bytes) throws(WireError) in
        let covered = Said.domain("secr welcome 1") + BLAKE2b.hash(helloBytes) + bytes
        let code = HMAC.code(for: covered, key: macs.welcome)
        return try Welcome(parsing: bytes + code, to: helloBytes, macs.keys).encoded(to: helloBytes, macs.keys)
            .dropLast(64) + []
    }

    /// Frames, of which the wrap is that of the page.
    static let frames = [
        frame("first of two", CellFrame.frames(of: Said.counting(16_329), .message, from: 5)[0]),
        frame("last of two", CellFrame.frames(of: Said.counting(16_329), .message, from: 5)[1]),
        frame("hello frame", CellFrame.frames(of: helloBytes, .hello, from: 1)[0]),
        frame(
            "last of all",
            CellFrame.frames(of: Said.counting(32 * CellFrame.capacity), .welcome, from: Said.largest - 31)[31]),
    ]

    private static func frame(_ name: String, _ frame: CellFrame) -> Form {
        let again: @Sendable ([UInt8]) throws(WireError) -> [UInt8] = { (bytes) throws(WireError) in
            let sealed = XChaCha20Poly1305.seal(bytes, nonce: nonce, key: macs.wrap)
            guard let frame = try CellFrame(unwrapping: nonce + sealed, key: macs.wrap) else { return [] }
            return open(frame.wrapped(nonce: nonce, key: macs.wrap))
        }
        return Form(name, open(frame.wrapped(nonce: nonce, key: macs.wrap)), again)
    }

    private static func open(_ cell: [UInt8]) -> [UInt8] {
        let opened = try? XChaCha20Poly1305.open(Array(cell.dropFirst(24)), nonce: nonce, key: macs.wrap)
        return cell.prefix(24) == nonce[...] ? opened ?? [] : []
    }

    static let nonce = Said.run(0xC0, 24)

    static let all = [link, hello, welcome] + contents + frames
}

/// The keys of the page's invitation, and those from which its codes are made.
final class InvitationCodes: Sendable {
    let keys = InvitationKeys(Said.secret)
    let hello: SecretBytes
    let welcome: SecretBytes
    let wrap = SecretBytes(copying: Said.run(0xE0))

    init() {
        let root = HKDF.extract(
            salt: Said.domain("secr greeting 1"), key: SecretBytes(copying: Said.secret.bytes))
        hello = HKDF.expand(root, info: Array("hello mac".utf8), count: 64)
        welcome = HKDF.expand(root, info: Array("welcome mac".utf8), count: 64)
    }
}

let macs = InvitationCodes()

func base64(_ bytes: [UInt8]) -> String {
    let letters = Data(bytes).base64EncodedData().filter { $0 != UInt8(ascii: "=") }.map {
        switch $0 {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: $0
        }
    }
    return String(decoding: letters, as: UTF8.self)
}

/// The bytes behind `secr:`.
func written(base64 link: String) -> [UInt8] {
    let text = link.dropFirst(5).replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)).map(Array.init)
        ?? []
}
