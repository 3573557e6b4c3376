internal import CSecrShims
internal import Glibc
public import SystemPackage

/// What this process may still do, before it reads what somebody else made; everything else is given up for good.
///
/// Files are guarded by Landlock (landlock(7)), system calls by a filter (seccomp(2)). Both bind the calling thread and those
/// that it starts, so that ``enter(_:)`` is called while there is one.
public struct Sandbox: Sendable {
    public struct Access: OptionSet, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Of a folder: to list it, and to read all that is in it.
        public static let read = Access(rawValue: SECR_MAY_READ)
        /// Of a folder: to make, replace and remove files in it.
        public static let write = Access(rawValue: SECR_MAY_WRITE)
        /// To make folders in it.
        public static let makeFolders = Access(rawValue: SECR_MAY_MAKE_FOLDERS)
        /// Of a terminal: to silence it.
        public static let control = Access(rawValue: SECR_MAY_CONTROL)
    }

    /// Which system calls remain.
    public enum Calls: Sendable {
        /// No network, no other programs and processes, nothing that changes the machine.
        case ordinary
        /// Only those that work on open files and memory needs.
        case leastOfAll
    }

    /// What the kernel does of all this.
    public struct Protection: Sendable, Equatable {
        /// The version of Landlock; 0 where there is none.
        public var landlock: Int
        public var filtersCalls: Bool

        public var isComplete: Bool { landlock > 0 && filtersCalls }
    }

    /// What it could do.
    public static var support: Protection {
        Protection(landlock: Int(secr_landlock_version()), filtersCalls: secr_can_filter() != 0)
    }

    /// `nil` where there is no Landlock.
    private let rules: OwnedDescriptor?

    /// Allows nothing yet.
    public init() {
        let raw = secr_landlock_new()
        rules = raw >= 0 ? OwnedDescriptor(adopting: raw) : nil
    }

    /// Allows something with a file, or with a folder and all that is in it; what a link leads to is meant.
    ///
    /// A name that leads to nothing allows nothing.
    public func allow(_ access: Access, of path: FilePath) {
        guard let rules else { return }
        let raw = unsafe path.withPlatformString { unsafe Glibc.open($0, secr_o_path() | O_CLOEXEC) }
        guard raw >= 0 else { return }
        _ = secr_landlock_allow(rules.raw, raw, access.rawValue)
        _ = Glibc.close(raw)
    }

    /// The same for a file that is open, if it is opened once more.
    public func allow(_ access: Access, of file: OwnedDescriptor) {
        if let rules { _ = secr_landlock_allow(rules.raw, file.raw, access.rawValue) }
    }

    /// From now on nothing else is possible. What is open stays so.
    ///
    /// - Returns: what the kernel really does.
    @discardableResult
    public func enter(_ calls: Calls) -> Protection {
        let isGuarded = rules.map { secr_landlock_enter($0.raw) == 0 } ?? false
        let isFiltered =
            switch calls {
            case .ordinary: secr_filter_dangerous() == 0
            case .leastOfAll: secr_filter_all_but_harmless() == 0
            }
        return Protection(landlock: isGuarded ? Int(secr_landlock_version()) : 0, filtersCalls: isFiltered)
    }
}
