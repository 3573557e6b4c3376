import Foundation
import SecrTestSupport
import Testing

/// A conversation on a terminal, as a terminal of somebody else's (pyte) understands it.
@Suite(.enabled(if: ScreenProbe.canBeJudged, "python3-pyte is not there"))
struct ConversationScreenTests {
    struct Session: Decodable {
        struct Look: Decodable, Equatable {
            var lines: [String]
            var row: Int
            var cell: Int
        }

        var status: Int32
        var settings: [String]
        var looks: [Look]
        var raw: String
    }

    let folder: TemporaryFolder
    let fifo: String

    init() throws {
        folder = try TemporaryFolder()
        fifo = folder.file("fifo").path
        try #require(mkfifo(fifo, 0o600) == 0)
    }

    /// For the steps see `screen.py`. Begins when the prompt is there, or something else.
    private func play(
        _ steps: [String], on size: String = "40x10", command: [String]? = nil, after start: String = ">",
        _ environment: [String: String] = [:], at location: SourceLocation = #_sourceLocation
    ) throws -> Session {
        let player = Repository.file("Tests/CommandTests/screen.py").path
        let run = try Run.program(
            "/usr/bin/python3",
            [player, size, "expect:\(start)"] + steps + ["--"] + (command ?? [ScreenProbe.path, fifo]),
            in: folder.path,
            environment: [
                "TERM": "xterm-256color", "NO_COLOR": "", "SWIFT_BACKTRACE": "enable=no", "PROBE": ScreenProbe.path,
            ]
            .merging(environment) { $1 })
        try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
        let session = try JSONDecoder().decode(Session.self, from: Data(run.output))
        #expect(session.settings.first == session.settings.last, sourceLocation: location)
        return session
    }

    private func shows(_ author: String, _ text: String) -> String { "fifo:\(fifo)=show \(author) \(text)" }

    // MARK: Typing

