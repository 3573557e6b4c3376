internal import Glibc

/// The user for whom this process works.
public enum ProcessOwner {
    public static var user: UInt32 { geteuid() }
    public static var group: UInt32 { getegid() }
    public static var isRoot: Bool { user == 0 }
}
