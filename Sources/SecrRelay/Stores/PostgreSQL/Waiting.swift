internal import Glibc
internal import SecrSystem

/// Waiting for sockets on a thread that has nothing else to do.
enum Waiting {
    /// - Returns: whether one of them is ready, or has an error, before the time is over.
    /// - Throws: broken, where the system can't.
    static func wait(for sockets: [(socket: CInt, events: CInt)], milliseconds: Int) throws(PostgreSQLFailure) -> Bool {
        var entries = sockets.map { pollfd(fd: $0.socket, events: Int16($0.events), revents: 0) }
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            // Safe: as many entries as there are.
            let ready = unsafe poll(&entries, nfds_t(entries.count), CInt(clamping: Int(max(0, left.rounded(.up)))))
            if ready > 0 { return true }
            if ready == 0 { return false }
            guard errno == EINTR else { throw .broken("poll failed with error \(errno)") }
        }
    }
}

/// Ends the waiting of another thread.
final class Alarm: Sendable {
    private let reader: OwnedDescriptor
    private let writer: OwnedDescriptor

    /// - Returns: `nil` where the system gives no more descriptors.
    init?() {
        var ends: [CInt] = [-1, -1]
        // Safe: two descriptors are written.
        guard unsafe pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reader = OwnedDescriptor(adopting: ends[0])
        writer = OwnedDescriptor(adopting: ends[1])
    }

    /// Ready to be read once it was raised.
    var socket: CInt { reader.raw }

    /// Once only.
    func raise() { try? writer.write([1]) }
}
