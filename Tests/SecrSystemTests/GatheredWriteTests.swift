import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct GatheredWriteTests {
    private static let size = 3_000_000

    private func source(_ folder: TemporaryFolder) throws -> ([UInt8], OwnedDescriptor) {
        let bytes = (0..<Self.size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        try folder.write(bytes, to: "a")
        return (bytes, try OwnedDescriptor.openForReading(FilePath(folder.file("a").path)))
    }

    @Test func rangesAndBytesFollowOneAnother() throws {
        let folder = try TemporaryFolder()
        let (bytes, source) = try source(folder)
        var random = Seeded(7)
        for round in 0..<40 {
            var (gathered, expected, at) = (
                GatheredWrite(), [UInt8](), Int.random(in: 0..<Self.size / 2, using: &random)
            )
            while !gathered.isFull, at < Self.size {
                let end = min(Self.size, at + Int.random(in: 0...20_000, using: &random))
                let new = [UInt8](repeating: UInt8(round), count: Int.random(in: 0...200, using: &random))
                try #require(gathered.isNear(at..<end))
                gathered.append(at..<end)
                gathered.append(new)
                expected += bytes[at..<end] + new
                at = end + Int.random(in: 0...3_000, using: &random)
            }
            #expect(gathered.count == expected.count)
            for place in [0, 3, 4_096] {
                let target = try AnonymousFile.make()
                try target.write(gathered, from: source, at: place)
                var copy = [UInt8](repeating: 0, count: expected.count)
                try FileSource(target, size: place + copy.count).read(place..<place + copy.count, into: &copy)
                #expect(copy == expected)
            }
        }
    }

    @Test func whatIsFarAwayIsNotNear() {
        var gathered = GatheredWrite()
        #expect(gathered.isBytes && gathered.isNear(0..<1) && gathered.isNear(1 << 40..<1 << 40 + 1))
        gathered.append(1_000..<2_000)
        #expect(!gathered.isBytes && gathered.isNear(2_000..<3_000) && !gathered.isNear(1_500..<1_600))
        #expect(!gathered.isNear(2_000 + 1 << 20..<2_001 + 1 << 20) && !gathered.isNear(2_000..<1 << 30))
    }

    @Test func aSourceThatBecameShorterAndAFullDiskAreErrors() throws {
        let folder = try TemporaryFolder()
        let (_, source) = try source(folder)
        var gathered = GatheredWrite()
        gathered.append(Self.size - 10..<Self.size + 10)
        #expect(throws: SystemError.self) { try AnonymousFile.make().write(gathered, from: source, at: 0) }
        gathered = GatheredWrite()
        gathered.append(0..<100_000)
        gathered.append([1, 2, 3])
        let full = OwnedDescriptor(adopting: open("/dev/full", O_WRONLY))
        #expect(throws: SystemError.self) { try full.write(gathered, from: source, at: 0) }
    }
}
