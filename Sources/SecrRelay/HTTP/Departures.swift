internal import NIOCore
internal import Synchronization

/// Connections on which somebody waits, so that those who vanish don't keep their places.
final class Departures: Sendable {
    private let actions = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    func departure(from channel: any Channel) -> Departure {
        let name = ObjectIdentifier(channel)
        return Departure(
            watch: { [self] gone in
                actions.withLock { $0[name] = gone }
                if !channel.isActive { left(channel) }
            },
            forget: { [self] in actions.withLock { _ = $0.removeValue(forKey: name) } })
    }

    /// The other side has closed, its half at least.
    func left(_ channel: any Channel) {
        let gone = actions.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
        gone?()
    }
}
