public import SecrBytes
internal import SecrCrypto
internal import SecrScrub
internal import SecrVault
internal import SecrWire

/// A file that is going to be sent, and what goes with it.
public struct FileToSend: Sendable {
    public var source: any ByteSource
    /// What the other side sees: the last part of a path at most.
    public var name: String
    /// At most ``SecrWire/Attachment/longestCaption`` bytes.
    public var caption = ""
    /// Whether a file is sent as it is that can't be scrubbed.
    public var mayBeUnscrubbed = false

    public init(_ source: any ByteSource, name: String) {
        self.source = source
        self.name = name
    }
}

/// Files that are sent.
extension Messenger {
    /// Scrubs a file, and puts what is left into the vault and into the outbox. It leaves with ``upload(to:_:)`` or with
    /// the next ``synchronize(_:wait:)``; what is said meanwhile may arrive before it.
    ///
    /// - Throws: ``MessengerError/unscrubbed(_:)``, ``MessengerError/unreadable(_:)``, ``MessengerError/badFileName``,
    ///   ``MessengerError/badText`` for a caption, ``MessengerError/frozen(_:)``, ``MessengerError/notActive(_:)``; errors of
    ///   the vault.
    @discardableResult
    public func attach(_ file: FileToSend, to contact: Contact) throws -> Message {
        guard Attachment.isName(file.name) else { throw MessengerError.badFileName }
        guard file.caption.utf8.count <= Attachment.longestCaption, !file.caption.utf8.contains(0) else {
            throw MessengerError.badText
        }
        let contact = try vault.readState { try writable(contact, $0) }
        let origin = try Self.ownRelay(settings, avoiding: contact.conversation?.peerBox?.origin)
        let scrub = try scrub(of: file)
        let draft = try AttachmentPath.draft()
        try makeDraftFolder()
        let content = scrub.map { PlannedSource($0.plan, of: file.source) } ?? file.source
        let attributes = NewAttributes(mode: 0o600, modified: nanoseconds)
        try vault.put(
            Vault.NewItem(draft, .file(ContentInput(content)), attributes), overwrites: false, now: nanoseconds
        ) { _ in }
        do {
            let stored = try VaultSource(vault, draft)
            do throws(ScrubError) { try scrub?.verify(stored) } catch { throw MessengerError.unreadable(error.reason) }
            var attachment = Attachment(
                secret: WireSecret(SecureRandom.bytes(WireSecret.size)), origin: origin,
                blobSize: .fitting(UInt64(stored.size)), runs: [.init(first: 0, lastDay: today)],
                size: UInt64(stored.size), hash: try Self.hash(stored), name: file.name,
                mediaType: scrub?.format.mediaType ?? "", caption: file.caption)
            if let preview = Scrubber().preview(of: stored, bytes: Attachment.largestPreview) {
                attachment.preview = preview.jpeg
                (attachment.width, attachment.height) = (UInt32(preview.width), UInt32(preview.height))
            }
            return try enqueue(attachment, draft, to: contact)
        } catch {
            try? vault.remove(draft, recursively: false, now: nanoseconds)
            throw error
        }
    }

    /// - Returns: `nil` where the file is to be sent as it is.
    private func scrub(of file: FileToSend) throws(MessengerError) -> PreparedScrub? {
        do throws(ScrubError) {
            let scrub = try Scrubber().prepare(file.source)
            // Some of it stays as it is, and nobody has looked into that.
            if scrub.limitations.contains(where: \.isOpaque), !file.mayBeUnscrubbed {
                throw ScrubError(.refused, "there are parts in it that can't be looked into")
            }
            return scrub
        } catch {
            if error.code == .unreadable || error.code == .contract { throw .unreadable(error.reason) }
            guard file.mayBeUnscrubbed else { throw .unscrubbed(error.reason) }
            return nil
        }
    }

    /// Gives the file its name, and the message its place in the history; both or neither.
    private func enqueue(_ attachment: Attachment, _ draft: VaultPath, to contact: Contact) throws -> Message {
        let time = now()
        return try vault.changeState { state in
            var contact = try writable(contact, state)
            let path = try place(draft, contact.nextMessage, attachment.name, of: contact, state)
            // It has no number before all of it is with the relay.
            let content = Content(
                number: 0, time: time, lifetime: contact.lifetime, body: .attachment(attachment))
            let message = try state.add(
                .attachment(attachment), .outgoing, content, to: &contact, file: path, now: time)
            try state.set(Upload().stored, of: StateKey.uploads(contact.id) + message.number.bytes)
            try state.store(contact)
            return message
        }
    }
}
