internal import SecrCrypto
internal import SecrRelayClient
internal import SecrVault
internal import SecrWire

/// Files on their way to a relay.
extension Messenger {
    /// Days for which a relay is asked to keep a file; it may have fewer.
    private static let fileDays = 30
    /// Days that the first blobs have to be there yet, so that the other side has time.
    private static let leastDays = 1

    /// A blob that is to be stored next.
    private struct UploadStep: Sendable {
        var contact: Contact
        var message: Message
        var attachment: Attachment
        var path: VaultPath
        var upload: Upload

        var blob: UInt32 { upload.next }
    }

    /// Stores files that wait for a contact with a relay. One of which all is there goes into the outbox.
    ///
    /// - Parameter report: gets ``Happening/transfer(_:_:_:)`` for each blob.
    /// - Returns: whether something was put into the outbox.
    /// - Throws: ``MessengerError``, above all ``MessengerError/relay(origin:_:)``; what is stored is not stored again.
    @discardableResult
    public func upload(to id: ContactID, _ report: @escaping Reporter) async throws -> Bool {
        let numbers = try await desk.run { [self] in
            try vault.readState { state in
                try state.entries(withPrefix: StateKey.uploads(id)).map { UInt64(bytes: $0.key.suffix(8)) }
            }
        }
        var (isAny, failure) = (false, nil as MessengerError?)
        for number in numbers {
            do {
                isAny = try await upload(number, to: id, report) || isAny
            } catch let error as MessengerError {
                guard case .relay(_, let reason) = error, reason != .cancelled else { throw error }
                // Others may go to another relay.
                failure = failure ?? error
            }
        }
        if let failure, !isAny { throw failure }
        return isAny
    }

    /// - Returns: whether the message was put into the outbox.
    private func upload(_ number: UInt64, to id: ContactID, _ report: @escaping Reporter) async throws -> Bool {
        var days: Int?
        // Once: clocks can differ, and then what has just been stored seems to be old again.
        try await desk.run { [self] in
            if let step = try nextUpload(number, to: id), try isStale(step) { try beginAnew(step) }
        }
        while let step = try await desk.run({ [self] in try nextUpload(number, to: id) }) {
            if days == nil { days = min(Self.fileDays, try await terms(of: step.attachment.origin).blobDays) }
            let isLast = Int(step.blob) + 1 == step.attachment.blobs
            guard let bytes = try await desk.run({ [self] in try content(of: step) }),
                try !isLast || isUnchanged(step)
            else {
                let reason = "the file is not in the vault any more, or has changed, and is not sent"
                try await desk.run { [self] in try giveUpUpload(step) }
                report([.fileFailed(step.contact, step.message, reason)])
                return false
            }
            let lastDay = try await store(bytes, step, days: days ?? 1)
            guard try await desk.run({ [self] in try note(step, lastDay, isLast: isLast) }) else { continue }
            report([.transfer(step.contact, step.message, step.attachment.part(step.blob).upperBound)])
            if isLast { return true }
        }
        return false
    }

    private func nextUpload(_ number: UInt64, to id: ContactID) throws -> UploadStep? {
        try vault.readState { state in
            guard let contact = try state.contact(id), contact.state == .active, !isFrozen(contact),
                !contact.isBroken, let stored = try state.value(of: StateKey.uploads(id) + number.bytes)
            else { return nil }
            guard let message = try state.message(number, of: id), let attachment = message.attachment,
                let path = message.file
            else { throw MessengerError.damaged }
            return UploadStep(
                contact: contact, message: message, attachment: attachment, path: path,
                upload: try Upload(stored: stored))
        }
    }

    /// Whether what is stored already is about to expire, or lies at a relay that is not used any more.
    private func isStale(_ step: UploadStep) throws -> Bool {
        let isOld = step.upload.runs.first.map { today.distance(to: $0.lastDay) < Self.leastDays } ?? false
        return try isOld || !settings.relays.contains(step.attachment.origin)
    }

    /// As if nothing were stored, under another secret.
    private func beginAnew(_ step: UploadStep) throws {
        let (id, number) = (step.contact.id, step.message.number)
        let origin = try Self.ownRelay(settings, avoiding: step.contact.conversation?.peerBox?.origin)
        try vault.changeState { state in
            guard try state.value(of: StateKey.uploads(id) + number.bytes) != nil,
                var message = try state.message(number, of: id), var attachment = message.attachment
            else { return }
            attachment.secret = WireSecret(SecureRandom.bytes(WireSecret.size))
            attachment.origin = origin
            message.body = .attachment(attachment)
            try state.store(message, of: id)
            try state.set(Upload().stored, of: StateKey.uploads(id) + number.bytes)
        }
    }

    /// Whether all of the file is what was scrubbed: somebody may have put another one there meanwhile.
    private func isUnchanged(_ step: UploadStep) throws -> Bool {
        guard let source = try? VaultSource(vault, step.path) else { return false }
        return try Self.hash(source) == step.attachment.hash
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
            // Another process may have been faster, or have begun anew.
            guard upload.next == step.blob,
                try state.message(step.message.number, of: id)?.attachment == step.attachment
            else { return false }
            guard upload.note(lastDay) else {
                throw MessengerError.relay(origin: step.attachment.origin, .malformedAnswer(nil, status: 200))
            }
            guard isLast else {
                try state.set(upload.stored, of: key)
                return true
            }
            // It may have ended meanwhile; what is here stays.
            guard var contact = try? writable(step.contact, state) else { return false }
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