    @Test func typingAndEditing() throws {
        let session = try play([
            "settings", "type:日本語x", "expect:語", "look", "type:\\x1b[D\\x1b[DA\\x01B\\x05C", "expect:xC", "look",
            "type:\\x1b\\rmore\\ntext", "expect:text", "look", "type:\\x15\\x7f\\x17\\x7f\\r", "expect:12:00", "look",
            "type:\\x04",
        ])
        #expect(session.settings[1] != session.settings[0])
        #expect(
            session.looks.dropLast() == [
                .init(lines: ["> 日本語x"], row: 0, cell: 9), .init(lines: ["> B日本A語xC"], row: 0, cell: 12),
                .init(lines: ["> B日本A語xC", "  more", "  text"], row: 2, cell: 6),
                .init(lines: ["12:00 > B日本A語xC ✓", ">"], row: 1, cell: 2),
            ])
        #expect(session.status == 0 && session.looks.last?.lines == ["12:00 > B日本A語xC ✓", "- end"])
    }

    @Test func pastesAreNotSentByThemselves() throws {
        let session = try play([
            "type:\\x1b[200~one\\r\\ntwo \\u202e\\x07\\n\\x1b[201~", "expect:two", "look", "type:\\r", "expect:12:00",
            "look", "type:\\x03",
        ])
        #expect(session.looks[0] == .init(lines: ["> one", #"  two \u{202E}"#], row: 2, cell: 2))
        #expect(
            session.looks[1].lines == ["12:00 > one", #"        two \u{202E}"#, "         ✓", ">"]
                && session.status == 130)
    }

    @Test func longTextsHaveRowsAndAWindow() throws {
        let text = (0..<12).map { "line\($0)" }.joined(separator: "\\n")
        let session = try play(
            [
                "type:\(text)", "expect:line11", "look", shows("Ana", "hi"), "expect:Ana", "look",
                "type:\\x1b[A\\x1b[A\\x1b[A\\x1b[A\\x1b[A\\x1b[A", "expect:line5", "look", "type:\\x03",
            ], on: "30x6")
        #expect(session.looks[0].lines == (7..<12).map { "  line\($0)" })
        #expect(session.looks[1].lines == ["12:01 Ana: hi"] + (7..<12).map { "  line\($0)" })
        #expect(session.looks[2].lines == ["12:01 Ana: hi"] + (1..<6).map { "  line\($0)" })
    }

    @Test func commandsAreTold() throws {
        let session = try play([
            "type:/send a file \\r", "expect:command send: a file", "type://etc\\r", "expect:> /etc", "type:\\x1b[A",
            "expect:> //etc", "type:\\x1b[A", "expect:> /send", "type:\\x03",
        ])
        #expect(session.looks.last?.lines == ["- command send: a file", "12:00 > /etc ✓", "- interrupted"])
    }

    // MARK: What comes in

    @Test func incomingLinesDoNotDisturb() throws {
        let session = try play([
            "type:half a sen\\x1b[D", "expect:sen", shows("Ana", "are you there? I have been waiting for an hour."),
            "expect:hour", "look", "fifo:\(fifo)=status 1 waits for the relay, and there is more to say", "expect:…",
            "look",
            "type:X", "expect:seXn", shows("Ana", "well?"), "expect:well", "look", "fifo:\(fifo)=status",
            "without:relay", "look", "type:\\x03",
        ])
        let said = ["12:01 Ana: are you there? I have been", "           waiting for an hour."]
        let status = "1 waits for the relay, and there is mo…"
        #expect(
            session.looks.dropLast() == [
                .init(lines: said + ["> half a sen"], row: 2, cell: 11),
                .init(lines: said + [status, "> half a sen"], row: 3, cell: 11),
                .init(lines: said + ["12:01 Ana: well?", status, "> half a seXn"], row: 4, cell: 12),
                .init(lines: said + ["12:01 Ana: well?", "> half a seXn"], row: 3, cell: 12),
            ])
    }

    /// What was said goes up into the memory of the terminal, each line once.
    @Test func nothingIsLostAbove() throws {
        let lines = (0..<40).map { shows("Ana", "number \($0).") }
        let session = try play(
            ["type:abc"] + lines + ["expect:number 39.", "look", "type:\\x03"], on: "30x6")
        #expect(session.looks[0].lines == (0..<40).map { "12:01 Ana: number \($0)." } + ["> abc"])
        #expect(!session.raw.contains("\u{1B}[?1049"))
    }

    /// Nobody can write what looks like a line of somebody else, or what a terminal obeys.
    @Test func whatOthersWriteStaysInItsPlace() throws {
        let spoiling = #"x\n12:00 > fake\n\u{1B}[2J\u{9B}31m\n\u{7}\u{200B}e\u{301}"#
        let session = try play(
            [
                shows(#"A\u{202E}na"#, spoiling), "expect:fake",
                shows("Ana", String(repeating: "y", count: 40) + " 12:00 > fake"), "expect:yy", "look", "type:\\x03",
            ], on: "50x20")
        let name = #"12:01 A\u{202E}na: "#
        let margin = String(repeating: " ", count: name.count)
        #expect(
            session.looks[0].lines == [
                name + "x", margin + "12:00 > fake", margin + #"\u{1B}[2J\u{9B}31m"#, margin + #"\u{7}\u{200B}é"#,
                "12:01 Ana: " + String(repeating: "y", count: 38), "           yy 12:00 > fake", ">",
            ])
        #expect(
            !session.raw.contains("\u{1B}[2J") && !session.raw.contains("\u{202E}") && !session.raw.contains("\u{7}"))
    }

    @Test func resizingDrawsAnew() throws {
        let session = try play([
            "type:some text that fills most of it", "expect:most", "resize:60x8", "look", "resize:20x8", "expect:lls",
            "look", "type:!\\r", "expect:12:00", "look", "type:\\x03",
        ])
        #expect(session.looks[0] == .init(lines: ["> some text that fills most of it"], row: 0, cell: 33))
        #expect(session.looks[1] == .init(lines: ["> some text that fi", "  lls most of it"], row: 1, cell: 16))
        #expect(
            session.looks[2].lines == [
                "12:00 > some text", "        that fills", "        most of it!", "        ✓", ">",
            ])
    }

    // MARK: Ends

    @Test(arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)] as [(String, Int32)])
    func signalsEndItWithTheTerminalAsItWas(signal: String, status: Int32) throws {
        let gentle = try play(["type:abc", "expect:abc", "settings", "signal:\(signal)"])
        #expect(gentle.status == status && gentle.settings[1] != gentle.settings[0])
        let rough = try play([
            "type:/hang\\r", "wait:0.3", "signal:\(signal)", "wait:0.2", "settings", "signal:\(signal)",
        ])
        #expect(rough.status == status && rough.settings[1] != rough.settings[0])
        #expect(gentle.raw.contains("\u{1B}[?2004l") && rough.raw.contains("\u{1B}[?2004l"))
    }

    @Test(arguments: ["signal:QUIT", "signal:ABRT", "type:\\x1c", "TRAP", "type:/leave\\r", "type:/quit\\r"])
    func soDoesWhateverElseEndsIt(step: String) throws {
        let step = step == "TRAP" ? "fifo:\(fifo)=trap" : step
        let session = try play(["type:abc\\x15", "settings", step])
        #expect(session.settings[1] != session.settings[0] && session.raw.contains("\u{1B}[?2004l"))
    }

    @Test(.enabled(if: Run.isInstalled("bash")), arguments: ["type:\\x1a", "TSTP"])
    func itCanBeSuspended(way: String) throws {
        // The job's command is what stands there.
        let script = """
            set -m; stty -g > before
            same() { stty -g > after; cmp before after && echo $1; }
            [ -z "$1" ] || { sleep 1; kill -TSTP $(pgrep -P $$ screen-probe); } &
            "$PROBE"; same stopped; read x; fg '%?PROBE' > /dev/null; same over
            """
        let session = try play(
            ["type:abc", "expect:> abc"] + (way == "TSTP" ? [] : [way]) + [
                "expect:stopped", "settings", "type:\\n", "wait:1", "type:d", "expect:> abcd", "type:\\x03",
                "expect:over",
            ], on: "70x14", command: ["bash", "-c", script, "bash"] + (way == "TSTP" ? [way] : []))
        #expect(session.settings[1] == session.settings[0])
    }

    // MARK: Without such a terminal

    @Test func pipesHaveLines() throws {
        let run = try Run.program(
            ScreenProbe.path, [],
            input: Array("hello\r\n/cmd a b \n//x\n\n \n".utf8) + [0xFF, 0x0A] + Array("last".utf8))
        #expect(
            run.text == """
                12:00 > hello ✓
                - command cmd: a b
                12:00 > /x ✓
                12:00 > \u{FFFD} ✓
                12:00 > last ✓
                - end

                """)
        #expect(run.status == 0 && run.errors.isEmpty)
    }

    @Test func dumbTerminalsAreLeftAlone() throws {
        let session = try play(
            ["type:hi\\n", "expect:12:00 > hi", "settings", "type:\\x04"], after: "", ["TERM": "dumb"])
        #expect(!session.raw.contains("\u{1B}") && session.status == 0)
        #expect(session.settings[1] == session.settings[0])
    }

    @Test func coloursCanBeDoneWithout() throws {
        let steps = ["type:hi\\r", "expect:12:00", "type:\\x03"]
        #expect(try play(steps).raw.contains("\u{1B}[2m"))
        #expect(try !play(steps, ["NO_COLOR": "1"]).raw.contains(#/\x1B\[[0-9;]*m/#))
    }
}

private enum ScreenProbe {
    static let path = Run.built("screen-probe")
    static let canBeJudged = (try? Run.program("/usr/bin/python3", ["-c", "import pyte"]))?.status == 0
}
