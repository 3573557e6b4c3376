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
            try target.copy(5..<699_990, of: source, to: 3)
            var copy = [UInt8](repeating: 0, count: 699_985)
            try FileSource(target, size: 699_988).read(3..<699_988, into: &copy)
            #expect(copy == Array(bytes[5..<699_990]))
        }
    }

    @Test func aShorterFileIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.write([1, 2, 3], to: "a")
        let source = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        #expect(throws: SystemError.self) { try AnonymousFile.make().copy(0..<10, of: source, to: 0) }
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(throws: (any Error).self) { try FileSource(source, size: 10).read(0..<10, into: &buffer) }
    }
}
