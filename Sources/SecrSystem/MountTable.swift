public import SystemPackage

/// What is mounted for this process.
public enum MountTable {
    /// Where file systems of a type lie, such as "ext4" (proc_pid_mountinfo(5)).
    public static func folders(of type: String) -> [FilePath] {
        guard let table = try? FileSource.contents(of: "/proc/self/mountinfo", limit: 16 << 20) else { return [] }
        return folders(of: type, in: table)
    }

    package static func folders(of type: String, in table: [UInt8]) -> [FilePath] {
        table.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            // How many fields stand in between, nobody knows.
            guard fields.count > 6, let end = fields[6...].firstIndex(of: [UInt8(ascii: "-")]), end + 1 < fields.count,
                fields[end + 1].elementsEqual(type.utf8)
            else { return nil }
            return FilePath(rawBytes: unescaped(fields[4]))
        }
    }

    /// Blanks, line ends and backslashes are written as three octal digits.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3).map { $0 &- UInt8(ascii: "0") }
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ $0 < 8 }), digits[0] < 4 {
                bytes.append(digits[0] << 6 | digits[1] << 3 | digits[2])
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
