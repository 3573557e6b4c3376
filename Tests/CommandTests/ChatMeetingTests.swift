import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// `init`, `invite`, `accept`, `contacts`, `verify`, `doctor`: from nothing to two people who can talk.
@Suite(.serialized) struct ChatMeetingTests {
    let relay: RelayProcess

    init() throws { relay = try RelayProcess() }

    @Test func twoMeet() throws {
        let (anna, ben) = (try ChatHome(relay), try ChatHome(relay))
        let invited = try anna.chat(["invite", "Ben"])
        #expect(invited.text.wholeMatch(of: #/secr:[A-Za-z0-9_-]{150,300}\n/#) != nil)
        #expect(invited.errors == "for one person, and for 7 days; 'receive' sees the answer\n")
        #expect(try anna.quietly("contacts") == "Ben: invited\n")
        try anna.fails(1, "there is no conversation with 'Ben' at present", "verify", "Ben")
        try anna.fails(1, "there is no conversation with 'Ben' at present", "send", "Ben", "hello")
        // Mail programs break lines, but a file has one.
        try ben.vault.write(invited.text, to: "link")
        let accepted = try ben.chat(["accept", "Anna", "--link-file", "link"])
        #expect(
            accepted.status == 0
                && accepted.errors == "answered; the conversation begins once the other side has seen that\n")
        #expect(try ben.quietly("contacts") == "Anna: answered, waiting for the other side\n")
        let begun = "the conversation has begun; 'verify' shows the code to compare\n"
        #expect(try anna.chat(["receive"]).errors == "Ben: " + begun)
        #expect(try ben.chat(["receive"]).errors == "Anna: " + begun)
        try anna.quietly("receive")
        #expect(try anna.quietly("contacts") == "Ben: not verified\n")
        // Both see the same digits.
        let code = try anna.chat(["verify", "Ben"])
        #expect(code.text.wholeMatch(of: #/(\d{5}( \d{5}){3}\n){3}/#) != nil, "\(code.text)")
        #expect(code.errors == "not compared yet; --matches remembers that it was\n")
        let matches = try ben.chat(["verify", "Anna", "--matches"])
        #expect(matches.text == code.text && matches.errors == "remembered as compared\n")
        #expect(try ben.quietly("contacts") == "Anna: verified\n")
        let differs = try ben.chat(["verify", "Anna", "--differs", "--json"])
        #expect(differs.status == 3 && differs.text.contains("\"verified\":false"), "\(differs.text)")
        #expect(differs.text.contains(code.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")))
        try ben.fails(64, "--matches and --differs exclude each other", "verify", "Anna", "--matches", "--differs")
        // A name is used once.
        try anna.fails(1, "there is a contact 'Ben' already", "invite", "Ben")
        try anna.fails(10, "there is no contact 'Cem'", "invite", "Cem", "--anew")
        try anna.fails(10, "there is no contact 'Cem'", "send", "Cem", "hello")
    }

    // MARK: Invitations that lead nowhere

    @Test func invitationsThatAreNone() throws {
        let (anna, ben) = (try ChatHome(relay), try ChatHome(relay))
        let link = try anna.chat(["invite", "Ben", "--json"]).text.split(separator: "\"").first {
            $0.hasPrefix("secr:")
        }
        let good = String(try #require(link))
        func refuses(_ link: String, _ message: String, at location: SourceLocation = #_sourceLocation) throws {
            try ben.fails(1, message, "accept", "Anna", "--link-file", "-", input: link + "\n", at: location)
        }
        let hint = "this is no invitation\nsecr-chat: hint: letters are wrong or missing: copy the whole link"
        for broken in ["hello", String(good.dropLast()), good.replacingOccurrences(of: "secr:", with: "http:")] {
            try refuses(broken, hint)
        }
        let letter = good.dropFirst(60).first == "x" ? "y" : "x"
        try refuses(String(good.prefix(60)) + letter + good.dropFirst(61), hint)
        try refuses("", "")
        try anna.fails(1, "this invitation was made here", "accept", "Me", "--link-file", "-", input: good)
        // Yesterday.
        let old = try Invitation(link: good)
        let expired = Invitation(
            secret: old.secret, answers: old.answers, lastDay: Day(rawValue: old.lastDay.rawValue - 8))
        try refuses(expired.link, "this invitation is not good any more")
        try ben.fails(1, "there is no terminal to ask for the invitation", "accept", "Anna")
        #expect(try ben.quietly("contacts") == "")
    }

    /// Who comes second is told so, and has nobody who never answers among the contacts.
    @Test func anInvitationIsGoodForOne() throws {
        let (anna, ben) = (try ChatHome(relay), try ChatHome(relay))
        let link = try anna.chat(["invite", "Ben"]).text
        #expect(try ben.chat(["accept", "Anna", "--link-file", "-"], input: Array(link.utf8)).status == 0)
        try anna.chat(["receive"])
        let other = try ChatHome(relay)
        try other.fails(
            1, "the invitation for 'Anna' was answered before, or withdrawn", "accept", "Anna",
            "--link-file", "-", input: link)
        #expect(try other.quietly("contacts") == "")
        #expect(try ben.chat(["receive"]).errors.hasPrefix("Anna: the conversation has begun"))
    }

    @Test(arguments: [" a", "a\u{1B}[2J", "a\nb", "-a", "/a", "a\u{202E}b", String(repeating: "x", count: 65)])
    func namesAreVisible(name: String) throws {
        let home = try ChatHome(relay)
        let run = try home.chat(["invite", "--", name])
        #expect(run.status == 64 && run.errors.contains("can't be a name"), "\(run.errors)")
        #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("\u{202E}"))
        #expect(run.output.isEmpty)
    }

    // MARK: The vault and the relays

    @Test func theVaultIsMadeAndOpenedLikeAnyOther() throws {
        let home = try ChatHome(in: SampleVault(ofItsOwn: false))
        try home.fails(10, "'vault': there is no vault", "contacts")
        for (relay, reason) in [
            ("http://relay.example", "'http://relay.example' is no relay that can be used"), ("relay", "'relay' is no"),
        ] {
            try home.fails(64, reason, "init", relay, "--passphrase-file", "passphrase")
        }
        try home.fails(64, "something is missing", "init")
        try home.fails(
            64, "'nowhere' is no proxy", "init", relay.endpoint.origin, "--proxy", "nowhere", "--passphrase-file",
            "passphrase")
        #expect(try home.folder.names == ["passphrase", "run"])
        let made = try home.chat(["init", relay.endpoint.origin, "--passphrase-file", "passphrase"])
        #expect(made.status == 0 && made.errors.hasPrefix("vault: made; ") && made.errors.hasSuffix("people\n"))
        try home.vault.write("open barley\n", to: "wrong")
        try home.fails(12, "'vault': wrong passphrase or key", "contacts", "--passphrase-file", "wrong")
        try home.fails(1, "there is no terminal to ask for the passphrase", "contacts")
        #expect(try home.quietly("contacts", "--passphrase-file", "passphrase") == "")
    }

    @Test func aVaultMayHaveNoMessenger() throws {
        let home = try ChatHome()
        try home.fails(10, "'vault': there is no messenger in this vault", "contacts")
        let run = try home.chat(["init", relay.endpoint.origin])
        #expect(run.status == 0 && run.errors == "vault: ready to meet people\n")
        #expect(try home.quietly("contacts") == "")
    }

    @Test func theDoctorLooks() async throws {
        let home = try ChatHome(relay)
        let well = try home.chat(["doctor"])
        #expect(well.status == 3 && well.errors == "")
        #expect(well.text.hasPrefix("relay \(relay.endpoint.origin): answers, keeps messages for 30 days\naddress: "))
        #expect(try await relay.stop() == 0)
        let ill = try home.chat(["doctor"])
        #expect(ill.status == 3 && ill.text.contains("the relay can't be reached"), "\(ill.text)")
        // What does not reach a relay changes nothing.
        try home.fails(1, "\(relay.endpoint.origin): the relay can't be reached", "invite", "Ben")
        #expect(try home.quietly("contacts") == "")
        try relay.start()
        #expect(try home.chat(["init", relay.endpoint.origin, "--proxy", "127.0.0.1:1"]).status == 0)
        let hidden = try home.chat(["doctor"])
        #expect(hidden.text.contains("address: hidden from relays by the proxy 127.0.0.1:1"), "\(hidden.text)")
        try home.fails(1, "\(relay.endpoint.origin): the relay can't be reached", "invite", "Ben")
    }

    /// A relay for friends wants a code.
    @Test func relaysMayAskForTheirOwnInvitations() throws {
        let folder = try TemporaryFolder()
        let code = try RelayProcess.run(["invite"]).text
        try folder.write(Array(code.utf8), to: "codes")
        let friends = try RelayProcess(["--invitations", folder.file("codes").path])
        let home = try ChatHome(friends)
        try home.fails(1, "\(friends.endpoint.origin): the relay asks for an invitation", "invite", "Ben")
        try home.vault.write(code, to: "code")
        #expect(try home.chat(["init", friends.endpoint.origin, "--code-file", "code"]).status == 0)
        #expect(try home.chat(["invite", "Ben"]).status == 0)
    }
}
