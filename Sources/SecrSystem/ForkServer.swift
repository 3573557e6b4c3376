internal import CSecrShims
internal import Glibc
internal import Synchronization

/// A process that splits off others on demand, each for one piece of work that may go wrong.
///
/// It is split off itself while there is one thread, since only such a process can be doubled, and before there are secrets,
/// since whatever is in memory then is in all of them.
public final class ForkServer: Sendable {
    /// One request at a time.
    private let channel: Mutex<MessageChannel>

    /// What a worker may take.
    public struct Limits: Sendable {
        public var bytes: Int
        /// Of a processor; of the clock it may be some times as much.
        public var seconds: Int

        public init(bytes: Int, seconds: Int) {
            self.bytes = bytes
            self.seconds = seconds
        }
    }

    /// - Parameters:
    ///   - begin: done by the server at once.
    ///   - prepare: done by the server before it splits off the first worker that needs it, and so once for all of them.
    ///   - work: done by each worker, until it returns; it has no files but the channel.
    public static func start(
        begin: () -> Void = {}, prepare: () -> Void, work: (MessageChannel) -> Void
    ) throws(SystemError) -> ForkServer {
        let (own, other) = try MessageChannel.pair()
        let process = secr_fork()
        if process < 0 { throw .current("begin another process", nil) }
        if process == 0 { serve(other, begin, prepare, work) }
        return ForkServer(own)
    }

    /// It ends when nobody can ask it any more, and with it what is left of the work. That is not waited for: a command that has one
    /// ends soon, and would end later.
    private init(_ channel: MessageChannel) {
        self.channel = Mutex(channel)
    }

    /// Begins a worker.
    ///
    /// - Parameter isPrepared: whether it needs what the server has to prepare.
    public func worker(_ limits: Limits, isPrepared: Bool) throws(SystemError) -> WorkerProcess {
        let (own, other) = try MessageChannel.pair()
        let (output, input) = try BackgroundProcess.pipe()
        let request = Request(limits: limits, isPrepared: isPrepared).bytes
        try channel.withLock { (channel) throws(SystemError) in
            try channel.send(request, file: other.descriptor)
            try channel.send([], file: input)
        }
        return WorkerProcess(channel: own, ending: output, patience: limits.seconds * 10)
    }

    private struct Request {
        var limits: Limits
        var isPrepared: Bool

        static let size = 24

        var bytes: [UInt8] {
            [limits.bytes, limits.seconds, isPrepared ? 1 : 0].flatMap { number in
                (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
        }

        init(limits: Limits, isPrepared: Bool) {
            (self.limits, self.isPrepared) = (limits, isPrepared)
        }

        init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.size else { return nil }
            let numbers = stride(from: 0, to: Self.size, by: 8).map { start in
                bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            }
            limits = Limits(bytes: numbers[0], seconds: numbers[1])
            isPrepared = numbers[2] != 0
        }
    }

    // MARK: In the other process

    private static func serve(
        _ channel: MessageChannel, _ begin: () -> Void, _ prepare: () -> Void, _ work: (MessageChannel) -> Void
    ) -> Never {
        secr_become_helper(0)
        guard secr_keep_only(channel.descriptor.raw, channel.descriptor.raw) == 0 else { _exit(1) }
        var isPrepared = false
        secr_reap_children(1)
        begin()
        while let message = try? channel.receive(limit: Request.size), let request = Request(message.bytes),
            let line = message.file, let ending = (try? channel.receive(limit: 0))?.file
        {
            if request.isPrepared && !isPrepared { prepare() }
            isPrepared = isPrepared || request.isPrepared
            if secr_fork() == 0 { watch(line, ending, request.limits, work) }
        }
        _exit(0)
    }

    /// Begins the worker, waits for it, and says how it ended.
    private static func watch(
        _ line: OwnedDescriptor, _ ending: OwnedDescriptor, _ limits: Limits, _ work: (MessageChannel) -> Void
    ) -> Never {
        secr_become_helper(0)
        secr_reap_children(0)
        guard secr_keep_only(line.raw, ending.raw) == 0 else { _exit(1) }
        let process = secr_fork()
        if process == 0 {
            secr_become_helper(1)
            guard secr_keep_only(line.raw, line.raw) == 0 else { _exit(1) }
            secr_limit_work(limits.bytes, CUnsignedInt(clamping: limits.seconds))
            work(MessageChannel(line))
            _exit(0)
        }
        _ = secr_keep_only(ending.raw, ending.raw)
        let status = process < 0 ? 1 : secr_wait_status(process)
        try? ending.write([UInt8(truncatingIfNeeded: status >> 8), UInt8(truncatingIfNeeded: status)])
        _exit(0)
    }
}

/// A process that does one piece of work for this one.
public struct WorkerProcess: Sendable {
    public let channel: MessageChannel
    fileprivate let ending: OwnedDescriptor
    /// Seconds after which it will never answer.
    public let patience: Int

    fileprivate init(channel: MessageChannel, ending: OwnedDescriptor, patience: Int) {
        self.channel = channel
        self.ending = ending
        self.patience = patience
    }

    /// Why a worker is no more.
    public enum Ending: Sendable {
        case returned
        case tookTooLong
        case crashed
        case killed
    }

    /// Waits until it has ended; to be asked where the channel has.
    public var outcome: Ending {
        let told = (try? ending.readToEnd(limit: 2)) ?? []
        guard told.count == 2 else { return .killed }
        let status = CInt(told[0]) << 8 | CInt(told[1])
        if status < 256 { return .returned }
        return switch status - 256 {
        case SIGXCPU: .tookTooLong
        case SIGKILL, SIGTERM, SIGINT, SIGHUP: .killed
        default: .crashed
        }
    }
}
