internal import SecrSystem
public import SystemPackage

/// How outputs are called that stand beside their originals: `NAME.scrubbed.EXT`.
public enum OutputName {
    static let mark = "scrubbed"

    public static func beside(_ path: FilePath) -> FilePath {
        guard let last = path.lastComponent else { return path }
        var name = FilePath(root: nil, [last])
        let suffix = name.extension
        if suffix != nil { name.extension = nil }
        let stem = name.lastComponent?.rawBytes ?? []
        // File names are bytes: composed as such, so that one that is no text keeps them.
        let bytes = stem + Array(".\(mark)".utf8) + (suffix == nil ? [] : [0x2E] + extensionBytes(last))
        return path.removingLastComponent().appending(FilePath(rawBytes: bytes).components)
    }

    /// Whether a name is one that ``beside(_:)`` gives.
    public static func isOutput(_ path: FilePath) -> Bool {
        guard let last = path.lastComponent else { return false }
        var name = FilePath(root: nil, [last])
        if name.extension == mark { return true }
        name.extension = nil
        return name.extension == mark
    }

    private static func extensionBytes(_ component: FilePath.Component) -> [UInt8] {
        let bytes = component.rawBytes
        return bytes.lastIndex(of: 0x2E).map { Array(bytes[($0 + 1)...]) } ?? []
    }
}

extension FilePath.Component {
    fileprivate var rawBytes: [UInt8] { FilePath(root: nil, [self]).rawBytes }
}
