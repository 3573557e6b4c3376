import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct StagedFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func staged(_ name: String, _ text: String = "new") throws -> StagedFile {
        let file = try StagedFile(for: FilePath(folder.file(name).path))
        try file.descriptor.write(Array(text.utf8), at: 0)
        return file
    }

    @Test func isInvisibleUntilPublished() throws {
        let file = try staged("a")
        #expect(try folder.names == [])
        try file.publishNew(mode: 0o640)
        #expect(try folder.names == ["a"])
        #expect(try folder.bytes("a") == Array("new".utf8))
        #expect(try FileStatus.of(FilePath(folder.file("a").path), followSymlinks: false)?.mode == 0o640)
    }

    @Test func leavesNothingWhenDropped() throws {
        do { _ = try staged("a") }
        #expect(try folder.names == [])
    }

    @Test func neverReplacesWithoutBeingTold() throws {
        let file = try staged("a")
        try folder.write(Array("old".utf8), to: "a")
        let path = FilePath(folder.file("a").path)
        #expect(throws: SystemError("create", path, .fileExists)) { try file.publishNew(mode: 0o600) }
        #expect(try folder.bytes("a") == Array("old".utf8))
    }

    @Test func replacesAtomicallyAndCleansUp() throws {
        try folder.write(Array("old".utf8), to: "a")
        let before = try #require(try FileStatus.of(FilePath(folder.file("a").path), followSymlinks: false))
        let file = try staged("a")
        try file.sync()
        try file.publishReplacing(mode: 0o604, owner: before.owner, group: before.group)
        try file.syncDirectory()
        #expect(try folder.bytes("a") == Array("new".utf8))
        #expect(try folder.names == ["a"])
        let after = try #require(try FileStatus.of(FilePath(folder.file("a").path), followSymlinks: false))
        #expect(after.mode == 0o604)
        #expect(after.identity != before.identity)
    }

    @Test func namesAreBytes() throws {
        let path = FilePath(folder.path).appending(FilePath(rawBytes: [0xFF, 0x1B, 0x41]).components)
        let file = try StagedFile(for: path)
        try file.publishNew(mode: 0o600)
        #expect(try DirectoryWalk.names(in: FilePath(folder.path)).map(\.rawBytes) == [[0xFF, 0x1B, 0x41]])
    }

    @Test func missingFolderIsAnError() {
        #expect(throws: SystemError.self) { try StagedFile(for: FilePath("\(folder.path)/no/a")) }
    }
}
