import SecrBytes
import SecrHTTP
import SecrMessenger
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// What three people do at one relay: they meet, talk, change keys, take things back; and what in that is nobody's
/// business.
struct Story {
    private static let (anna, ben, clara) = ("Anna Xenoglossa", "Ben Quixotry", "Clara Zygomorph")

    private let clock = TestClock()
    private let people: [Person]
    private var keys = KnownKeys()

    /// Plaintext, names, invitations, secrets, groups: what no relay sees.
    private(set) var hidden = Traces()
    /// What the relay is asked, and with which keys: what nobody on the way sees if there is TLS.
    private(set) var asked = Traces()
    /// Everything that ``asked`` has, by what it is called.
    static let questions: Set = [
        "a route", "the route of blobs", "an answer", "a cell", "a key to read", "a key to write",
    ]
    /// How many epochs the conversations had, both together.
    private(set) var epochs = 0

    /// Tells it, at a relay.
    init(at origin: String, trust: HTTPRequest.Trust = .system) async throws {
        people = try (0..<3).map { [clock] _ in try Person(at: origin, clock: clock, trust: trust) }
        asked.add("a route", text: "POST /v1/box")
        asked.add("the route of blobs", text: "POST /v1/blob")
        asked.add("an answer", text: "HTTP/1.1 200 OK")
        for name in [Self.anna, Self.ben, Self.clara] { hidden.add("the name of a contact", text: name) }
        try await tell(try people.map { try $0.messenger() })
    }

    private mutating func tell(_ messengers: [Messenger]) async throws {
        let (a, b, c) = (messengers[0], messengers[1], messengers[2])
        for (messenger, name) in [(b, Self.ben), (c, Self.clara)] {
            let invitation = try await a.invite(name)
            try await messenger.accept(invitation.link, as: Self.anna)
        }
        for _ in 0..<3 { try await exchange(messengers) }
        #expect(try a.contacts().count { $0.state == .active } == 2)
        for day in 0..<4 {
            try say("on day \(day) the password is xyzzy-\(day)", a, Self.ben)
            try say("for Clara only, on day \(day): plugh-\(day)", a, Self.clara)
            try await exchange(messengers)
            try say("Ümläute 👍 and \u{202E}others, day \(day)", b, Self.anna)
            try say(String(repeating: "day \(day) of a long story, ", count: 1_500), c, Self.anna)
            try await exchange(messengers)
            clock.advance(86_401)
            try await exchange(messengers)
        }
        try await sendFiles(a, b, messengers)
        try a.setLifetime(3_600, with: a.contact(Self.ben))
        let last = try #require(try a.history(of: a.contact(Self.clara)).last { $0.direction == .outgoing })
        #expect(try a.delete(last.number, of: a.contact(Self.clara), forBoth: true))
        try await exchange(messengers)
        #expect(try b.heard(Self.anna) == a.said(Self.ben) && a.heard(Self.clara) == c.said(Self.anna))
        // Something is still at the relay at the end.
        try say("nobody has fetched this yet", b, Self.anna)
        try say("nor that, which is for Clara", a, Self.clara)
        try a.attach(AttachmentTests.file(Array("nobody opens this".utf8), "unopened.txt"), to: a.contact(Self.ben))
        hidden.add("the content of a file", text: "nobody opens this")
        hidden.add("the name of a file", text: "unopened.txt")
        try await a.upload(to: a.contact(Self.ben).id, AttachmentTests.ignore)
        try note(messengers)
        for messenger in [a, b] { _ = try await messenger.deliverAll() }
        hidden.add("the name of a contact", text: "Dora Yesteryear")
        _ = try await b.invite("Dora Yesteryear")
        try note(messengers)
    }

    private mutating func say(_ text: String, _ messenger: Messenger, _ name: String) throws {
        try messenger.send(text, to: messenger.contact(name))
        // Long ones are cut anywhere.
        hidden.add("a text", text: text.count > 100 ? String(text.prefix(50)) : text)
    }

