import Foundation
import SecrTestSupport
import Testing

/// `set`, `delete`, `block`, and vaults that are not what they were.
@Suite(.serialized) struct ChatChangeTests {
    let relay: RelayProcess
    let anna: ChatHome
    let ben: ChatHome

    init() throws {
        relay = try RelayProcess()
        (anna, ben) = try ChatHome.pair(relay)
    }

    @Test func settingsHold() throws {
        try anna.fails(64, "nothing to set", "set", "Ben")
        try anna.fails(64, "--receipts takes on or off", "set", "Ben", "--receipts", "maybe")
        for time in ["1", "0s", "1y", "-1s", "99999w", ""] {
            #expect(try anna.chat(["set", "Ben", "--disappear=\(time)"]).status == 64)
        }
        try anna.quietly("set", "Ben", "--receipts", "off", "--name", "Benjamin")
        try anna.fails(10, "there is no contact 'Ben'", "set", "Ben", "--receipts", "on")
        let contact = try #require(try anna.contacts().first)
        #expect(contact["name"] as? String == "Benjamin" && contact["receipts"] as? Bool == false)
        // Ben does not learn that it came, not even from an answer.
        try ben.quietly("send", "Anna", "hello")
        try anna.quietly("receive")
        try anna.quietly("send", "Benjamin", "hello")
        try ben.quietly("receive")
        #expect(try ben.history("Anna").first?.delivery == "sent")
    }

    @Test func messagesDisappear() async throws {
        try anna.quietly("send", "Ben", "stays")
        try anna.quietly("set", "Ben", "--disappear", "3s")
        try anna.quietly("send", "Ben", "goes")
        let told = try ben.chat(["receive"])
        #expect(told.text.contains("Anna: goes"))
        #expect(told.errors == "Anna: messages disappear after 3s from now on\n")
        #expect(try ben.quietly("contacts").hasPrefix("Anna: not verified, messages disappear after 3s"))
        try await Task.sleep(for: .seconds(4))
        #expect(try ben.heard("Anna") == ["stays"])
        #expect(try anna.history("Ben").map(\.text) == ["stays"])
        try ben.quietly("set", "Anna", "--disappear", "off")
        #expect(try anna.chat(["receive"]).errors == "Ben: messages stay from now on\n")
    }

    @Test func messagesAreDeleted() throws {
        for text in ["one", "two", "three"] { try anna.quietly("send", "Ben", text) }
        try ben.quietly("receive")
        try anna.quietly("delete", "Ben", "1")
        try anna.quietly("delete", "Ben", "3", "--for-both")
        #expect(try ben.chat(["receive"]).errors == "Anna: has taken back message 3\n")
        #expect(try anna.history("Ben").map(\.text) == ["two"])
        #expect(try ben.heard("Anna") == ["one", "two"])
        // Of the other side's, only the own copy goes.
        let run = try ben.chat(["delete", "Anna", "1", "--for-both"])
        #expect(
            run.status == 3 && run.errors == "secr-chat: warning: the other side can't be asked to delete this one\n")
        #expect(try ben.heard("Anna") == ["two"])
        try anna.fails(10, "there is no message 9", "delete", "Ben", "9")
        try anna.fails(64, "a message is named by its number", "delete", "Ben", "two")
    }

    @Test func contactsAreDeleted() throws {
        try anna.quietly("send", "Ben", "hello")
        try ben.quietly("receive")
        try anna.fails(64, "a contact is deleted with everything that was said", "delete", "Ben")
        try anna.fails(64, "--for-both is for single messages", "delete", "Ben", "--force", "--for-both")
        try anna.quietly("delete", "Ben", "-f")
        #expect(try anna.quietly("contacts") == "")
        try anna.fails(10, "there is no contact 'Ben'", "history", "Ben")
        #expect(try ben.chat(["receive"]).errors == "Anna: has left the conversation\n")
        #expect(try ben.heard("Anna") == ["hello"])
        try ben.fails(1, "there is no conversation with 'Anna' at present", "send", "Anna", "why?")
        // The same two may meet again.
        try anna.meet(try ChatHome(relay))
    }

    @Test func blockedIsBlocked() throws {
        try ben.quietly("send", "Anna", "before")
        try anna.quietly("receive")
        try anna.quietly("block", "Ben")
        #expect(try anna.quietly("contacts") == "Ben: blocked\n")
        _ = try ben.chat(["send", "Anna", "behind"])
        #expect(try anna.quietly("receive") == "")
        #expect(try anna.heard("Ben") == ["before"])
        #expect(try ben.quietly("contacts") == "Anna: not verified\n")
        try anna.fails(1, "there is no conversation with 'Ben' at present", "send", "Ben", "x")
        try anna.meet(ben, ["--anew"])
        try ben.quietly("send", "Anna", "again")
        try anna.quietly("receive")
        #expect(try anna.heard("Ben") == ["before", "again"])
    }

    // MARK: Vaults that are not what they were

    private func demandFrozen(_ home: ChatHome, at location: SourceLocation = #_sourceLocation) throws {
        #expect(
            try home.contacts().first?["frozen"] as? Bool == true, sourceLocation: location)
        try home.fails(
            1, "the conversation with 'Ben' is frozen: this vault was restored, copied or repaired", "send", "Ben", "x",
            at: location)
        #expect(try home.chat(["doctor"]).text.contains("frozen, begin anew to go on"), sourceLocation: location)
    }

    @Test func aRestoredVaultIsFrozen() throws {
        try anna.quietly("send", "Ben", "one")
        #expect(try Run.program("cp", ["-a", "vault", "backup"], in: anna.folder.path).status == 0)
        try anna.quietly("send", "Ben", "two")
        #expect(try Run.shell("rm -r vault; cp -a backup vault", in: anna.folder.path).status == 0)
        try anna.fails(13, "'vault': older than what this device has seen", "send", "Ben", "x")
        #expect(try anna.vault.vault(["trust", "--accept-restore", "vault"]).status == 0)
        try demandFrozen(anna)
        #expect(try anna.history("Ben").map(\.text) == ["one"])
        // What comes can be read; nothing leaves.
        try ben.quietly("receive")
        #expect(try ben.heard("Anna") == ["one", "two"])
        try ben.quietly("send", "Anna", "to whom?")
        #expect(try anna.chat(["receive"]).text.contains("Ben: to whom?"))
        try demandFrozen(anna)
        try anna.meet(ben, ["--anew"])
        try anna.quietly("send", "Ben", "three")
        try ben.quietly("receive")
        #expect(try ben.heard("Anna") == ["one", "two", "three"])
        #expect(try anna.history("Ben").map(\.text) == ["one", "to whom?", "three"])
        #expect(try anna.contacts().first?["frozen"] as? Bool == false)
    }

    /// Another device, which has seen nothing of the vault.
    @Test func aCopiedVaultIsFrozen() throws {
        try anna.quietly("send", "Ben", "one")
        let other = try ChatHome(in: SampleVault(copyOf: anna.vault))
        try FileManager.default.removeItem(at: other.folder.file("state"))
        try demandFrozen(other)
        #expect(try other.history("Ben").map(\.text) == ["one"])
        try other.quietly("receive")
        // The one that stays goes on.
        try anna.quietly("send", "Ben", "two")
        try ben.quietly("receive")
        #expect(try ben.heard("Anna") == ["one", "two"])
    }
}
