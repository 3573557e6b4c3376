internal import CSecrShims
internal import Glibc

/// Waits for many descriptors at once. What that costs grows with those that are ready, not with those that wait (epoll(7)).
public final class ReadinessQueue: Sendable {
    /// What a watched descriptor is ready for.
    public struct Event: Sendable {
        /// Of the descriptor, as it was given to ``watch(_:isReading:isWriting:tag:)``.
        public let tag: UInt64
        public let isReadable: Bool
        public let isWritable: Bool
        /// Whether the other side is gone, or something went wrong; reading tells what.
        public let hasFailed: Bool
    }

    /// Most events that one wait gives.
    private static let most = Int(SECR_EPOLL_MOST)
    /// No tag of anybody else's.
    private static let bell = UInt64.max

    private let queue: OwnedDescriptor
    private let counter: OwnedDescriptor

    public init() throws(SystemError) {
        let queue = secr_epoll_new()
        guard queue >= 0 else { throw .current("make a queue", nil) }
        self.queue = OwnedDescriptor(adopting: queue)
        let counter = secr_counter_new()
        guard counter >= 0 else { throw .current("make a counter", nil) }
        self.counter = OwnedDescriptor(adopting: counter)
        try watch(counter, isReading: true, isWriting: false, tag: Self.bell)
    }

    /// Watches a descriptor, from now on for this and nothing else.
    ///
    /// - Parameters:
    ///   - raw: is not owned. Once it is closed, it is not watched any more.
    ///   - tag: comes with its events; any number but `UInt64.max`.
    public func watch(_ raw: CInt, isReading: Bool, isWriting: Bool, tag: UInt64) throws(SystemError) {
        guard secr_epoll_watch(queue.raw, raw, isReading ? 1 : 0, isWriting ? 1 : 0, tag) == 0 else {
            throw .current("watch", nil)
        }
    }

    /// Does not watch a descriptor any more, whether it was or not.
    public func forget(_ raw: CInt) {
        _ = secr_epoll_forget(queue.raw, raw)
    }

    /// Lets whoever waits, or waits next, return at once. From any thread.
    public func ring() {
        var one: UInt64 = 1
        // Safe: eight bytes that outlive the call. A counter that is full rings already.
        _ = unsafe write(counter.raw, &one, 8)
    }

    /// Waits until something is ready, somebody rings, a signal comes or the time is over.
    ///
    /// - Parameters:
    ///   - milliseconds: how long at most; `nil` is for ever.
    ///   - events: becomes what is ready.
    public func wait(milliseconds: Int?, _ events: inout [Event]) {
        events.removeAll(keepingCapacity: true)
        let time = milliseconds.map { CInt(clamping: max(0, $0)) } ?? -1
        // Safe: as many places as the call may fill, and it says how many it filled.
        unsafe withUnsafeTemporaryAllocation(of: secr_readiness.self, capacity: Self.most) { ready in
            let count = unsafe Int(secr_epoll_wait(queue.raw, ready.baseAddress, CInt(Self.most), time))
            for index in 0..<max(0, count) {
                let event = unsafe ready[index]
                if event.tag == Self.bell {
                    var rings: UInt64 = 0
                    _ = unsafe read(counter.raw, &rings, 8)
                } else {
                    events.append(
                        Event(
                            tag: event.tag, isReadable: event.readable != 0, isWritable: event.writable != 0,
                            hasFailed: event.failed != 0))
                }
            }
        }
    }
}
