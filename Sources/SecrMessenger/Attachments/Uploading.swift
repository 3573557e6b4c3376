internal import SecrRelayClient
internal import SecrVault
internal import SecrWire

/// Files on their way to a relay.
extension Messenger {
    /// Days for which a relay is asked to keep a file; it may have fewer.
    private static let fileDays = 30

    /// A blob that is to be stored next.
    private struct UploadStep: Sendable {
        var contact: Contact
        var message: Message
        var attachment: Attachment
        var path: VaultPath
        var blob: UInt32
    }

    /// Stores files that wait for a contact with a relay. One of which all is there goes into the outbox.
    ///
    /// - Parameter report: gets ``Happening/transfer(_:_:_:)`` for each blob.
    /// - Returns: whether something was put into the outbox.
    /// - Throws: ``MessengerError``, above all ``MessengerError/relay(origin:_:)``; what is stored is not stored again.
    @discardableResult
    public func upload(to id: ContactID, _ report: @escaping Reporter) async throws -> Bool {
        var (isAny, days) = (false, [String: Int]())
        while let step = try await desk.run({ [self] in try nextUpload(to: id) }) {
            let origin = step.attachment.origin
            if days[origin] == nil { days[origin] = min(Self.fileDays, try await terms(of: origin).blobDays) }
            guard let bytes = try await desk.run({ [self] in try content(of: step) }) else {
                let reason = "the file is not in the vault any more, or has changed"
                try await desk.run { [self] in try giveUpUpload(step) }
                report([.fileFailed(step.contact, step.message, reason)])
                continue
            }
            let lastDay = try await store(bytes, step, days: days[origin] ?? 1)
            let isLast = Int(step.blob) + 1 == step.attachment.blobs
            if isLast { isAny = true }
            let done = step.attachment.part(step.blob).upperBound
            if try await desk.run({ [self] in try note(step, lastDay, isLast: isLast) }) {
                report([.transfer(step.contact, step.message, done)])
            }
        }
        return isAny
    }

    private func nextUpload(to id: ContactID) throws -> UploadStep? {
        try vault.readState { state in
            guard let contact = try state.contact(id), contact.state == .active, !isFrozen(contact),
                !contact.isBroken,
                let (key, value) = try state.entries(withPrefix: StateKey.uploads(id), limit: 1).first
            else { return nil }
            guard let message = try state.message(UInt64(bytes: key.suffix(8)), of: id),
                let attachment = message.attachment, let path = message.file
            else { throw MessengerError.damaged }
            return UploadStep(
                contact: contact, message: message, attachment: attachment, path: path,
                blob: try Upload(stored: value).next)
        }
    }

    /// - Returns: `nil` where the file is not there as it was.
    private func content(of step: UploadStep) throws -> [UInt8]? {
        guard let node = try vault.find(step.path), node.kind == .file,
            UInt64(node.size) == step.attachment.size
        else { return nil }
        let part = step.attachment.part(step.blob)
        let bytes = try vault.bytes(of: step.path, Int(part.lowerBound)..<Int(part.upperBound))
        return bytes.count == part.count ? bytes : nil
    }

    private func store(_ bytes: [UInt8], _ step: UploadStep, days: Int) async throws -> Day {
        let origin = step.attachment.origin
        let blob = AttachmentBlob(step.blob, of: step.attachment)
        let code = try await desk.run { [self] in try settings.codes[origin] }
        do throws(RelayClientError) {
            return try await relays.client(origin).store(
                blob.sealed(bytes), blob.size, at: blob.address, blob.writer, days: days,
                admission: code.map(Admission.invitation(code:)) ?? .none)
        } catch {
            throw MessengerError.relay(origin: origin, error)
        }
    }

    /// Takes note of a blob that is there. After the last one, the other side is told.
    ///
    /// - Returns: whether nobody else has done that.
    private func note(_ step: UploadStep, _ lastDay: Day, isLast: Bool) throws -> Bool {
        let (id, time) = (step.contact.id, now())
        let key = StateKey.uploads(id) + step.message.number.bytes
        return try vault.changeState { state in
            guard let stored = try state.value(of: key) else { return false }
            var upload = try Upload(stored: stored)
            guard upload.next == step.blob else { return false }
            guard upload.note(lastDay) else {
                throw MessengerError.relay(origin: step.attachment.origin, .malformedAnswer(nil, status: 200))
            }
            guard isLast else {
                try state.set(upload.stored, of: key)
                return true
            }
            var contact = try writable(step.contact, state)
            guard var message = try state.message(step.message.number, of: id), var attachment = message.attachment
            else { throw MessengerError.damaged }
            attachment.runs = upload.runs
            (message.content, message.lastCell) = try state.converse(
                with: &contact, receipts: sendsReceipts(contact), now: time
            ) { try $0.send(.attachment(attachment)) }
            message.body = .attachment(attachment)
            try state.store(message, of: id)
            try state.remove(key)
            try state.store(contact)
            return true
        }
    }

    private func giveUpUpload(_ step: UploadStep) throws {
        try vault.changeState { try $0.remove(StateKey.uploads(step.contact.id) + step.message.number.bytes) }
    }
}
