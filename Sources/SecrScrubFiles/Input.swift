public import SystemPackage

/// One thing to work on.
public struct Input: Sendable, Equatable {
    /// `nil` is standard input.
    public var path: FilePath?
    /// The path below the folder that was named, or the last component of a file that was: its place in another folder.
    public var relative: FilePath
    /// Found in a folder, not named by the user: what is not supported is then skipped instead of an error.
    public var isDiscovered: Bool

    public init(path: FilePath?, relative: FilePath, isDiscovered: Bool) {
        self.path = path
        self.relative = relative
        self.isDiscovered = isDiscovered
    }

    /// A file that the user named.
    public init(named path: FilePath) {
        let name = FilePath(root: nil, path.lastComponent.map { [$0] } ?? [])
        self.init(path: path, relative: name, isDiscovered: false)
    }

    public static let standardInput = Input(path: nil, relative: "-", isDiscovered: false)
}
