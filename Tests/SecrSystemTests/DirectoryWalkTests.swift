import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct DirectoryWalkTests {
    @Test func visitsFilesInOrderAndFollowsNoLink() throws {
        let folder = try TemporaryFolder()
        for name in ["b/2", "b/1", "a", ".hidden", "skip/x"] { try folder.write([1], to: name) }
        try FileManager.default.createSymbolicLink(atPath: folder.file("link").path, withDestinationPath: "b")
        try FileManager.default.createSymbolicLink(atPath: folder.file("b/loop").path, withDestinationPath: "..")
        let skipped = try #require(try FileStatus.of(FilePath(folder.file("skip").path), followSymlinks: false))
        var entries: [String] = []
        DirectoryWalk(skipping: [skipped.identity]).visit(FilePath(folder.path)) { entry in
            switch entry {
            case .file(let path): entries.append(String(path.string.dropFirst(folder.path.count + 1)))
            case .special(let path, let kind): entries.append("\(path.lastComponent!.string) \(kind)")
            case .failure(let error): Issue.record("\(error)")
            }
        }
        #expect(entries == [".hidden", "a", "b/1", "b/2", "loop symbolicLink", "link symbolicLink"])
    }

    @Test func deepNestingEndsInAnError() throws {
        let folder = try TemporaryFolder()
        let deep = Array(repeating: "d", count: DirectoryWalk.maximumDepth + 3).joined(separator: "/")
        try folder.write([1], to: deep + "/file")
        var failures = 0
        DirectoryWalk().visit(FilePath(folder.path)) { entry in
            if case .failure = entry { failures += 1 }
        }
        #expect(failures == 1)
    }
}

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
