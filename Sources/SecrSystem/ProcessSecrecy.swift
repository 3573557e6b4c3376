internal import CSecrShims
internal import SystemPackage

/// Keeps the memory of this process to itself.
public enum ProcessSecrecy {
    /// No core dumps, and no other process of the same user may look into this one. To be called before the first secret.
    ///
    /// Root can still do so.
    public static func harden() { secr_harden_process() }

    /// Whether what is in memory can be written to a disk as it is: there is swap that lies on one and is not encrypted,
    /// as far as can be told.
    public static var swapsInTheClear: Bool {
        guard let table = try? FileSource.contents(of: "/proc/swaps") else { return false }
        let lines = String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
        return lines.contains { line in
            guard let device = line.split(separator: " ").first else { return false }
            return !device.hasPrefix("/dev/zram") && !device.hasPrefix("/dev/dm-") && !device.hasPrefix("/dev/mapper/")
        }
    }
}
