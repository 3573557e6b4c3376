import Foundation
import SecrSystem
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 7], [0, 1, 100]) func doesEachOnce(width: Int, count: Int) {
        let counter = Counter(count)
        WorkerPool.forEach(count, width: width) { counter.add($0) }
        #expect(counter.counts == Array(repeating: 1, count: count))
    }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var counts: [Int]

        init(_ count: Int) { counts = Array(repeating: 0, count: count) }

        func add(_ index: Int) { lock.withLock { counts[index] += 1 } }
    }
}
