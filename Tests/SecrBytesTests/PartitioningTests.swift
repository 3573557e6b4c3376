import SecrBytes
import Testing

@Suite struct PartitioningTests {
    @Test(arguments: 0..<20) func findsWhereTheSecondPartBegins(count: Int) {
        let numbers = Array(0..<count)
        for border in 0...count {
            #expect(numbers.partitioningIndex { $0 >= border } == border)
            #expect(numbers[(count / 3)...].partitioningIndex { $0 >= border } == max(count / 3, border))
        }
    }

    @Test func theSameManyTimes() {
        #expect(
            [1, 3, 3, 3, 7].partitioningIndex { $0 >= 3 } == 1 && [1, 3, 3, 3, 7].partitioningIndex { $0 > 3 } == 4)
    }
}
