import SecrBytes
import SecrCrypto
import SecrMessenger
import SecrScrub
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// What others do between two steps of a file, and what nobody should be able to bring about with one.
@Suite struct AttachmentTroubleTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    private static let attributes = NewAttributes(mode: 0o600, modified: 1)

    private func put(_ bytes: [UInt8], at path: VaultPath, of messenger: Messenger, overwrites: Bool = true) throws {
        try messenger.vault.put(
            .init(path, .file(SecrVault.ContentInput(MemorySource(bytes))), Self.attributes), overwrites: overwrites,
            now: 1
        ) { _ in }
    }

    /// Somebody takes a file back while it is on its way.
    @Test func deletedWhileItComes() async throws {
        let (a, b) = try await couple.meet()
        try a.attach(AttachmentTests.file(SecureRandom.bytes(600_000)), to: a.contact("Ben"))
        _ = try await a.synchronize()
        _ = try await b.synchronize(fetchesFiles: false)
        let contact = try b.contact("Anna")
        let transfers = Shared(0)
        try await b.download(from: contact.id) { happenings in
            for happening in happenings where happening.isTransfer {
                transfers.withLock { $0 += 1 }
                _ = try? b.delete(1, of: contact, forBoth: false)
            }
        }
        #expect(transfers.withLock(\.self) == 1)
        #expect(try b.filesInVault().isEmpty)
        try await couple.expectTalk(a, b)
    }

    @Test func renamedWhileItComes() async throws {
        let (a, b) = try await couple.meet()
        let bytes = SecureRandom.bytes(600_000)
        try a.attach(AttachmentTests.file(bytes), to: a.contact("Ben"))
        _ = try await a.synchronize()
        _ = try await b.synchronize(fetchesFiles: false)
        let contact = try b.contact("Anna")
        try await b.download(from: contact.id) { happenings in
            if happenings.contains(where: \.isTransfer) { try? b.rename(contact, to: "Anni") }
        }
        #expect(try b.filesInVault() == ["/chat/Anni/1 a.bin"])
        try b.delete(b.contact("Anni"))
        // Nor is there a folder that tells of whoever was there.
        #expect(try b.vault.list(VaultPath("chat")).map(\.name) == [Array(".drafts".utf8)])
    }

    /// Something of the user's lies where files should go.
    @Test func aFileIsWhereTheFolderShouldBe() async throws {
        let (a, b) = try await couple.meet()
        try put([1], at: VaultPath("chat"), of: b)
        try a.attach(AttachmentTests.file([7]), to: a.contact("Ben"))
        _ = try await a.synchronize()
        #expect(try await b.synchronize().fileFailures == ["there is something else in the vault where it should be"])
        try a.send("hello", to: a.contact("Ben"))
        _ = try await a.synchronize()
        #expect(try await b.synchronize().texts == ["hello"])
        try b.delete(1, of: b.contact("Anna"), forBoth: false)
        #expect(try b.filesInVault() == ["/chat"])
    }

    @Test func aContactWithTheNameOfDrafts() async throws {
        let (a, b) = try await couple.meet()
        try b.rename(b.contact("Anna"), to: ".drafts")
        try a.attach(AttachmentTests.file([7]), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        couple.clock.advance(3 * 86_400)
        _ = try await b.synchronize()
        #expect(try b.filesInVault() == ["/chat/_drafts/1 a.bin"])
    }

    /// Another file of the same size in the place of the one that was scrubbed.
    @Test func changedBeforeItLeaves() async throws {
        let (a, b) = try await couple.meet()
        let message = try a.attach(AttachmentTests.file([1, 2, 3]), to: a.contact("Ben"))
        try put([1, 2, 4], at: try #require(message.file), of: a)
        let happenings = try await a.synchronize()
        #expect(happenings.fileFailures.count == 1)
        #expect(try a.history(of: a.contact("Ben")).map(\.delivery) == [.failed])
        try await couple.exchange(a, b)
        #expect(try b.history(of: b.contact("Anna")).isEmpty)
        try await couple.expectTalk(a, b)
    }

    /// What is in a document and can't be looked into is not sent as if it were scrubbed.
    @Test func partsThatNobodyLookedInto() async throws {
        let (a, _) = try await couple.meet()
        let opaque = Fixture.all.first { fixture in
            guard fixture.file.hasSuffix(".pdf") else { return false }
            let limits = (try? Scrubber().prepare(MemorySource(fixture.bytes)))?.limitations
            return limits?.contains(where: \.isOpaque) ?? false
        }
        let bytes = try #require(opaque).bytes
        #expect(throws: MessengerError.self) {
            try a.attach(FileToSend(MemorySource(bytes), name: "a.pdf"), to: a.contact("Ben"))
        }
        try a.attach(AttachmentTests.file(bytes, "a.pdf"), to: a.contact("Ben"))
    }

    /// The device was off until what it had stored was gone, or the relay is not used any more.
    @Test(arguments: [false, true]) func anUploadThatStoodStill(isLate: Bool) async throws {
        let (a, b) = try await couple.meet()
        let bytes = SecureRandom.bytes(600_000)
        try a.attach(AttachmentTests.file(bytes), to: a.contact("Ben"))
        let contact = try a.contact("Ben")
        let task = Task {
            try await a.upload(to: contact.id) { happenings in
                if happenings.contains(where: \.isTransfer) { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        _ = try? await task.value
        let first = try #require(try a.history(of: contact).last?.attachment)
        if isLate {
            couple.clock.advance(40 * 86_400)
        } else {
            // Another name of the same relay.
            var settings = try a.settings
            settings.relays = [couple.relay.origin.replacingOccurrences(of: "127.0.0.1", with: "localhost")]
            try Messenger.setUp(a.vault, settings)
        }
        try await couple.exchange(a, b)
        let come = try #require(try b.history(of: b.contact("Anna")).last)
        #expect(try b.bytes(of: come) == bytes)
        #expect(come.attachment?.secret != first.secret)
    }

    /// One file at a relay that does not answer holds up no other.
    @Test func aRelayThatIsGone() async throws {
        let (a, b) = try await couple.meet()
        let other = try RelayProcess()
        let blob = SecureRandom.bytes(500)
        var attachment = SecrWire.Attachment(
            secret: WireSecret(SecureRandom.bytes(32)), origin: other.origin, blobSize: .kibi64,
            runs: [.init(first: 0, lastDay: Day(seconds: Int64(couple.clock.now)).adding(3))], size: 500,
            hash: BLAKE2b.hash(blob), name: "gone.bin")
        other.crash()
        try await couple.put(try a.forge("Ben", .attachment(attachment)), into: b.inbox("Anna"))
        try a.attach(AttachmentTests.file([7], "here.bin"), to: a.contact("Ben"))
        _ = try await a.synchronize()
        let happenings = try await b.synchronize()
        #expect(happenings.files == ["here.bin"] && happenings.failures.count == 1)
        // And none is said to be there for ever.
        attachment.runs[0].lastDay = Day(rawValue: .max)
        try await couple.put(try a.forge("Ben", .attachment(attachment)), into: b.inbox("Anna"))
        #expect(try await b.synchronize().fileFailures.count == 1)
        try await couple.expectTalk(a, b)
    }

    /// Nobody fills a disk by announcing the same thing again and again.
    @Test func moreThanSomebodyLooksAt() async throws {
        let (a, b) = try await couple.meet()
        var settings = try b.settings
        settings.largestFetch = 100
        try Messenger.setUp(b.vault, settings)
        for _ in 0..<15 { try a.attach(AttachmentTests.file([UInt8](repeating: 1, count: 100)), to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        #expect(try b.filesInVault().count == 10)
        try b.markSeen(b.contact("Anna"))
        try a.attach(AttachmentTests.file([7]), to: a.contact("Ben"))
        try await couple.exchange(a, b)
        #expect(try b.filesInVault().count == 11)
        try b.wantFiles(of: b.contact("Anna"))
        _ = try await b.synchronize()
        #expect(try b.filesInVault().count == 16)
    }

    /// An old word about where messages are taken in, which a relay has kept back, does not count any more.
    @Test func anOldBoxThatIsNamedLate() async throws {
        let (a, b) = try await couple.meet()
        let box = try a.inbox("Ben")
        let first = try b.inbox("Anna")
        couple.clock.advance(32 * 86_400)
        _ = try await b.synchronize()
        let late = try await couple.takeAll(from: box)
        couple.clock.advance(32 * 86_400)
        try await couple.exchange(a, b)
        let now = try b.inbox("Anna")
        #expect(now.address != first.address)
        try await couple.put(late, into: try a.inbox("Ben"))
        try await couple.exchange(a, b)
        #expect(try a.contact("Ben").conversation?.peerBox == b.inbox("Anna").capability)
        try await couple.expectTalk(a, b)
    }
}

extension Happening {
    fileprivate var isTransfer: Bool { if case .transfer = self { true } else { false } }
}
