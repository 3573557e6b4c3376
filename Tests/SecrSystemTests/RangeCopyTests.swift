import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct RangeCopyTests {
    @Test func copiesWithinAndAcrossFileSystems() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try folder.write(bytes, to: "a")
        let source = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        for target in [try AnonymousFile.make(), try StagedFile(for: FilePath(folder.file("b").path)).descriptor] {
            // Through memory, and by whole blocks in the kernel.
            for (range, place) in [(5..<699_990, 3), (4_099..<699_990, 3)] {
                try target.copy(range, of: source, to: place)
                var copy = [UInt8](repeating: 0, count: range.count)
                try FileSource(target, size: place + range.count).read(place..<place + range.count, into: &copy)
                #expect(copy == Array(bytes[range]))
            }
        }
    }

    @Test func aShorterFileIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.write([1, 2, 3], to: "a")
        let source = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        for offset in [0, 1] {
            #expect(throws: SystemError.self) { try AnonymousFile.make().copy(0..<10, of: source, to: offset) }
        }
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(throws: (any Error).self) { try FileSource(source, size: 10).read(0..<10, into: &buffer) }
    }
}
