import Foundation
import SecrTestSupport
import Testing

/// `open`, in a pipe and on a terminal.
@Suite(.serialized) struct ChatScreenTests {
    let relay: RelayProcess
    let anna: ChatHome
    let ben: ChatHome

    init() throws {
        relay = try RelayProcess()
        (anna, ben) = try ChatHome.pair(relay)
    }

    @Test func aPipeIsAConversation() throws {
        try ben.quietly("send", "Anna", "are you there?")
        try anna.quietly("receive")
        let lines =
            "yes\n//etc/passwd\n/search THERE\n/verify\n/delete 1\n/delete x\n/disappear soon\n/nothing\n/quit\nnot this\n"
        let run = try anna.chat(["open", "Ben"], input: Array(lines.utf8))
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        let code = try anna.chat(["verify", "Ben"]).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for text in [
            "Ben: are you there?", "> yes", "> /etc/passwd", code, "message 1 is deleted here",
            "/delete takes the number of a message", "/disappear takes a time", "there is no /nothing",
        ] {
            #expect(run.text.contains(text), "\(text) is not in \(run.text)")
        }
        #expect(run.text.matches(of: #/are you there\?/#).count == 2)
        try ben.quietly("receive")
        #expect(try ben.heard("Anna") == ["yes", "/etc/passwd"])
        try anna.fails(10, "there is no contact 'Cem'", "open", "Cem")
    }

    /// What `screen.py` tells.
    private struct Session: Decodable {
        struct Look: Decodable {
            var lines: [String]
        }

        var status: Int32
        var settings: [String]
        var looks: [Look]
        var raw: String
    }

    private static let canBeJudged = (try? Run.program("/usr/bin/python3", ["-c", "import pyte"]))?.status == 0

    private func play(_ steps: [String]) throws -> Session {
        let player = Repository.file("Tests/CommandTests/screen.py").path
        let run = try Run.program(
            "/usr/bin/python3", [player, "60x20"] + steps + ["--", ChatHome.tool, "open", "Ben"], in: anna.folder.path,
            environment: anna.environment)
        try #require(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Session.self, from: Data(run.output))
    }

    @Test(.enabled(if: canBeJudged, "python3-pyte is not there")) func aTerminalIsOne() async throws {
        try ben.quietly("send", "Anna", "are you there?")
        try anna.quietly("receive")
        // Says something once it has heard something.
        let (ben, relay) = (ben, relay)
        async let answer: Void = Task.detached {
            for _ in 0..<200 where try !ben.heard("Anna").contains("yes") {
                _ = try ben.chat(["receive"])
                try await Task.sleep(for: .milliseconds(100))
            }
            try ben.quietly("send", "Anna", "good \u{1B}[2J\u{202E}")
        }.value
        let session = try play([
            "expect:Ben: are you there?", "expect:>", "settings", "type:yes\\r", "expect:> yes", "expect:Ben: good",
            "look", "type:half a\\x03",
        ])
        _ = try await answer
        #expect(session.status == 130)
        #expect(session.settings.first == session.settings.last && session.settings[1] != session.settings[0])
        #expect(session.looks[0].lines.contains { $0.hasSuffix(#"Ben: good \u{1B}[2J\u{202E}"#) }, "\(session.looks)")
        #expect(!session.raw.contains("\u{1B}[2J") && !session.raw.contains("\u{202E}"))
        #expect(try ben.heard("Anna") == ["yes"])
        withExtendedLifetime(relay) {}
    }

    /// The passphrase is asked for before the conversation begins, and the terminal is as it was when a signal ends it.
    @Test(.enabled(if: canBeJudged, "python3-pyte is not there")) func aSignalLeavesTheTerminalAsItWas() throws {
        let session = try play(["expect:>", "settings", "signal:TERM"])
        #expect(session.status == 143 || session.status == 130, "\(session.status)")
        #expect(session.settings.first == session.settings.last && session.settings[1] != session.settings[0])
    }
}
