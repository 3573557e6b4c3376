import Foundation
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct FolderWatchTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> FilePath { FilePath(folder.path).appending(name) }

    @Test func finishedFilesAndNewFoldersAreTold() throws {
        let events = try FolderWatch()
        try events.add(FilePath(folder.path))
        let open = try FileHandle(forWritingTo: folder.write([1], to: "a"))
        #expect(try events.wait() == [.file(path("a"))])
        try open.write(contentsOf: Data([2]))
        try FileManager.default.createDirectory(atPath: path("sub").string, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: path("link").string, withDestinationPath: "a")
        #expect(try events.wait() == [.folder(path("sub"))])
        try open.close()
        try FileManager.default.moveItem(atPath: path("a").string, toPath: path("b").string)
        #expect(try events.wait() == [.file(path("a")), .file(path("b"))])
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(try events.wait().contains(.gone(FilePath(folder.path))))
    }

    @Test func whoWritesIsSeen() throws {
        try folder.write([1], to: "a")
        let file = try OwnedDescriptor.openForReading(path("a"))
        #expect(!file.isBeingWritten)
        let writer = try FileHandle(forWritingTo: folder.file("a"))
        #expect(file.isBeingWritten)
        try writer.close()
        #expect(!file.isBeingWritten)
    }
}
