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
        var entries: [String] = []
        for entry in DirectoryWalk(FilePath(folder.path), skipping: FilePath(folder.file("skip").path)) {
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
        let failures = DirectoryWalk(FilePath(folder.path)).count { entry in
            if case .failure = entry { true } else { false }
        }
        #expect(failures == 1)
    }
}
