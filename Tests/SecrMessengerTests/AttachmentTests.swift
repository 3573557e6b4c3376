import SecrBytes
import SecrCrypto
import SecrMessenger
import SecrScrub
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// Files that go from one vault into another.
@Suite struct AttachmentTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    static let ignore: Messenger.Reporter = { _ in }

    static func file(_ bytes: [UInt8], _ name: String = "a.bin") -> FileToSend {
        var file = FileToSend(MemorySource(bytes), name: name)
        file.mayBeUnscrubbed = true
        return file
    }

    /// What is known of the only file that came.
    private func only(_ messenger: Messenger, _ name: String) throws -> (
        message: Message, attachment: SecrWire.Attachment
    ) {
        let messages = try messenger.history(of: messenger.contact(name))
        let message = try #require(messages.last)
        #expect(messages.count == 1)
        return (message, try #require(message.attachment))
    }

    @Test func aPictureArrivesWithoutWhatItTells() async throws {
        let (a, b) = try await couple.meet()
        let picture = try Fixture.named("exif-gps.jpg").bytes
        var file = FileToSend(MemorySource(picture), name: "beach.jpg")
        file.caption = "our walk"
        try a.attach(file, to: a.contact("Ben"))
        #expect(try only(a, "Ben").message.delivery == Message.Delivery.waiting)
        let happenings = try await couple.exchange(a, b)
        #expect(happenings.files == ["beach.jpg"])
        let (message, attachment) = try only(b, "Anna")
        #expect(attachment.caption == "our walk" && attachment.mediaType == "image/jpeg")
        #expect(attachment.width > 0 && attachment.height > 0 && attachment.preview.starts(with: [0xFF, 0xD8]))
        let source = MemorySource(picture)
        let expected = try Scrubber().prepare(source).plan.bytes(from: source)
        #expect(expected != picture)
        for (messenger, message) in [(a, try only(a, "Ben").message), (b, message)] {
            #expect(try messenger.bytes(of: message) == expected)
        }
        #expect(try only(a, "Ben").message.delivery == Message.Delivery.sent)
    }

    @Test func whatCantBeScrubbedIsNotSentUnlessAllowed() async throws {
        let (a, b) = try await couple.meet()
        let text = Array("a letter".utf8)
        #expect(throws: MessengerError.self) {
            try a.attach(FileToSend(MemorySource(text), name: "letter.txt"), to: a.contact("Ben"))
        }
        #expect(try a.history(of: a.contact("Ben")).isEmpty && a.filesInVault().isEmpty)
        try a.attach(Self.file(text, "letter.txt"), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        #expect(try b.bytes(of: only(b, "Anna").message) == text)
    }

    /// Sizes around those of blobs: each is as many as the page says, and comes whole.
    @Test(arguments: [0, 1, 2_048, 65_456, 65_457, 262_016, 600_000, 1_048_256, 5_000_000]) func sizes(_ size: Int)
        async throws
    {
        let (a, b) = try await couple.meet()
        let bytes = SecureRandom.bytes(size)
        try a.attach(Self.file(bytes), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let (message, attachment) = try only(b, "Anna")
        #expect(try b.bytes(of: message) == bytes)
        let room = attachment.blobs * attachment.blobSize.capacity
        // The smallest have no choice.
        #expect(room >= size && room <= size + max(size / 3, 65_456))
        #expect(try b.filesInVault() == ["/chat/Anna/1 a.bin"])
        // Nothing stays on the relay of what has come.
        #expect(try await couple.blobs(of: attachment).isEmpty)
    }

    @Test func eachSendingIsAnotherOne() async throws {
        let (a, b) = try await couple.meet()
        for _ in 0..<2 { try a.attach(Self.file([1, 2, 3]), to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        let files = try b.history(of: b.contact("Anna")).compactMap(\.attachment)
        #expect(files.count == 2 && Set(files.map(\.secret)).count == 2 && Set(files.map(\.hash)).count == 1)
        #expect(try b.filesInVault() == ["/chat/Anna/1 a.bin", "/chat/Anna/2 a.bin"])
    }

    // MARK: What is fetched

    @Test func largeFilesWaitUntilSomebodyAsks() async throws {
        let (a, b) = try await couple.meet()
        var settings = try b.settings
        settings.largestFetch = 999
        try Messenger.setUp(b.vault, settings)
        let bytes = SecureRandom.bytes(1_000)
        try a.attach(Self.file(bytes), to: a.contact("Ben"))
        #expect(try await couple.exchange(a, b).files.isEmpty)
        let waiting = try only(b, "Anna").message
        #expect(waiting.file == nil)
        let (message, path) = try await b.file(of: waiting.number, b.contact("Anna"), Self.ignore)
        #expect(try message.file == path && b.bytes(of: message) == bytes)
    }

    @Test func oneThatIsNeverFetchedExpires() async throws {
        let (a, b) = try await couple.meet()
        var settings = try b.settings
        settings.largestFetch = 0
        try Messenger.setUp(b.vault, settings)
        try a.attach(Self.file([1]), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let attachment = try only(b, "Anna").attachment
        try await couple.remove(attachment)
        let contact = try b.contact("Anna")
        await #expect(throws: MessengerError.self) { _ = try await b.file(of: 1, contact, Self.ignore) }
        // It may be a lie of the relay, until the day is over.
        #expect(try !b.vault.readState { try $0.entries(withPrefix: StateKey.downloads(contact.id)).isEmpty })
        couple.clock.advance(40 * 86_400)
        try await b.download(from: contact.id, Self.ignore)
        #expect(try b.vault.readState { try $0.entries(withPrefix: StateKey.downloads(contact.id)).isEmpty })
    }

    // MARK: What a relay does

    @Test func changedAndSwappedBlobsAreRefused() async throws {
        let (a, b) = try await couple.meet()
        let bytes = SecureRandom.bytes(600_000)
        try a.attach(Self.file(bytes), to: a.contact("Ben"))
        _ = try await a.synchronize()
        let attachment = try only(a, "Ben").attachment
        let blobs = try await couple.blobs(of: attachment)
        try #require(blobs.count == 3)
        var changed = blobs[1]
        changed[100_000] ^= 1
        for other in [changed, blobs[0], blobs[2], [UInt8](repeating: 0, count: changed.count)] {
            try await couple.replace(1, of: attachment, with: other)
            let happenings = try await b.synchronize()
            #expect(happenings.fileFailures == ["what the relay has is not what was sent"])
            #expect(try only(b, "Anna").message.file == nil)
            // Not before somebody asks again.
            #expect(try await b.synchronize().fileFailures.isEmpty)
            try b.wantFiles(of: b.contact("Anna"))
        }
        // What has come before it is not fetched again.
        try await couple.remove(attachment)
        try await couple.replace(1, of: attachment, with: blobs[1])
        try await couple.replace(2, of: attachment, with: blobs[2])
        #expect(try await b.synchronize().files == ["a.bin"])
        #expect(try b.bytes(of: only(b, "Anna").message) == bytes)
    }

    // MARK: What the other side does

    private func announce(_ a: Messenger, _ change: (inout SecrWire.Attachment) -> Void) async throws
        -> SecrWire.Attachment
    {
        let blob = SecureRandom.bytes(500)
        var attachment = SecrWire.Attachment(
            secret: WireSecret(SecureRandom.bytes(32)), origin: couple.relay.origin, blobSize: .kibi64,
            runs: [.init(first: 0, lastDay: Day(rawValue: 0))], size: 500, hash: BLAKE2b.hash(blob), name: "x.bin")
        attachment.runs = [.init(first: 0, lastDay: try await couple.store(blob, 0, of: attachment))]
        change(&attachment)
        try await couple.put(try a.forge("Ben", .attachment(attachment)), into: couple.ben.messenger().inbox("Anna"))
        return attachment
    }

    @Test func anotherFileThanWasPromisedIsRefused() async throws {
        let (a, b) = try await couple.meet()
        _ = try await announce(a) { $0.hash = SecureRandom.bytes(32) }
        let happenings = try await b.synchronize()
        #expect(happenings.fileFailures == ["it is not the file that the message is about"])
        #expect(try b.filesInVault().isEmpty)
        // It is not tried again and again.
        #expect(try await b.synchronize().fileFailures.isEmpty)
        try await couple.expectTalk(a, b)
    }

    @Test func nothingIsFetchedFromWhereNobodyShouldAsk() async throws {
        let (a, b) = try await couple.meet()
        var settings = try b.settings
        settings.relays = ["https://relay.example"]
        try Messenger.setUp(b.vault, settings)
        for origin in ["http://192.0.2.1:80", couple.relay.origin] {
            _ = try await announce(a) { $0.origin = origin }
            #expect(try await b.synchronize().fileFailures == ["it lies at \(origin), which is not safe"])
        }
        #expect(try b.filesInVault().isEmpty)
    }

    @Test func namesStayInTheirFolder() async throws {
        let (a, b) = try await couple.meet()
        let long = String(repeating: "ä", count: 125) + ".jpeg"
        for name in ["-rf", ".hidden", "a\nb\u{1B}[31m", long, "x.bin", "x.bin"] {
            _ = try await announce(a) { $0.name = name }
        }
        _ = try await b.synchronize()
        let found = try b.filesInVault()
        #expect(found.count == 6 && found.allSatisfy { $0.hasPrefix("/chat/Anna/") })
        #expect(found.contains("/chat/Anna/1 -rf") && found.contains("/chat/Anna/2 .hidden"))
        #expect(found.contains { $0.hasPrefix("/chat/Anna/4 ää") && $0.hasSuffix(".jpeg") })
    }

    /// Where somebody has put something in the place of it, the file gets another name.
    @Test func whatIsThereStays() async throws {
        let (a, b) = try await couple.meet()
        let path = VaultPath("chat/Anna/1 a.bin")
        try b.vault.makeFolder(path, parents: true, NewAttributes(mode: 0o700, modified: 0), now: 1)
        try a.attach(Self.file([7]), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let message = try only(b, "Anna").message
        #expect(try message.file != path && b.bytes(of: message) == [7])
    }

    // MARK: Deleting

    @Test func filesGoWithTheirMessages() async throws {
        let (a, b) = try await couple.meet()
        for number in 1...3 as ClosedRange<UInt8> { try a.attach(Self.file([number]), to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        #expect(try a.filesInVault().count == 3 && b.filesInVault().count == 3)
        try a.delete(1, of: a.contact("Ben"), forBoth: true)
        try b.delete(2, of: b.contact("Anna"), forBoth: false)
        try await couple.exchange(a, b)
        #expect(try a.filesInVault() == ["/chat/Ben/2 a.bin", "/chat/Ben/3 a.bin"])
        #expect(try b.filesInVault() == ["/chat/Anna/3 a.bin"])
        try b.delete(b.contact("Anna"))
        #expect(try b.filesInVault().isEmpty)
    }

    @Test func filesDisappearWithTheirMessages() async throws {
        let (a, b) = try await couple.meet()
        try a.setLifetime(60, with: a.contact("Ben"))
        try a.attach(Self.file([1]), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        #expect(try a.filesInVault().count == 1 && b.filesInVault().count == 1)
        couple.clock.advance(61)
        try a.deleteExpired()
        try b.deleteExpired()
        #expect(try a.filesInVault().isEmpty && b.filesInVault().isEmpty)
    }

    /// A message that is deleted before its file was sent is not sent, and one that is deleted half-way is not fetched.
    @Test func deletedMeanwhile() async throws {
        let (a, b) = try await couple.meet()
        try a.attach(Self.file([1]), to: a.contact("Ben"))
        #expect(try !a.delete(1, of: a.contact("Ben"), forBoth: true))
        try await couple.exchange(a, b)
        #expect(try b.history(of: b.contact("Anna")).isEmpty)
        try a.attach(Self.file(SecureRandom.bytes(600_000)), to: a.contact("Ben"))
        _ = try await a.synchronize()
        let attachment = try only(a, "Ben").attachment
        let last = try await couple.blobs(of: attachment)[2]
        try await couple.remove(2, of: attachment)
        _ = try await b.synchronize()
        #expect(try b.filesInVault().count == 1)
        try b.delete(1, of: b.contact("Anna"), forBoth: false)
        try await couple.replace(2, of: attachment, with: last)
        #expect(try await b.synchronize().files.isEmpty && b.filesInVault().isEmpty)
    }

    /// What was left by somebody who ended in the middle goes after a day.
    @Test func draftsAreSweptAway() async throws {
        let (_, b) = try await couple.meet()
        let path = VaultPath("chat/.drafts/0123")
        let time = Int64(couple.clock.now) * 1_000_000_000
        try b.vault.makeFolder(path.parent, parents: true, NewAttributes(mode: 0o700, modified: time), now: time)
        let input = SecrVault.ContentInput(MemorySource([1]))
        try b.vault.put(
            .init(path, .file(input), NewAttributes(mode: 0o600, modified: time)), overwrites: false, now: time
        ) { _ in }
        _ = try await b.synchronize()
        #expect(try b.filesInVault().count == 1)
        couple.clock.advance(90_000)
        _ = try await b.synchronize()
        #expect(try b.filesInVault().isEmpty)
    }

    @Test func aFrozenVaultSendsNoFiles() async throws {
        let (a, _) = try await couple.meet()
        let backup = try couple.anna.backup()
        try a.send("on", to: a.contact("Ben"))
        try couple.anna.restore(backup)
        let old = try couple.anna.messenger(acceptsOlder: true)
        #expect(throws: MessengerError.self) { try old.attach(Self.file([1]), to: old.contact("Ben")) }
        #expect(try old.filesInVault().isEmpty)
    }
}
