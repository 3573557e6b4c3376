import Foundation
import SecrTestSupport
import Testing

/// `send`, `receive`, `history`, `search`: what is said comes, once and as it was.
@Suite(.serialized) struct ChatTalkingTests {
    let relay: RelayProcess
    let anna: ChatHome
    let ben: ChatHome

    init() throws {
        relay = try RelayProcess()
        (anna, ben) = try ChatHome.pair(relay)
    }

    @Test func whatIsSaidComes() throws {
        try anna.quietly("send", "Ben", "Hello Ben")
        try anna.quietly("send", "Ben", "-", input: "two lines\nof ümläut 👍\n")
        try anna.quietly("send", "Ben", input: "- no option\n\n")
        let long = String(repeating: "ß", count: 32_768)
        try anna.quietly("send", "Ben", input: long)
        let received = try ben.quietly("receive")
        #expect(received.hasPrefix(try Self.shown(1, "Anna: Hello Ben\n", received)), "\(received)")
        #expect(received.contains("  Anna: two lines\n"))
        let indented = try #require(received.split(separator: "\n").first { $0.contains("ümläut") })
        #expect(indented.hasPrefix("        ") && indented.hasSuffix(" of ümläut 👍"))
        #expect(
            try ben.heard("Anna") == ["Hello Ben", "two lines\nof ümläut 👍", "- no option\n", long])
        #expect(try ben.quietly("receive") == "")
        // The other way, and what is known of what left.
        #expect(try anna.history("Ben").allSatisfy { $0.delivery == "sent" && $0.direction == "outgoing" })
        try ben.quietly("send", "Anna", "Fine.")
        let answer = try ChatHome.said(anna.chat(["receive", "Ben", "--json"]).output)
        #expect(
            answer == [.init(number: 5, direction: "incoming", delivery: nil, text: "Fine.", contact: "Ben")])
        #expect(try anna.history("Ben").prefix(4).allSatisfy { $0.delivery == "arrived" })
        let last = try anna.quietly("history", "Ben", "-n", "2")
        #expect(last.hasPrefix("4  ") && last.hasSuffix("  Ben: Fine.\n") && last.contains("ß  [arrived]\n"))
        let said = try ChatHome.said(anna.chat(["send", "Ben", "Good.", "--json"]).output)
        #expect(said.first?.text == "Good." && said.first?.delivery == "sent" && said.first?.number == 6)
    }

    private static func shown(_ number: Int, _ text: String, _ received: String) throws -> String {
        let time = try #require(received.firstMatch(of: #/\d{4}-\d\d-\d\d \d\d:\d\d/#))
        return "\(number)  \(time.0)  \(text)"
    }

    @Test func whatCanNotBeSaid() throws {
        let size = "a message has 1 to 65,536 bytes of text"
        try anna.fails(64, "", "send", "Ben", "")
        try anna.fails(64, size, "send", "Ben", input: "\n")
        try anna.fails(64, size, "send", "Ben", input: String(repeating: "x", count: 65_537))
        try anna.fails(64, size, "send", "Ben", input: "a\0b")
        let bytes = try anna.chat(["send", "Ben"], input: [0x61, 0xFF])
        #expect(bytes.status == 1 && bytes.errors == "secr-chat: error: a message has to be text in UTF-8\n")
        try anna.fails(64, "", "send")
        #expect(try anna.history("Ben") == [])
    }

    @Test func textsAreFound() throws {
        for text in ["the Harbour", "at nine", "another harbour"] { try anna.quietly("send", "Ben", text) }
        let found = try anna.quietly("search", "HARBOUR")
        #expect(found.contains("me: the Harbour") && found.contains("another harbour") && !found.contains("nine"))
        #expect(try anna.quietly("search", "nine", "Ben", "--json").contains("\"number\":2"))
        let none = try anna.chat(["search", "airport"])
        #expect(none.status == 10 && none.output.isEmpty && none.errors == "")
        try anna.fails(10, "there is no contact 'Cem'", "search", "nine", "Cem")
    }

    /// It waits in the vault, and leaves in its order when the relay is back.
    @Test func aRelayMayBeAway() async throws {
        try anna.quietly("send", "Ben", "one")
        #expect(try await relay.stop() == 0)
        for text in ["two", "three"] {
            let run = try anna.chat(["send", "Ben", text])
            #expect(run.status == 3 && run.output.isEmpty)
            #expect(
                run.errors.hasPrefix("secr-chat: warning: \(relay.endpoint.origin): the relay can't be reached")
                    && run.errors.hasSuffix("the message leaves with the next 'send' or 'receive'\n"), "\(run.errors)")
        }
        #expect(try anna.history("Ben").map(\.delivery) == ["sent", "waiting", "waiting"])
        let away = try ben.chat(["receive"])
        #expect(
            away.status == 3
                && away.errors.hasPrefix(
                    "secr-chat: warning: Anna: \(relay.endpoint.origin): the relay can't be reached")
                && away.errors.split(separator: "\n").count == 1, "\(away.errors)")
        try relay.start()
        try anna.quietly("send", "Ben", "four")
        #expect(try ben.quietly("receive").split(separator: "\n").count == 4)
        #expect(try ben.heard("Anna") == ["one", "two", "three", "four"])
    }

    /// Nothing that others write reaches the terminal as it is; a program gets it as it was.
    @Test func whatOthersWriteIsEscaped() throws {
        let hostile = "a\u{1B}[2Jb\u{202E}c\rd\n1  2026-01-01 00:00  me: fake"
        try anna.quietly("send", "Ben", hostile)
        let shown = try ben.quietly("receive")
        let again = try ben.quietly("history", "Anna")
        #expect(shown == again)
        for text in [shown, try ben.quietly("search", "fake")] {
            #expect(text.contains(#"Anna: a\u{1B}[2Jb\u{202E}c\u{D}d"#), "\(text)")
            #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}") && !text.contains("\r"))
            // What looks like a message stands where none begins.
            #expect(text.split(separator: "\n").last?.hasPrefix("          ") == true)
        }
        #expect(try ben.heard("Anna") == [hostile])
    }

    @Test(arguments: [SIGTERM, SIGINT]) func followingPrintsWhatComes(signal: Int32) async throws {
        let following = try ChatHome.Running(ben, ["receive", "--follow"])
        try anna.quietly("send", "Ben", "are you there?")
        #expect(try await following.prints("  Anna: are you there?\n"))
        #expect(try await relay.stop() == 0)
        try relay.start()
        try anna.quietly("send", "Ben", "still there?")
        #expect(try await following.prints("still there?"))
        #expect(try await following.end(signal) == -signal)
        #expect(try ben.contacts().first?["unread"] as? Int == 0)
    }

    @Test func waitingEndsWhenSomethingComes() async throws {
        let waiting = try ChatHome.Running(ben, ["receive", "--wait", "60"])
        try await Task.sleep(for: .milliseconds(500))
        try anna.quietly("send", "Ben", "now")
        #expect(try await waiting.prints("  Anna: now\n", within: 30))
        let interrupted = try ChatHome.Running(ben, ["receive", "--wait", "60"])
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await interrupted.end(SIGINT) == -SIGINT)
    }

    /// Neither in the vault, nor in what the device remembers, nor at the relay. The words looked for are long: three
    /// letters stand in a hundred kilobytes of ciphertext by chance once in some hundred runs.
    @Test func nothingIsReadable() throws {
        let (word, annasName, bensName) = ("xenoglossophobia", "Annabella", "Benvenuto")
        try anna.quietly("set", "Ben", "--name", bensName)
        try ben.quietly("set", "Anna", "--name", annasName)
        try anna.quietly("send", bensName, "\(word) \(String(repeating: word, count: 2_000))")
        try ben.quietly("receive")
        for place in [anna.folder.path, ben.folder.path, relay.folder.path] {
            let run = try Run.shell(
                "grep -rlaE '\(word)|\(annasName)|\(bensName)|secr:' . | grep -v /passphrase", in: place)
            #expect(run.text == "", "\(run.text)")
        }
        #expect(!relay.said.contains("127.0.0.1:") || relay.said.split(separator: "\n").count == 1)
    }

    /// The desktop learns that something has come, and nothing else.
    @Test func theDesktopIsToldWithoutContent() async throws {
        try ben.folder.write(
            Array("#!/bin/sh\nprintf '%s\\n' \"$@\" >> told\necho spoken; echo loudly >&2\n".utf8), to: "notify-send")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: ben.folder.file("notify-send").path)
        let path = "\(ben.folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let following = try ChatHome.Running(ben, ["receive", "--follow", "--notify"], environment: ["PATH": path])
        try anna.quietly("send", "Ben", "the secret")
        #expect(try await following.prints("the secret"))
        var told = ""
        for _ in 0..<500 where !told.contains("has come") {
            told = (try? String(contentsOf: ben.folder.file("told"), encoding: .utf8)) ?? ""
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(told.hasSuffix("A message has come\n") && !told.contains("secret") && !told.contains("Anna"))
        #expect(try await following.end(SIGTERM) == -SIGTERM)
        #expect(!String(decoding: following.printed, as: UTF8.self).contains("spoken"))
        try ben.fails(64, "--notify goes with --follow", "receive", "--notify")
    }
}
