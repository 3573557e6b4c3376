import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrVaultFUSE
import SystemPackage

/// `mount`
enum MountCommand {
    private static let readOnly = Option("read-only", help: "Let programs look at everything, and change nothing.")
    private static let foreground = Option("foreground", help: "Stay until it is unmounted, instead of going on alone.")
    private static let allowOther = Option(
        "allow-other", help: "Let other users of this computer in, too, as far as the permissions of a file allow.")
    private static let idle = Option(
        "idle", value: .text("TIME"), help: "Unmount when nobody has used it for so long: 90s, 15m, 2h.")

    private static let lockOnSuspend = Option(
        "lock-on-suspend", help: "Unmount before the computer sleeps, even if programs use it, and forget the keys.")

    static let command = Command(
        "mount", abstract: "Let a vault appear in a folder, for any program to use.", operands: "VAULT FOLDER",
        arity: 2...2,
        discussion: """
            The folder has to be there and to be empty. 'unmount' takes the vault away again; so does Ctrl-C where \
            --foreground is given. What programs write is safe when they ask for it (fsync), or after five seconds.
            """,
        options: [readOnly, foreground, idle, lockOnSuspend, allowOther, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let folder = AbsolutePath.of(arguments.operands[1])
        var options = Mount.Options()
        (options.isReadOnly, options.isForOthers) = (arguments.has(readOnly), arguments.has(allowOther))
        let life = Life(
            idle: try arguments.bytes(idle).map { (text) throws(UsageError) in try TimeSpan.seconds(text, of: idle) },
            endsWithSleep: arguments.has(lockOnSuspend))
        return console.attempt(vault: access.path) {
            // Before there is any other thread, and any secret.
            if arguments.has(foreground) { return try serve(access, folder, options, life, nil) }
            switch try BackgroundHalf.split() {
            case .back(let readiness): return try serve(access, folder, options, life, readiness)
            case .front(let other):
                guard let status = other.wait() else { return .success }
                return ExitStatus(rawValue: status) ?? .failure
            }
        }
    }

    /// What ends it.
    private struct Life {
        /// Seconds without use; `nil` for any number.
        var idle: UInt32?
        var endsWithSleep = false
    }

    private static func serve(
        _ access: VaultAccess, _ folder: FilePath, _ options: Mount.Options, _ life: Life,
        _ readiness: BackgroundHalf.Readiness?
    ) throws -> ExitStatus {
        let store = AbsolutePath.of(access.path)
        try check(folder, for: store)
        let (vault, own) = (try access.open(), try access.folder())
        let sleep = life.endsWithSleep ? SleepWatch(for: "secr-vault", because: "a vault has to be locked") : nil
        if life.endsWithSleep, sleep == nil {
            throw CommandFailure(.failure, "nobody can tell when this computer sleeps: there is no login service")
        }
        let mount: Mount
        do throws(Mount.Failure) {
            mount = try Mount(vault, of: own.identity, in: store, at: folder, options)
        } catch {
            throw CommandFailure(
                .failure, path: folder,
                error == .unavailable ? "this system has no FUSE" : "the system refuses to mount a vault here",
                hint: error == .unavailable
                    ? "on Debian: apt-get install fuse3" : "this user has to be allowed to use /dev/fuse")
        }
        let keys = KeyCache(of: own)
        guard let watch = WorkerThread({ [life] in wait(for: mount, life, sleep, keys) }) else {
            mount.stop()
            throw CommandFailure(.failure, "the system gives no more threads")
        }
        do {
            try readiness?.announce()
        } catch {
            mount.stop()
            _ = mount.serve()
            watch.wait()
            throw error
        }
        let isWell = mount.serve()
        watch.wait()
        try finish(mount)
        // Only now may it sleep.
        withExtendedLifetime(sleep) {}
        return isWell ? .success : .failure
    }

    /// Makes durable what programs wrote. Where the disk is full, or away, somebody may yet help.
    private static func finish(_ mount: Mount) throws(VaultError) {
        for _ in 0..<Self.tries {
            if (try? mount.finish()) != nil { return }
            if Interruption.isRequested { break }
            Pause.sleep(microseconds: 1_000_000)
        }
        try mount.finish()
    }

    private static let tries = 60

    /// Takes it away when a signal comes or somebody wants it locked, before the computer sleeps, or when nobody has used it
    /// for long enough.
    private static func wait(for mount: Mount, _ life: Life, _ sleep: SleepWatch?, _ keys: KeyCache) {
        while !mount.hasEnded {
            // Where nobody can tell any more, it may be about to sleep at any time.
            let isSleepNear = sleep.map { $0.look() != .awake } ?? false
            if isSleepNear { try? keys.clear() }
            if isSleepNear || mount.isLockRequested || Interruption.take() {
                mount.stop()
                return
            }
            mount.commitIfDue()
            if let idle = life.idle, mount.idleSeconds >= Int(idle), mount.stopIfUnused() { return }
            Pause.sleep(microseconds: 100_000)
        }
    }

    /// A vault must not hide itself, and nothing else either.
    private static func check(_ folder: FilePath, for store: FilePath) throws {
        guard let status = try FileStatus.of(folder, followSymlinks: true) else {
            throw CommandFailure(.notFound, path: folder, "there is no such folder")
        }
        guard status.kind == .directory else { throw CommandFailure(.failure, path: folder, "it is not a folder") }
        var above = store
        while true {
            let found = try FileStatus.of(above, followSymlinks: true)
            if found?.identity == status.identity {
                throw CommandFailure(.failure, path: folder, "the vault itself lies there, and would be hidden")
            }
            guard above.lastComponent != nil else { break }
            above = above.removingLastComponent()
        }
        guard try DirectoryWalk.names(in: folder).isEmpty else {
            throw CommandFailure(.failure, path: folder, "the folder is not empty, and what is in it would be hidden")
        }
    }
}

/// `unmount`
enum UnmountCommand {
    static let command = Command(
        "unmount", abstract: "Take a vault away from the folder in which it appears.", operands: "FOLDER", arity: 1...1,
        options: [.quiet]
    ) { (arguments) throws(UsageError) in
        let folder = AbsolutePath.of(arguments.operands[0])
        return Console(arguments).attempt(reading: folder) {
            do throws(SystemError) {
                try Mount.sync(folder)
            } catch {
                // Who can't even be asked is gone already.
                if [.noSpace, .diskQuotaExceeded, .ioError].contains(error.errno) {
                    throw CommandFailure(
                        .failure, path: folder, "what was written there can't be stored: \(error.errno)",
                        hint: "it is still mounted, and tries again")
                }
            }
            guard Mount.unmount(folder) else {
                throw CommandFailure(
                    .failure, path: folder, "it can't be unmounted: a program uses it, or nothing is mounted there")
            }
            return .success
        }
    }
}
