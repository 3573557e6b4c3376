public import SecrSystem
internal import SystemPackage

/// Why a vault did not do what it was asked for.
public enum VaultError: Error, Equatable, Sendable {
    /// A part of a vault that can be damaged.
    public enum Part: Equatable, Sendable {
        case marker, slots
        /// The index, at this transaction.
        case record(UInt64)
        /// The index, at this checkpoint.
        case checkpoint(UInt64)
        /// A page of the index.
        case page(Int)
        /// Contents of a file.
        case object([UInt8])
        /// The index contradicts itself.
        case index(String)
    }

    case notAVault
    /// Made by a later version of this program.
    case newer
    case alreadyAVault
    /// No slot opens with it.
    case wrongKey
    case outOfMemory
    case damaged(Part)
    /// The vault is older than what this device has seen: it was put back, or its newest part taken away.
    case rolledBack(seen: UInt64, found: UInt64)
    /// Others changed the vault again and again meanwhile.
    case busy
    case store(StoreError)
    case system(SystemError)
    case interrupted
    /// Inside the vault.
    case notFound([UInt8])
    case exists([UInt8])
    case notAFolder([UInt8])
    case isAFolder([UInt8])
    case notEmpty([UInt8])
    case badName([UInt8])
    /// A folder can't be moved into itself.
    case intoItself([UInt8])
    case tooLarge
    /// An object that the index knows of is not there.
    case missing(Int64)
    /// A file was replaced while it was being read, or is not as it was when it was to be continued.
    case changed([UInt8])
    /// What should not happen.
    case unexpected(String)
    /// What was written lay about for so long that `gc` may have cleared it away.
    case outdated
    /// Another process committed first; seen inside this module only.
    case conflict(isStale: Bool)
    /// All slots are taken.
    case noFreeSlot
    /// The last way into an area is not taken away.
    case lastSlot

    /// From whatever a lower layer threw.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as VaultError: error
            case let error as StoreError: .store(error)
            case let error as SystemError where error.errno == .interrupted: .interrupted
            case let error as SystemError: .system(error)
            default: .unexpected("\(error)")
            }
    }
}

/// Runs what throws errors of lower layers.
func withVaultErrors<Result>(_ body: () throws -> Result) throws(VaultError) -> Result {
    do { return try body() } catch { throw VaultError(error) }
}
