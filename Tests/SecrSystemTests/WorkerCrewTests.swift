import SecrSystem
import SecrTestSupport
import Testing

@Suite struct WorkerCrewTests {
    @Test func queuesKeepTheOrder() {
        let queue = WaitingQueue<Int>()
        var expected = 0
        for number in 0..<1_000 {
            #expect(queue.put(number))
            // Every third one stays for a while.
            if number % 3 != 0 {
                #expect(queue.take() == expected)
                expected += 1
            }
        }
        queue.end()
        #expect(!queue.put(0))
        while expected < 1_000 {
            #expect(queue.take() == expected)
            expected += 1
        }
        #expect(queue.take() == nil)
    }

    @Test func everythingIsDoneOnce() async throws {
        final class Own { var count = 0 }
        let made = WorkerCrew(threads: 3, own: { Own() })
        let crew = try #require(made)
        let done = Shared([Int]())
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<500 {
                group.addTask {
                    await crew.run { own in
                        own.count += 1
                        done.withLock { $0.append(number) }
                        return number
                    } ?? 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 500 * 499 / 2)
        #expect(done.value.sorted() == Array(0..<500))
        await crew.end()
        await crew.end()
        #expect(await crew.run { _ in 1 } == nil)
    }

    /// What was asked for before the end is done.
    @Test func endsInAnOrderlyWay() async throws {
        let made = WorkerCrew(threads: 1, own: {})
        let crew = try #require(made)
        let done = Shared(0)
        let tasks = (0..<20).map { _ in
            Task {
                await crew.run { _ in
                    Pause.sleep(microseconds: 1_000)
                    done.withLock { $0 += 1 }
                }
            }
        }
        var accepted = 0
        await crew.end()
        let before = done.value
        for task in tasks where await task.value != nil { accepted += 1 }
        #expect(done.value == accepted && before == accepted)
    }
}
