internal import SecrCrypto
internal import SecrSystem
public import SystemPackage

/// What somebody learns who gets a copy of a vault's folder and has no key.
public struct Audit: Sendable {
    public struct Class: Equatable, Sendable {
        /// Bytes of each object.
        public var size: Int
        public var count: Int
    }

    public private(set) var objects = 0
    public private(set) var bytes = 0
    /// The smallest first.
    public private(set) var classes: [Class] = []
    /// Files and folders that are no part of a vault.
    public private(set) var foreign: [FilePath] = []
    public let memory: Int
    public let passes: Int

    public init(_ folder: VaultFolder) throws(VaultError) {
        memory = folder.marker.parameters.memory
        passes = folder.marker.parameters.passes
        var counts: [Int: Int] = [:]
        try withVaultErrors {
            try FolderStore(folder.path).list { _, size in counts[size, default: 0] += 1 }
            let own = [Marker.fileName, SlotTable.fileName, SlotTable.replacementName, "o"].map { FilePath($0) }
            foreign = try DirectoryWalk.names(in: folder.path).filter { !own.contains($0) }
        }
        classes = counts.map { Class(size: $0.key, count: $0.value) }.sorted { $0.size < $1.size }
        objects = classes.reduce(0) { $0 + $1.count }
        bytes = classes.reduce(0) { $0 + $1.size * $1.count }
    }
}