    /// A picture, which is scrubbed and has a preview, and something else, which is sent as it is.
    private mutating func sendFiles(_ a: Messenger, _ b: Messenger, _ messengers: [Messenger]) async throws {
        let letter = (0..<9_000).map { "line \($0) of a letter to Ben\n" }.joined()
        var files = [
            FileToSend(MemorySource(try Fixture.named("holiday.jpg").bytes), name: "Zanzibar with Dora.jpg"),
            AttachmentTests.file(Array(letter.utf8), "Letter from Zanzibar.txt"),
        ]
        files[0].caption = "the harbour at half past nine"
        for file in files {
            hidden.add("the name of a file", text: file.name)
            if !file.caption.isEmpty { hidden.add("a caption", text: file.caption) }
            let message = try a.attach(file, to: a.contact(Self.ben))
            let attachment = try #require(message.attachment)
            hidden.add("the secret of a file", attachment.secret.bytes)
            hidden.add("the hash of a file", attachment.hash)
            try hide("a preview", partOf: attachment.preview)
            try hide("the content of a file", partOf: try a.bytes(of: message))
        }
        try await exchange(messengers)
        try await exchange(messengers)
        let come = try b.history(of: b.contact(Self.anna)).filter { $0.file != nil }
        #expect(come.compactMap(\.attachment?.name) == files.map(\.name))
        #expect(try come.last.map { try b.bytes(of: $0) } == Array(letter.utf8))
    }

    /// From behind the middle, where pictures are not like each other any more.
    private mutating func hide(_ name: String, partOf bytes: [UInt8]) throws {
        if bytes.isEmpty { return }
        let part = Array(bytes[(bytes.count / 4 * 3)...].prefix(32))
        try #require(Set(part).count > 10, "\(name) has nothing of its own there")
        hidden.add(name, part)
    }

    private mutating func exchange(_ messengers: [Messenger]) async throws {
        for messenger in messengers {
            try note(messengers)
            #expect(try await messenger.synchronize().refusals.isEmpty)
        }
        try note(messengers)
    }

    /// Takes down what there is now.
    private mutating func note(_ messengers: [Messenger]) throws {
        for messenger in messengers {
            try keys.learn(messenger)
            for contact in try messenger.contacts() { try note(contact, of: messenger) }
        }
        for wrap in keys.wraps { hidden.add("the key of cells", wrap.bytes) }
        for secret in keys.invitations { hidden.add("the secret of an invitation", secret.bytes) }
        for known in keys.epochs.values {
            for (name, bytes) in known where !bytes.isEmpty { hidden.add(name, bytes) }
        }
        epochs = keys.epochs.count
    }

    private mutating func note(_ contact: Contact, of messenger: Messenger) throws {
        hidden.add("the id of a contact", contact.id.bytes)
        let pending = try messenger.vault.readState { try $0.invitation(contact.id) }
        if let pending { hidden.add("an invitation", text: String(pending.invitation.link.dropFirst(5))) }
        if let conversation = contact.conversation {
            hidden.add("a safety code", conversation.safetyCode)
            hidden.add("a safety code", text: try #require(contact.safetyCode).joined(separator: " "))
        }
        for box in [pending?.box, contact.conversation?.inbox, contact.conversation?.oldInbox].compactMap(\.self) {
            hidden.add("the secret half of a key to write", box.capability.writeSeed.bytes)
            asked.add("a key to read", box.address.readKey)
            asked.add("a key to write", box.address.writeKey)
        }
        for cell in try messenger.outbox(contact.name) { asked.add("a cell", Array(cell.cell[1_000..<1_032])) }
    }
}

extension Messenger {
    /// Puts what waits, and takes nothing.
    fileprivate func deliverAll() async throws -> Int {
        var count = 0
        for contact in try contacts() where contact.state == .active { count += try await deliver(to: contact.id) }
        return count
    }
}
