import SecrSystem
import Synchronization
import Testing

@Suite struct OrderedWorkTests {
    /// Pieces that are done in another order than they come.
    @Test(arguments: [1, 2, 7], [1, 3, 100]) func resultsComeInOrderAndFewAreHeld(width: Int, window: Int) {
        let next = Mutex(0)
        let begun = Mutex(0)
        var taken: [Int] = []
        var most = 0
        OrderedWork.run(width: width, window: window) {
            next.withLock { number in
                number += 1
                return number <= 200 ? number - 1 : nil
            }
        } work: { (number: Int) in
            begun.withLock { $0 += 1 }
            if number % 5 == 0 { Pause.sleep(microseconds: 1_000) }
            return number * 2
        } take: { (result: Int) in
            taken.append(result)
            most = max(most, begun.withLock(\.self) - taken.count + 1)
            return true
        }
        #expect(taken == (0..<200).map { $0 * 2 })
        #expect(most <= max(window, 1) + 1)
    }

    @Test(arguments: [1, 4]) func itEndsWhenNothingMoreIsWanted(width: Int) {
        let next = Mutex(0)
        var taken = 0
        OrderedWork.run(width: width, window: 10) {
            next.withLock { number -> Int? in
                number += 1
                return number
            }
        } work: { (number: Int) in
            number
        } take: { (_: Int) in
            taken += 1
            return taken < 5
        }
        #expect(taken == 5)
        #expect(next.withLock(\.self) <= 16)
    }
}
