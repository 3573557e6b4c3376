import SecrSystem
import Synchronization
import Testing

@Suite struct TurnTests {
    /// Threads come in any order and leave in that of their numbers, one at a time.
    @Test(arguments: [1, 2, 5]) func numbersComeInOrder(width: Int) {
        let turn = Turn()
        let order = Mutex<[Int]>([])
        let inside = Atomic<Int>(0)
        let crowds = Atomic<Int>(0)
        // Each thread takes the numbers of its own residue, so that none can wait for one of its own.
        WorkerPool.forEach(width, width: width) { first in
            for number in stride(from: first, to: 400, by: width) {
                turn.wait(for: number)
                if inside.add(1, ordering: .relaxed).newValue > 1 { crowds.add(1, ordering: .relaxed) }
                order.withLock { $0.append(number) }
                inside.subtract(1, ordering: .relaxed)
                turn.advance()
            }
        }
        #expect(order.withLock { $0 } == Array(0..<400))
        #expect(crowds.load(ordering: .relaxed) == 0)
    }

    @Test func whoeverComesLateFindsItsTurn() {
        let turn = Turn()
        for _ in 0..<3 { turn.advance() }
        turn.wait(for: 3)
        turn.wait(for: 0)
    }
}
