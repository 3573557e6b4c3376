import Foundation

/// A folder that disappears with the test.
package final class TemporaryFolder: Sendable {
    package let url: URL

    /// - Parameter isInMemory: whether it is to lie in memory, where the system has a place for that.
    package init(isInMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let hasMemory = isInMemory && FileManager.default.isWritableFile(atPath: memory)
        let parent = hasMemory ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        url = parent.appending(path: "secr-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    package var path: String { url.path }

    package func file(_ name: String) -> URL { url.appending(path: name) }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> URL {
        let target = file(name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
        return target
    }

    package func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: file(name))) }

    /// Everything in the folder, hidden files included.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
