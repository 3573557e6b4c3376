internal import Synchronization

/// How much each address does. Lives in memory, and forgets whoever has been quiet for a while.
final class RateLimiter: Sendable {
    private struct Bucket {
        /// Commands that may still come at once.
        var left: Double
        /// Seconds from the start.
        var at: Double
    }

    /// More addresses than that are not told apart: the oldest are forgotten.
    private static let mostAddresses = 100_000

    private let rate: Double
    private let burst: Double
    private let buckets = Mutex<[NetworkAddress: Bucket]>([:])
    private let start = ContinuousClock.now

    /// - Parameter rate: commands in a second; zero for as many as there are.
    init(rate: Int, burst: Int) {
        self.rate = Double(rate)
        self.burst = Double(max(rate, burst))
    }

    func allows(_ address: NetworkAddress) -> Bool {
        guard rate > 0, address != .local else { return true }
        let now = (ContinuousClock.now - start) / .seconds(1)
        return buckets.withLock { buckets in
            if buckets.count >= Self.mostAddresses, buckets[address] == nil { forget(&buckets, now) }
            var bucket = buckets[address] ?? Bucket(left: burst, at: now)
            bucket.left = min(burst, bucket.left + (now - bucket.at) * rate)
            bucket.at = now
            let isAllowed = bucket.left >= 1
            if isAllowed { bucket.left -= 1 }
            buckets[address] = bucket
            return isAllowed
        }
    }

    /// Whoever could do as much as anybody new is not worth remembering; if that is not enough, nobody is.
    private func forget(_ buckets: inout [NetworkAddress: Bucket], _ now: Double) {
        buckets = buckets.filter { $0.value.left + (now - $0.value.at) * rate < burst }
        if buckets.count >= Self.mostAddresses / 2 { buckets = [:] }
    }
}
