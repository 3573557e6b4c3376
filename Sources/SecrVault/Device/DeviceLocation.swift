internal import SecrCrypto
internal import SecrSystem
internal import SystemPackage

/// Where a state file lies: on which machine, and which file it is there. A copy of it lies elsewhere.
struct DeviceLocation {
    static let size = 16

    let hash: [UInt8]

    /// - Throws: ``SystemError`` where nothing is known of the file.
    init(of file: OwnedDescriptor) throws(SystemError) {
        self.init(machine: Self.machine, file: try file.status().number)
    }

    /// - Parameter file: the number that its file system gave it.
    init(machine: [UInt8], file: UInt64) {
        hash = BLAKE2b.hash(Array("secr device state place".utf8) + machine + file.bigEndianBytes, count: Self.size)
    }

    /// What the system calls this machine; empty where it does not.
    private static let machine: [UInt8] = {
        let text = (try? FileSource.contents(of: "/etc/machine-id", limit: 4_096)) ?? []
        return Array(text.prefix { $0 != UInt8(ascii: "\n") })
    }()
}
