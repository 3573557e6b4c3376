internal import SecrSystem
public import SystemPackage

/// Files that programs put beside a photo and that repeat its metadata.
public enum Sidecar {
    private static let suffixes = ["xmp", "aae", "thm", "srt"]

    /// Those that exist beside `path`, by name.
    public static func beside(_ path: FilePath) -> [FilePath] {
        guard let last = path.lastComponent else { return [] }
        let folder = path.removingLastComponent()
        var stem = FilePath(root: nil, [last])
        stem.extension = nil
        var names = suffixes.flatMap { suffix in
            [suffix, suffix.uppercased()].map { FilePath(rawBytes: stem.rawBytes + Array(".\($0)".utf8)) }
        }
        names.append(FilePath(rawBytes: FilePath(root: nil, [last]).rawBytes + Array(".xmp".utf8)))
        return names.filter { $0 != FilePath(root: nil, [last]) }
            .map { folder.appending($0.components) }
            .filter { (try? FileStatus.of($0, followSymlinks: false)) != nil }
    }
}
