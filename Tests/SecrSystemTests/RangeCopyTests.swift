import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct RangeCopyTests {
    @Test func copiesWithinAndAcrossFileSystems() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try folder.write(bytes, to: "a")
        let source = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        for target in [try AnonymousFile.make(), try StagedFile(for: FilePath(folder.file("b").path)).descriptor] {
            // Through memory, and by whole blocks in the kernel; with nothing, a little, and very much in front.
            for (range, place, length) in [
                (5..<5_999_990, 3, 0), (4_099..<5_999_990, 3, 0), (5..<5_999_990, 0, 3), (4_099..<5_999_990, 0, 3),
                (5..<5_999_990, 1, 600_000), (5..<5, 0, 3),
            ] {
                let head = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 17) }
                try target.copy(range, of: source, to: place, after: head)
                var copy = [UInt8](repeating: 0, count: length + range.count)
                try FileSource(target, size: place + copy.count).read(place..<place + copy.count, into: &copy)
                #expect(copy == head + bytes[range])
            }
        }
    }

    /// Of a large one whole windows are mapped.
    @Test func aLargeFileThatBecameShorterIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.write([UInt8](repeating: 7, count: 1_000_000), to: "a")
        let source = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        for offset in [0, 1] {
            #expect(throws: SystemError.self) { try AnonymousFile.make().copy(0..<9_000_000, of: source, to: offset) }
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
