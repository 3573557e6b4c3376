internal import Synchronization

/// Something of which there is so much at a time, and so often for each address.
final class Shares: Sendable {
    private struct State {
        var used = 0
        var addresses: [NetworkAddress: Int] = [:]
    }

    private let total: Int
    private let perAddress: Int
    private let state = Mutex(State())

    init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    /// - Parameter amount: to be given back with ``give(back:from:)``.
    /// - Returns: `false` where there is nothing left.
    func take(_ amount: Int, for address: NetworkAddress) -> Bool {
        state.withLock { state in
            let count = state.addresses[address, default: 0]
            guard state.used + amount <= total, address == .local || count < perAddress else { return false }
            state.used += amount
            state.addresses[address] = count + 1
            return true
        }
    }

    func give(back amount: Int, from address: NetworkAddress) {
        state.withLock { state in
            state.used -= amount
            let count = state.addresses[address, default: 1] - 1
            state.addresses[address] = count > 0 ? count : nil
        }
    }
}
