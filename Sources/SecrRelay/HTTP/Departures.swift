internal import NIOCore
internal import Synchronization

/// Connections on which somebody waits, so that those who vanish don't keep their places.
final class Departures: Sendable {
    private enum State {
        case watched(@Sendable () -> Void)
        /// It has closed the half that sends, and has no place to lose.
        case gone
    }

    private let states = Mutex<[ObjectIdentifier: State]>([:])

    func departure(from channel: any Channel) -> Departure {
        let name = ObjectIdentifier(channel)
        return Departure(
            watch: { [self] gone in
                let isGone = states.withLock { states in
                    if case .gone = states[name] { return true }
                    states[name] = .watched(gone)
                    return false
                }
                if isGone { gone() } else if !channel.isActive { closed(channel) }
            },
            forget: { [self] in
                states.withLock { states in
                    if case .watched = states[name] { states[name] = nil }
                }
            })
    }

    /// The other side has closed the half that sends.
    func left(_ channel: any Channel) { leave(channel, .gone) }

    /// The connection is no more.
    func closed(_ channel: any Channel) { leave(channel, nil) }

    private func leave(_ channel: any Channel, _ state: State?) {
        let old = states.withLock { states in
            let old = states[ObjectIdentifier(channel)]
            states[ObjectIdentifier(channel)] = state
            return old
        }
        if case .watched(let gone) = old { gone() }
    }
}
