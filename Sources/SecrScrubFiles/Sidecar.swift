internal import SecrSystem
public import SystemPackage

/// Files that programs put beside a photo and that repeat its metadata.
public enum Sidecar {
    private static let suffixes = ["xmp", "aae", "thm", "srt"].flatMap { [$0, $0.uppercased()] }.map {
        Array(".\($0)".utf8)
    }

    /// The names of those that exist beside `path`.
    public static func beside(_ path: FilePath) -> [FilePath] {
        let whole = path.rawBytes
        let nameStart = whole.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        // A dot that begins a name begins no suffix.
        let dot = whole[nameStart...].dropFirst().lastIndex(of: UInt8(ascii: ".")) ?? whole.endIndex
        let candidates = suffixes.map { whole[..<dot] + $0 } + [whole + suffixes[0]]
        return candidates.filter { $0[...] != whole[...] && FileStatus.exists($0) }
            .map { FilePath(rawBytes: Array($0[nameStart...])) }
    }
}
