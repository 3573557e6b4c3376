internal import Glibc
public import SystemPackage

/// Where the XDG base directory specification wants things to be.
public enum StandardFolders {
    /// The user's own; `nil` where there is none.
    public static var home: FilePath? { variable("HOME").flatMap { $0.isAbsolute ? $0 : nil } }

    /// For what a device remembers; `nil` where the user has no home.
    public static var state: FilePath? {
        if let path = variable("XDG_STATE_HOME"), path.isAbsolute { return path }
        return home?.appending(".local/state")
    }

    /// For what a user keeps; `nil` where the user has no home.
    public static var data: FilePath? {
        if let path = variable("XDG_DATA_HOME"), path.isAbsolute { return path }
        return home?.appending(".local/share")
    }

    /// Where a service manager wants a service to keep its things; `nil` where none does.
    public static var service: FilePath? {
        guard let path = variable("STATE_DIRECTORY"), path.isAbsolute else { return nil }
        return path
    }

    /// For sockets, gone with the last session; `nil` where there is none.
    public static var runtime: FilePath? {
        if let path = variable("XDG_RUNTIME_DIR"), path.isAbsolute { return path }
        let usual = FilePath("/run/user/\(geteuid())")
        return (try? FileStatus.of(usual, followSymlinks: false))??.kind == .directory ? usual : nil
    }

    private static func variable(_ name: String) -> FilePath? {
        guard let value = unsafe getenv(name) else { return nil }
        // Safe: the environment's strings end with a NUL.
        let path = unsafe FilePath(platformString: value)
        return path.isEmpty ? nil : path
    }
}
