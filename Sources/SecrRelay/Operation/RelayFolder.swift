public import SecrSystem
public import SystemPackage

/// The folder in which a relay keeps what is its own. One process at a time serves it.
public struct RelayFolder: Sendable {
    public let path: FilePath
    /// The key file; never to be in the same backup as the rest.
    public var keys: FilePath { path.appending("keys") }
    public var boxes: FilePath { path.appending("boxes.sqlite") }
    public var blobs: FilePath { path.appending("blobs") }

    /// - Parameter path: made where it is missing, for this user alone.
    public init(creating path: FilePath) throws(SystemError) {
        self.path = path
        try FileCreation.makeFolders(path, mode: 0o700)
    }

    public init(existing path: FilePath) throws(SystemError) {
        self.path = path
        guard try FileStatus.of(path, followSymlinks: true)?.kind == .directory else {
            throw SystemError("open", path, .noSuchFileOrDirectory)
        }
    }

    /// Keeps other processes from serving this folder for as long as the result is there.
    ///
    /// - Returns: `nil` where another one does.
    public func lock() throws(SystemError) -> OwnedDescriptor? {
        let folder = try OwnedDescriptor.openDirectory(path)
        return try folder.lockExclusively(path: path) ? folder : nil
    }
}
