internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// What a worker does: it scrubs, or looks into, one file that was opened for it, and can do nothing else.
struct WorkerSide {
    var scrubber: Scrubber
    var channel: MessageChannel
    /// For tests: done when the file has been received, as a library could that is led astray by it.
    var misbehave: (@Sendable () -> Void)?

    /// Answers until nobody asks any more.
    func serve() {
        guard let request = receive(), let file = request.file else { return }
        var scrubber = scrubber
        if request.hasPassword {
            // Safe: the bytes are only copied.
            guard let password = unsafe try? channel.receiveSecret({ unsafe DocumentPassword($0) }) else { return }
            scrubber.password = password
        }
        let sandbox = Sandbox()
        // Libraries open large files once more.
        sandbox.allow(.read, of: file)
        sandbox.enter(.leastOfAll)
        misbehave?()
        var prepared: (scrub: PreparedScrub, opened: OpenInput)?
        answer { () throws in
            let opened = try OpenInput(file)
            switch request.kind {
            case .prepare:
                let scrub = try scrubber.prepare(opened.source)
                prepared = (scrub, opened)
                return .prepared(
                    format: scrub.format, findings: scrub.findings, limitations: scrub.limitations,
                    size: scrub.plan.size)
            case .inspect: return .inspected(try scrubber.inspect(opened.source))
            case .identify, .compare, .copies, .write: throw FileFailure(.usage, "nothing is decided yet")
            }
        }
        guard let (scrub, opened) = prepared else { return }
        let output = PlannedSource(scrub.plan, of: opened.source)
        while let next = receive() {
            answer {
                switch (next.kind, next.file) {
                case (.identify, _):
                    let identity = try OutputIdentity(of: output)
                    return .identified(digest: identity.digest, prefix: identity.prefix)
                case (.compare, let file?):
                    return .compared(isSame: try output.isSame(as: OpenInput(file).source))
                case (.copies, _): return .copied(try scrub.plan.copies())
                case (.write, let file?):
                    try scrub.write(to: file, from: opened)
                    return .written
                default: throw FileFailure(.usage, "something is missing")
                }
            }
        }
    }

    private func receive() -> (kind: WorkerRequest, hasPassword: Bool, file: OwnedDescriptor?)? {
        guard let message = try? channel.receive(limit: 2), message.bytes.count == 2,
            let kind = WorkerRequest(rawValue: message.bytes[0])
        else { return nil }
        return (kind, message.bytes[1] != 0, message.file)
    }

    private func answer(_ body: () throws -> WorkerAnswer) {
        let answer: WorkerAnswer
        do throws(FileFailure) {
            answer = try FileFailure.translating(body)
        } catch {
            answer = .failed(error)
        }
        try? channel.send(answer.bytes)
    }
}
