internal import SecrCrypto

/// AWS's shared credentials: sections `[profile]`, lines `name = value`, comments after `#` or `;` at the start of a
/// line.
enum CredentialsFile {
    /// Where the values stand.
    struct Found {
        var accessKey: Range<Int>?
        var secretKey: Range<Int>?
        var sessionToken: Range<Int>?
    }

    /// - Throws: `badCredentials` where there is no such profile, a line is none of the format, or a name comes twice.
    static func find(profile: String, in contents: borrowing SecretBytes) throws(S3Error) -> Found {
        // Safe: only ranges leave the closure.
        try unsafe contents.withBytes { (bytes) throws(S3Error) in try unsafe find(profile, bytes) }
    }

    private static func find(_ profile: String, _ bytes: UnsafeRawBufferPointer) throws(S3Error) -> Found {
        var found: Found?
        var isInside = false
        var (start, number) = (0, 0)
        while start < bytes.count {
            number += 1
            let end = unsafe bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = unsafe trimmed(start..<end, bytes)
            start = end + 1
            guard let first = line.first.map({ unsafe bytes[$0] }) else { continue }
            if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { continue }
            if first == UInt8(ascii: "[") {
                guard unsafe bytes[line.upperBound - 1] == UInt8(ascii: "]"), line.count > 2 else {
                    throw malformed(number)
                }
                let name = unsafe trimmed(line.lowerBound + 1..<line.upperBound - 1, bytes)
                isInside = unsafe bytes[name].elementsEqual(profile.utf8)
                if isInside, found != nil { throw S3Error(.badCredentials, "the profile stands there twice") }
                if isInside { found = Found() }
                continue
            }
            guard let equals = unsafe bytes[line].firstIndex(of: UInt8(ascii: "=")) else { throw malformed(number) }
            guard isInside else { continue }
            let name = unsafe trimmed(line.lowerBound..<equals, bytes)
            let value = unsafe trimmed(equals + 1..<line.upperBound, bytes)
            let text = unsafe String(decoding: bytes[name], as: UTF8.self).lowercased()
            switch text {
            case "aws_access_key_id": try set(&found!.accessKey, value, number)
            case "aws_secret_access_key": try set(&found!.secretKey, value, number)
            case "aws_session_token": try set(&found!.sessionToken, value, number)
            default: break
            }
        }
        guard let found else { throw S3Error(.badCredentials, "there is no such profile in the file of credentials") }
        return found
    }

    private static func set(_ place: inout Range<Int>?, _ value: Range<Int>, _ line: Int) throws(S3Error) {
        guard place == nil, !value.isEmpty else { throw malformed(line) }
        place = value
    }

    private static func malformed(_ line: Int) -> S3Error {
        S3Error(.badCredentials, "line \(line) of the file of credentials is malformed")
    }

    private static func trimmed(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Range<Int> {
        func isSpace(_ index: Int) -> Bool {
            let byte = unsafe bytes[index]
            return byte == 0x20 || byte == 0x09 || byte == 0x0D
        }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(start) { start += 1 }
        while end > start, isSpace(end - 1) { end -= 1 }
        return start..<end
    }
}
