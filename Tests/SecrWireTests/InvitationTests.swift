import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

@Suite struct InvitationTests {
    static let link = Said.invitation.link
    static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    @Test func hasAllThatItSays() throws {
        let parsed = try Invitation(link: Self.link)
        #expect(parsed == Said.invitation && parsed.link == Self.link)
        #expect(Self.link.utf8.count < 220)
        for day in [0, UInt32.max] {
            for box in [
                Said.box(0, 0, days: 1, cells: 1, origin: "http://a"),
                Said.box(0, 0, days: 90, cells: 4_096, origin: Said.longestOrigin),
            ] {
                let invitation = Invitation(secret: Said.secret, answers: box, lastDay: Day(rawValue: day))
                #expect(try Invitation(link: invitation.link) == invitation)
            }
        }
    }

    /// As mail programs and people hand it on.
    @Test func whiteSpaceIsLeftOut() throws {
        let scalars = (0...0x3000).compactMap(UnicodeScalar.init).filter(\.properties.isWhitespace)
        #expect(scalars.count == 25)
        for space in scalars.map({ String($0) }) + ["\r\n", "\n\n> ".replacing("> ", with: ""), " \n\t "] {
            #expect(try Invitation(link: space + Self.link + space) == Said.invitation)
            let spaced = Self.link.map { String($0) }.joined(separator: space)
            #expect(try Invitation(link: spaced) == Said.invitation)
        }
        #expect(try Invitation(link: "SECR:" + Self.link.dropFirst(5)) == Said.invitation)
        #expect(try Invitation(link: "sEcR:" + Self.link.dropFirst(5)) == Said.invitation)
    }

    static let noLinks: [String] = {
        let letters = String(link.dropFirst(5))
        var texts = [
            "", "s", "secr", "secr:", "secr:A", "secr:AQ", "secr:AQAA", "secr:AQAAAA", " ", "https://relay.example",
            letters, "secr:" + String(letters.reversed()), link.uppercased(), link.lowercased(),
            link.replacing("_", with: "/"),
        ]
        for before in ["secr;", "ſecr:", "secr:secr:", "secr:\u{301}", "secr\u{301}:", "\u{FEFF}secr:", "<secr:"] {
            texts.append(before + letters)
        }
        for behind in ["=", ".", ">", "\"", "\0", "\u{200B}", " \u{301}", link] { texts.append(link + behind) }
        return texts
    }()

    @Test(arguments: noLinks)
    func isNoLink(text: String) {
        #expect(throws: WireError.self) { try Invitation(link: text) }
    }

    @Test func slipsOfThePen() {
        let right = Array(Self.link)
        func demand(_ text: [Character], _ what: String) {
            if (try? Invitation(link: String(text))) != nil { Issue.record("\(what): \(String(text))") }
        }
        for place in right.indices.dropFirst(5) {
            for letter in Self.letters where letter != right[place] {
                var wrong = right
                wrong[place] = letter
                demand(wrong, "another letter")
            }
            for letter in ["+", "/", "=", ".", "%", "é", "\0"] as [Character] {
                demand(Array(right[..<place]) + [letter] + right[(place + 1)...], "no letter")
            }
            demand(Array(right[..<place]), "cut off")
            demand(Array(right[..<place] + right[(place + 1)...]), "left out")
            demand(Array(right[...place] + right[place...]), "twice")
            if place + 1 < right.count && right[place] != right[place + 1] {
                var wrong = right
                wrong.swapAt(place, place + 1)
                demand(wrong, "the other way round")
            }
        }
    }

    @Test func saysWhatIsWrong() throws {
        let bytes = Form.link.bytes
        func code(_ bytes: [UInt8]) -> WireError? {
            refusal { () throws(WireError) in _ = try Invitation(link: Form.link(bytes)) }
        }
        #expect(code([2] + bytes.dropFirst())?.code == .version)
        #expect(code(bytes.dropLast() + [])?.code == .size)
        #expect(code(bytes + [0])?.code == .size)
        #expect(code(bytes.replacing(101, with: [0, 0]))?.code == .range)
        #expect(code(bytes.replacing(101, with: [0, 91]))?.code == .range)
        #expect(code(bytes.replacing(103, with: [0, 0]))?.code == .range)
        #expect(code(bytes.replacing(103, with: [0x10, 1]))?.code == .range)
        #expect(code(bytes.replacing(106, with: Array("ftp".utf8)))?.code == .text)
        #expect(code(bytes.replacing(106, with: [0xFF]))?.code == .text)
        let wrong = Self.link.dropLast(2) + (Self.link.hasSuffix("AA") ? "BA" : "AA")
        #expect(refusal { () throws(WireError) in _ = try Invitation(link: String(wrong)) }?.code == .check)
    }

    @Test func origins() {
        let good = [
            "http://a", "https://a", "https://relay.example", "http://127.0.0.1:7327", "http://[::1]:7327",
            "https://[fe80::1]", "https://a-b.c--d.e:1", "https://a:65535", "https://a:00001", "http://0",
            Said.longestOrigin, "http://\(String(repeating: "a", count: 56)).onion",
        ]
        for text in good { #expect(WriteCapability.isOrigin(text), "\(text)") }
        let bad = [
            "", "https://", "http:/a", "ftp://a", "a", "https://A", "HTTPS://a", "https://a/", "https://a/b",
            "https://a?b", "https://a#b", "https://a:", "https://a:0", "https://a:65536", "https://a:123456",
            "https://a:-1", "https://a:1a", "https://a b", " https://a", "https://a ", "https://a\n", "https://a\0",
            "https://user@a", "https://user:1@a", "https://.a", "https://a.", "https://-a", "https://a-", "https://ä",
            "https://a\u{301}", "https://a\u{301}b", "https://q\u{301}q", "https://a:1\u{301}", "https:/\u{338}/a",
            "https://a_b", "https://[]", "https://[::1", "https://::1", "https://[::G]", "https://[::1]a",
            "https://[::1%25eth0]", "https://[::1]:0", "https://a:1:2", "https://a:١", "https://ａ", "https://١",
            "https://" + String(repeating: "a", count: 248), "https://a\u{200D}b",
        ]
        for text in bad { #expect(!WriteCapability.isOrigin(text), "\(text)") }
        #expect(Said.longestOrigin.utf8.count == 255)
    }

    /// Nothing secret is where it could get into a log.
    @Test func secretsDoNotShow() {
        let described = [
            "\(Said.secret)", String(reflecting: Said.secret), "\(Said.invitation)",
            String(reflecting: Said.invitation),
            "\(Said.hello.answers)", "\(Said.attachment)",
        ]
        for text in described {
            #expect(text.contains("a secret"))
            for first in ["0, 1, 2", "64, 65, 66", "128, 129, 130", "192, 193, 194"] {
                #expect(!text.contains(first), "\(text)")
            }
        }
        var dumped = ""
        dump(Said.secret, to: &dumped)
        #expect(dumped == "- a secret\n")
    }
}
