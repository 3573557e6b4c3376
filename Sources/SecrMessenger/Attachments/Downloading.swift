internal import SecrBytes
internal import SecrRelayClient
public import SecrVault
internal import SecrWire
internal import Synchronization

/// Files that come from a relay.
extension Messenger {
    /// A blob that is to be fetched next, or what is to be done with all of them.
    private struct DownloadStep: Sendable {
        var contact: Contact
        var message: Message
        var attachment: Attachment
        var path: VaultPath
        /// Bytes that are there already; `nil` where nothing is.
        var done: Int?

        var isComplete: Bool { done.map { UInt64($0) == attachment.size } ?? false }
    }

    /// Why a file does not come.
    private enum DownloadFailure: Error {
        /// It may come another time.
        case later(String)
        /// It is not tried again unless somebody asks for it.
        case refused(String)
        /// It never can.
        case never(String)
    }

    /// Fetches files that a contact has sent, and puts them into the vault.
    ///
    /// - Parameters:
    ///   - number: of the one message that it is about; by default all that are to be fetched.
    ///   - report: gets ``Happening/transfer(_:_:_:)`` for each blob, and ``Happening/file(_:_:)`` or
    ///     ``Happening/fileFailed(_:_:_:)`` at the end of each file.
    /// - Returns: whether nothing is left that may come another time.
    /// - Throws: ``MessengerError/relay(origin:_:)``; what has come is not fetched again.
    @discardableResult
    public func download(
        from id: ContactID, only number: UInt64? = nil, _ report: @escaping Reporter
    ) async throws -> Bool {
        var (isDone, failure) = (true, nil as MessengerError?)
        let numbers = try await desk.run { [self] in
            try vault.readState { state in
                try state.entries(withPrefix: StateKey.downloads(id)).map { UInt64(bytes: $0.key.suffix(8)) }
            }
        }
        for wanted in numbers where number == nil || wanted == number {
            do {
                isDone = try await download(wanted, from: id, report) && isDone
            } catch let error as MessengerError {
                guard case .relay(_, let reason) = error, reason != .cancelled else { throw error }
                // Others may lie at another relay.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return isDone
    }

    /// How often the vault may be found changed by others, in a row.
    private static let mostSurprises = 8

    /// - Returns: whether it is done with, one way or another.
    private func download(_ number: UInt64, from id: ContactID, _ report: @escaping Reporter) async throws -> Bool {
        var surprises = 0
        while let step = try await desk.run({ [self] in try nextDownload(number, from: id) }) {
            do {
                if step.isComplete {
                    let hash = try Self.hash(VaultSource(vault, step.path))
                    if let happening = try await desk.run({ [self] in try finish(step, hash) }) { report([happening]) }
                    await forgetBlobs(of: step)
                } else {
                    let bytes = try await fetchNext(step)
                    let done = try await desk.run { [self] in try add(bytes, step) }
                    report([.transfer(step.contact, step.message, UInt64(done))])
                }
                surprises = 0
            } catch let error as DownloadFailure {
                let reason: String
                switch error {
                case .later(let text): reason = text
                case .refused(let text):
                    reason = text
                    try await desk.run { [self] in try giveUpDownload(step, keepsPart: true) }
                case .never(let text):
                    reason = text
                    try await desk.run { [self] in try giveUpDownload(step, keepsPart: false) }
                }
                report([.fileFailed(step.contact, step.message, reason)])
                if case .later = error { return false }
                return true
            } catch let error where Self.isSurprise(error) {
                // Another process was faster, or somebody has deleted the message.
                surprises += 1
                guard surprises < Self.mostSurprises else {
                    let reason = "there is something else in the vault where it should be"
                    report([.fileFailed(step.contact, step.message, reason)])
                    return false
                }
            }
        }
        return true
    }

    /// Whether what was looked up in the vault is not there any more, or something else is.
    private static func isSurprise(_ error: any Error) -> Bool {
        switch error {
        case is ByteSourceError: true
        case VaultError.changed, VaultError.notFound, VaultError.exists, VaultError.isAFolder, VaultError.notAFolder:
            true
        default: false
        }
    }

    /// Lets all files of a contact be fetched that have not come, whatever their size.
    public func wantFiles(of contact: Contact) throws {
        for message in try history(of: contact) { try want(message, contact) }
    }

    private func want(_ message: Message, _ contact: Contact) throws {
        guard message.attachment != nil, message.direction == .incoming, message.file == nil else { return }
        let key = StateKey.downloads(contact.id) + message.number.bytes
        try vault.changeState { state in
            // It may have been deleted meanwhile.
            if try state.message(message.number, of: contact.id) != nil { try state.set([], of: key) }
        }
    }

    /// The file of a message in the vault, which is fetched first if need be.
    ///
    /// - Throws: ``MessengerError/fileFailed(_:_:)``, ``MessengerError/noFile(_:)``,
    ///   ``MessengerError/unknownMessage(_:)``, ``MessengerError/relay(origin:_:)``.
    public func file(
        of number: UInt64, _ contact: Contact, _ report: @escaping Reporter
    ) async throws -> (message: Message, path: VaultPath) {
        try await desk.run { [self] in
            let message = try message(number, of: contact)
            guard message.attachment != nil else { throw MessengerError.noFile(number) }
            try want(message, contact)
        }
        let reasons = Reasons()
        try await download(from: contact.id, only: number) { happenings in
            for case .fileFailed(_, _, let reason) in happenings { reasons.note(reason) }
            report(happenings)
        }
        return try await desk.run { [self] in
            let message = try message(number, of: contact)
            guard let path = message.file, try vault.find(path)?.kind == .file else {
                throw MessengerError.fileFailed(number, reasons.last ?? "it is not where it was in the vault")
            }
            return (message, path)
        }
    }

    // MARK: Steps

    private func nextDownload(_ number: UInt64, from id: ContactID) throws -> DownloadStep? {
        try vault.readState { state in
            guard let contact = try state.contact(id),
                try state.value(of: StateKey.downloads(id) + number.bytes) != nil,
                let message = try state.message(number, of: id), let attachment = message.attachment
            else { return nil }
            let path = try AttachmentPath.partial(number, of: id)
            return DownloadStep(
                contact: contact, message: message, attachment: attachment, path: path,
                done: try state.isFile(path) ? state.node(at: path)?.size : nil)
        }
    }

    private func fetchNext(_ step: DownloadStep) async throws -> [UInt8] {
        let (attachment, done) = (step.attachment, step.done ?? 0)
        guard Self.mayUse(attachment.origin, by: try await desk.run { [self] in try settings }) else {
            throw DownloadFailure.never("it lies at \(attachment.origin), which is not safe")
        }
        let (number, offset) = done.quotientAndRemainder(dividingBy: attachment.blobSize.capacity)
        guard offset == 0, number < attachment.blobs else {
            throw DownloadFailure.never("what had come of it was changed")
        }
        let blob = AttachmentBlob(UInt32(number), of: attachment)
        let lastDay = attachment.lastDay(ofBlob: UInt32(number))
        guard today.distance(to: lastDay) <= Command.longestLife + 1 else {
            throw DownloadFailure.never("no relay keeps anything for as long as it is said to be there")
        }
        let sealed: [UInt8]?
        do throws(RelayClientError) {
            sealed = try await relays.client(attachment.origin).fetch(
                blob.size, at: blob.address, blob.reader, expires: lastDay)
        } catch {
            throw MessengerError.relay(origin: attachment.origin, error)
        }
        guard let sealed else {
            throw lastDay < today
                ? DownloadFailure.never("the relay does not have it any more")
                : DownloadFailure.later("the relay does not have it, or not all of it")
        }
        guard let bytes = blob.opened(sealed) else {
            throw DownloadFailure.refused("what the relay has is not what was sent")
        }
        return bytes
    }

    /// - Returns: how many bytes are there now.
    private func add(_ bytes: [UInt8], _ step: DownloadStep) throws -> Int {
        try makeDraftFolder()
        let key = StateKey.downloads(step.contact.id) + step.message.number.bytes
        return try vault.append(
            to: step.path, ofSize: step.done ?? 0, ContentInput(MemorySource(bytes)),
            NewAttributes(mode: 0o600, modified: nanoseconds), now: nanoseconds
        ) { state in
            // Somebody may have deleted the message meanwhile.
            if try state.value(of: key) == nil { throw VaultError.changed(step.path.bytes) }
        }
    }

    /// - Returns: `nil` where somebody else has done that.
    private func finish(_ step: DownloadStep, _ hash: [UInt8]) throws -> Happening? {
        guard hash == step.attachment.hash else {
            throw DownloadFailure.never("it is not the file that the message is about")
        }
        let (id, number) = (step.contact.id, step.message.number)
        let key = StateKey.downloads(id) + number.bytes
        return try vault.changeState { state in
            guard try state.value(of: key) != nil, let contact = try state.contact(id),
                var message = try state.message(number, of: id)
            else { return nil }
            message.file = try place(step.path, number, step.attachment.name, of: contact, state)
            try state.store(message, of: id)
            try state.remove(key)
            return .file(contact, message)
        }
    }

    /// - Parameter keepsPart: whether it is gone on with if somebody asks for it within a day.
    private func giveUpDownload(_ step: DownloadStep, keepsPart: Bool) throws {
        try vault.changeState { state in
            try state.remove(StateKey.downloads(step.contact.id) + step.message.number.bytes)
            if !keepsPart, try state.isFile(step.path) { try state.removeFile(step.path, now: nanoseconds) }
        }
    }

    /// Lets the relay forget what has come; where that fails, it forgets it by itself in time.
    private func forgetBlobs(of step: DownloadStep) async {
        if isFrozen(step.contact) { return }
        let client = relays.client(step.attachment.origin)
        for number in 0..<UInt32(step.attachment.blobs) {
            let blob = AttachmentBlob(number, of: step.attachment)
            do throws(RelayClientError) {
                try await client.remove(
                    blob.size, at: blob.address, blob.reader, expires: step.attachment.lastDay(ofBlob: number))
            } catch { return }
        }
    }
}

/// Why something failed, told by several tasks.
private final class Reasons: Sendable {
    private let list = Mutex<[String]>([])

    var last: String? { list.withLock(\.last) }
    func note(_ reason: String) { list.withLock { $0.append(reason) } }
}
