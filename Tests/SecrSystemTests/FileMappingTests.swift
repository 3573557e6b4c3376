import Foundation
import SecrBytes
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct FileMappingTests {
    @Test func lendsWhatTheFileHolds() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
        try folder.write(bytes, to: "a")
        let source = FileSource(try OwnedDescriptor.openForReading(FilePath(folder.file("a").path)), size: bytes.count)
        #expect(try source.holdsSameBytes(in: 5_000..<600_000, as: MemorySource(bytes), in: 5_000..<600_000))
        #expect(try !source.holdsSameBytes(in: 5_000..<599_999, as: MemorySource(bytes), in: 5_001..<600_000))
        var window = ByteWindow(source)
        #expect(try window.firstOffset(of: bytes[500_123], in: 500_123..<bytes.count) == 500_123)
        #expect(try window.bytes(in: 1..<400_000) == Array(bytes[1..<400_000]))
    }

    /// Reading what somebody cuts off meanwhile would end the process by SIGBUS.
    @Test func aFileThatBecomesShorterReadsAsZeros() throws {
        let folder = try TemporaryFolder()
        try folder.write([UInt8](repeating: 7, count: 1_000_000), to: "a")
        let descriptor = try OwnedDescriptor.openForReading(FilePath(folder.file("a").path))
        let before = try descriptor.status()
        var window = ByteWindow(FileSource(descriptor, size: 1_000_000))
        #expect(try window.byte(at: 0) == 7)
        #expect(truncate(folder.file("a").path, 10) == 0)
        #expect(try window.byte(at: 900_000) == 0)
        #expect(try window.firstOffset(of: 9, in: 0..<1_000_000) == nil)
        #expect(try descriptor.status() != before)
    }
}
