internal import CFUSE
internal import Glibc
public import SecrSystem
public import SecrVault
internal import Synchronization
public import SystemPackage

/// A vault that appears in a folder, to be used by any program.
///
/// May be used by several threads at once.
@safe public final class Mount: @unchecked Sendable {
    /// Why a vault can't appear where it was to.
    public enum Failure: Error, Equatable, Sendable {
        /// The system has no FUSE, or this user may not use it.
        case unavailable
        case refused
    }

    /// How a vault appears.
    public struct Options: Sendable {
        /// Whether nothing can be changed.
        public var isReadOnly = false
        /// Whether it is there for other users, too, as far as the bits of a file allow.
        public var isForOthers = false

        public init() {}

        fileprivate var text: String {
            (isReadOnly ? "ro" : "rw") + (isForOthers ? ",allow_other" : "")
                + ",nosuid,nodev,default_permissions,fsname=secr-vault,subtype=\(Mount.subtype)"
        }
    }

    private static let subtype = "secr-vault"
    /// What the system calls such a file system.
    static let type = "fuse." + subtype

    private let session: OpaquePointer
    private let state: MountState
    private let files: VaultFileSystem
    private let folder: FilePath
    private let end = Mutex(false)

    /// Lets the vault appear.
    ///
    /// - Parameters:
    ///   - identity: ``VaultFolder/identity``.
    ///   - store: the vault's own folder.
    ///   - folder: where it is to appear: empty, from the root on.
    ///   - options: how it appears.
    public init(
        _ vault: Vault, of identity: [UInt8], in store: FilePath, at folder: FilePath, _ options: Options
    ) throws(Failure) {
        files = VaultFileSystem(vault)
        let state = MountState(files, of: identity, in: store, isReadOnly: options.isReadOnly)
        (self.state, self.folder) = (state, folder)
        var words = unsafe ["secr-vault", "-o", options.text].map { (word: String) in unsafe strdup(word) }
        defer { unsafe words.forEach { unsafe free($0) } }
        var table = Operations.table
        // Safe: libfuse copies words and table; the state lives as long as the session.
        let made = unsafe words.withUnsafeMutableBufferPointer { words in
            var arguments = unsafe fuse_args(argc: CInt(words.count), argv: words.baseAddress, allocated: 0)
            return unsafe fuse_session_new(
                &arguments, &table, MemoryLayout<fuse_lowlevel_ops>.size, Unmanaged.passUnretained(state).toOpaque())
        }
        guard let made = unsafe made else { throw .refused }
        unsafe session = made
        guard unsafe folder.withPlatformString({ unsafe fuse_session_mount(made, $0) }) == 0 else {
            // What was made goes with this object.
            throw FileStatus.exists(Array("/dev/fuse".utf8)) ? .refused : .unavailable
        }
    }

    deinit { unsafe fuse_session_destroy(session) }

    /// How long nobody has asked anything, and nothing is open, in seconds; 0 while something is.
    public var idleSeconds: Int { state.idleSeconds }

    /// Answers the kernel, on several threads, until the vault is taken away. Returns whether that went well.
    public func serve() -> Bool {
        // Safe: made here, and given back.
        guard let configuration = unsafe fuse_loop_cfg_create() else { return false }
        defer { unsafe fuse_loop_cfg_destroy(configuration) }
        unsafe fuse_loop_cfg_set_clone_fd(configuration, 1)
        unsafe fuse_loop_cfg_set_max_threads(configuration, UInt32(2 * WorkerPool.processors + 2))
        let status = unsafe fuse_session_loop_mt(session, configuration)
        end.withLock { $0 = true }
        return status == 0
    }

    /// Makes durable what waits for too long, or else what can't be now. To be called about every tenth of a second.
    public func commitIfDue() { try? files.commitIfDue() }

    /// Makes durable what programs wrote, after ``serve()`` has returned.
    public func finish() throws(VaultError) { if !state.isReadOnly { try files.commit() } }

    /// Whether another process wants the vault to be locked.
    public var isLockRequested: Bool { state.isLockRequested }

    /// Whether ``serve()`` has returned.
    public var hasEnded: Bool { end.withLock { $0 } }

    /// Takes the vault away, even from programs that have files of it open; they get errors from then on, and what the
    /// kernel knew of files is forgotten.
    public func stop() {
        // Safe: all of these may be called from any thread that answers nothing.
        for id in state.cached { unsafe fuse_lowlevel_notify_inval_inode(session, fuse_ino_t(id), 0, 0) }
        unsafe fuse_session_exit(session)
        unsafe fuse_session_unmount(session)
        // As long as a program has a file open, the kernel tells nobody that it is over.
        Interruption.wakeAll()
    }

    /// Takes it away unless a program uses it. Returns whether it is gone.
    public func stopIfUnused() -> Bool { Self.unmount(folder) }

    /// Returns when everything that was written there is durable, whichever process lets it appear.
    public static func sync(_ folder: FilePath) throws(SystemError) {
        try OwnedDescriptor.openDirectory(folder).sync(path: folder)
    }

    /// Takes away what appeared in a folder, whichever process lets it appear. Returns `false` where that is refused, such
    /// as while a program uses it.
    public static func unmount(_ folder: FilePath) -> Bool {
        if unsafe folder.withPlatformString({ unsafe umount2($0, 0) }) == 0 { return true }
        return ExternalProgram.run("fusermount3", "-u", "-q", "--", folder.string) == 0
    }
}
