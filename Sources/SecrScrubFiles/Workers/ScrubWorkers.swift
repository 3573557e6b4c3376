internal import SecrBytes
public import SecrScrub
internal import SecrSystem
public import SystemPackage

/// Processes that read files for which libraries in C are needed: one for each file, without any rights, and with bounds for
/// memory and time. Whatever a file does to one of them, it is this file that is not done.
public final class ScrubWorkers: Sendable {
    /// `nil` where none of the files needs one.
    private let server: ForkServer?
    private let scrubber: Scrubber
    private let seconds: Int?

    /// To be called while there is one thread, and before there are secrets.
    ///
    /// - Parameters:
    ///   - scrubber: what they work with; without a password.
    ///   - files: all that will be scrubbed, where they are known. Their first bytes tell what they are: to be able to split off
    ///     processes takes half a millisecond, which is much beside one small picture, and is saved where a few files don't
    ///     need it.
    public static func start(_ scrubber: Scrubber, for files: [FilePath]? = nil) throws(FileFailure) -> ScrubWorkers {
        if let files, !areNeeded(for: files, by: scrubber) { return ScrubWorkers(nil, scrubber, nil) }
        return try start(scrubber, seconds: nil, misbehave: nil)
    }

    private static let fewFiles = 8

    private static func areNeeded(for files: [FilePath], by scrubber: Scrubber) -> Bool {
        files.count > fewFiles
            || files.contains { path in
                guard let file = try? OwnedDescriptor.openForReading(path), let status = try? file.status(),
                    status.kind == .regular
                else { return true }
                return (try? scrubber.needsLibraries(FileSource(file, size: status.size))) != false
            }
    }

    /// - Parameters:
    ///   - seconds: for tests, instead of those that a file of its size gets.
    ///   - misbehave: for tests: what each of them does before it reads.
    package static func start(
        _ scrubber: Scrubber, seconds: Int?, misbehave: (@Sendable () -> Void)?
    ) throws(FileFailure) -> ScrubWorkers {
        do throws(SystemError) {
            let server = try ForkServer.start {
                Scrubber.loadLibraries()
            } prepare: {
                Scrubber.loadDocumentLibrary()
            } work: { channel in
                WorkerSide(scrubber: scrubber, channel: channel, misbehave: misbehave).serve()
            }
            return ScrubWorkers(server, scrubber, seconds)
        } catch {
            throw FileFailure(error)
        }
    }

    private init(_ server: ForkServer?, _ scrubber: Scrubber, _ seconds: Int?) {
        (self.server, self.scrubber, self.seconds) = (server, scrubber, seconds)
    }

    /// Some hundred times what an honest file of this size takes.
    private func limits(_ size: Int) -> ForkServer.Limits {
        ForkServer.Limits(bytes: (1 << 30) + 16 * size, seconds: seconds ?? 60 + 10 * (size >> 20))
    }

    /// Has a worker decide what becomes of a file.
    func prepare(_ opened: OpenInput, password: DocumentPassword?) throws(FileFailure) -> DecidedScrub {
        let worker = try begin(.prepare, opened, password)
        guard case .prepared(let format, let findings, let limitations, let size) = try answer(of: worker) else {
            throw Self.senseless
        }
        return DecidedScrub(format: format, findings: findings, limitations: limitations, size: size) {
            try self.send(.identify, nil, to: worker)
            guard case .identified(let digest, let prefix) = try self.answer(of: worker) else { throw Self.senseless }
            return OutputIdentity(digest: digest, prefix: prefix)
        } matches: { file in
            try self.send(.compare, file.descriptor, to: worker)
            guard case .compared(let isSame) = try self.answer(of: worker) else { throw Self.senseless }
            return isSame
        } copies: {
            try self.send(.copies, nil, to: worker)
            guard case .copied(let copies) = try self.answer(of: worker) else { throw Self.senseless }
            return copies
        } write: { output in
            try self.send(.write, output, to: worker)
            guard case .written = try self.answer(of: worker), try output.status().size == size else {
                throw Self.senseless
            }
            // The worker looks only from when it began.
            try opened.requireUnchanged()
        }
    }

    /// Has a worker look into a file.
    func inspect(_ opened: OpenInput, password: DocumentPassword?) throws(FileFailure) -> Inspection {
        guard case .inspected(let inspection) = try answer(of: begin(.inspect, opened, password)) else {
            throw Self.senseless
        }
        return inspection
    }

    private static let senseless = FileFailure(.crashed, "the process that looked into it gave no answer")

    private func begin(
        _ request: WorkerRequest, _ opened: OpenInput, _ password: DocumentPassword?
    ) throws(FileFailure) -> WorkerProcess {
        guard let server else { throw FileFailure(.changed, "it became another kind of file meanwhile") }
        do throws(SystemError) {
            let isDocument = (try? scrubber.detect(opened.source)) == .handled(.pdf)
            let worker = try server.worker(limits(opened.source.size), isPrepared: isDocument)
            try send(request, opened.source.descriptor, to: worker, hasPassword: password != nil)
            // Safe: the bytes are only sent.
            try unsafe password?.withBytes { (bytes) throws(SystemError) in
                try unsafe worker.channel.sendSecret(bytes)
            }
            return worker
        } catch {
            throw FileFailure(error)
        }
    }

    private func send(
        _ request: WorkerRequest, _ file: OwnedDescriptor?, to worker: WorkerProcess, hasPassword: Bool = false
    ) throws(SystemError) {
        try worker.channel.send([request.rawValue, hasPassword ? 1 : 0], file: file)
    }

    private func answer(of worker: WorkerProcess) throws(FileFailure) -> WorkerAnswer {
        let message: MessageChannel.Message?
        do throws(SystemError) {
            message = try worker.channel.receive(limit: WorkerAnswer.limit, seconds: worker.patience)
        } catch {
            if error.errno == .timedOut { throw Self.failure(.tookTooLong) }
            throw FileFailure(error)
        }
        guard let message else { throw Self.failure(worker.outcome) }
        guard let answer = try? WorkerAnswer(message.bytes) else { throw Self.senseless }
        if case .failed(let failure) = answer { throw failure }
        return answer
    }

    private static func failure(_ ending: WorkerProcess.Ending) -> FileFailure {
        if Interruption.isRequested { return FileFailure(.interrupted, "interrupted") }
        return switch ending {
        case .tookTooLong: FileFailure(.limit, "it takes too much time")
        case .crashed: FileFailure(.crashed, "the process that looked into it crashed")
        case .killed: FileFailure(.crashed, "the process that looked into it was killed")
        case .returned: senseless
        }
    }
}
