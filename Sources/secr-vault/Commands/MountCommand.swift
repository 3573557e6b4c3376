import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultFUSE
import SystemPackage

/// `mount`
enum MountCommand {
    private static let readOnly = Option("read-only", help: "Let programs look at everything, and change nothing.")
    private static let foreground = Option("foreground", help: "Stay until it is unmounted, instead of going on alone.")
    private static let idle = Option(
        "idle", value: .text("TIME"), help: "Unmount when nobody has used it for so long: 90s, 15m, 2h.")

    static let command = Command(
        "mount", abstract: "Let a vault appear in a folder, for any program to read.", operands: "VAULT FOLDER",
        arity: 2...2,
        discussion: """
            The folder has to be there and to be empty. 'unmount' takes the vault away again; so does Ctrl-C where \
            --foreground is given. Only --read-only is there so far.
            """,
        options: [readOnly, foreground, idle, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        guard arguments.has(readOnly) else {
            throw UsageError("a vault can be mounted to be read only", hint: "give --read-only")
        }
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let folder = AbsolutePath.of(arguments.operands[1])
        let limit = try arguments.bytes(idle).map { (text) throws(UsageError) in try TimeSpan.seconds(text, of: idle) }
        return console.attempt(vault: access.path) {
            // Before there is any other thread, and any secret.
            if arguments.has(foreground) { return try serve(access, folder, limit, nil) }
            switch try BackgroundHalf.split() {
            case .back(let readiness): return try serve(access, folder, limit, readiness)
            case .front(let other):
                guard let status = other.wait() else { return .success }
                return ExitStatus(rawValue: status) ?? .failure
            }
        }
    }

    private static func serve(
        _ access: VaultAccess, _ folder: FilePath, _ limit: UInt32?, _ readiness: BackgroundHalf.Readiness?
    ) throws -> ExitStatus {
        let store = AbsolutePath.of(access.path)
        try check(folder, for: store)
        let vault = try access.open()
        let mount: Mount
        do throws(Mount.Failure) {
            mount = try Mount(vault, in: store, at: folder)
        } catch {
            throw CommandFailure(
                .failure, path: folder,
                error == .unavailable ? "this system has no FUSE" : "the system refuses to mount a vault here",
                hint: error == .unavailable
                    ? "on Debian: apt-get install fuse3" : "this user has to be allowed to use /dev/fuse")
        }
        guard let watch = WorkerThread({ [limit] in wait(for: mount, limit) }) else {
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
        return isWell ? .success : .failure
    }

    /// Takes it away when a signal comes, or when nobody has used it for long enough.
    private static func wait(for mount: Mount, _ limit: UInt32?) {
        while !mount.hasEnded {
            if Interruption.isRequested {
                mount.stop()
                return
            }
            if let limit, mount.idleSeconds >= Int(limit), mount.stopIfUnused() { return }
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
            guard Mount.unmount(folder) else {
                throw CommandFailure(
                    .failure, path: folder, "it can't be unmounted: a program uses it, or nothing is mounted there")
            }
            return .success
        }
    }
}
