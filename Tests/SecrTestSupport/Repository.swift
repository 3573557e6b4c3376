import Foundation

/// Where things lie in a checkout.
package enum Repository {
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    package static func file(_ path: String) -> URL { root.appending(path: path) }

    package static func text(_ path: String) throws -> String {
        try String(contentsOf: file(path), encoding: .utf8)
    }

    /// Paths of all files below a folder, relative to the root, in order.
    package static func files(below folder: String, suffix: String = "") -> [String] {
        let start = file(folder)
        let all = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return all.map { String($0.path.dropFirst(root.path.count + 1)) }
            .filter { $0.hasSuffix(suffix) && !$0.contains("/.") }
            .sorted()
    }
}
