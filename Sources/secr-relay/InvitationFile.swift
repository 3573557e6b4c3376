import SecrSystem
import SystemPackage

/// Invitations, one a line; what begins with `#`, and what stands behind a space, is for people.
enum InvitationFile {
    /// Bytes of the longest file that is read.
    private static let longest = 1 << 20

    static func codes(in path: FilePath) throws -> [String] {
        let bytes = try OwnedDescriptor.openForReading(path).readToEnd(limit: longest, path: path)
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
            String(line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace })
        }
        return lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}
