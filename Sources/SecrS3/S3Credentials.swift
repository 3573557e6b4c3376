public import SecrCrypto
internal import SecrSystem
public import SystemPackage

/// Who somebody is towards S3.
public struct S3Credentials: ~Copyable, Sendable {
    /// A name; no secret.
    public let accessKey: String
    let secretKey: SecretBytes
    /// Goes along with keys that are good for a while only; empty where there is none.
    let sessionToken: SecretBytes

    /// Largest file that is read.
    public static let largestFile = 65_536

    /// - Parameters:
    ///   - accessKey: 1...128 printable characters of ASCII, none of them a space, comma, slash or equals sign.
    ///   - secretKey: 1...256 printable characters of ASCII without spaces.
    ///   - sessionToken: 1...8,192 of them.
    /// - Throws: `badCredentials`.
    public init(
        accessKey: String, secretKey: consuming SecretBytes, sessionToken: consuming SecretBytes? = nil
    ) throws(S3Error) {
        let isName = Self.isPrintable(accessKey.utf8) && !accessKey.utf8.contains { [0x2C, 0x2F, 0x3D].contains($0) }
        guard (1...128).contains(accessKey.utf8.count), isName else {
            throw S3Error(.badCredentials, "the access key is malformed")
        }
        guard Self.isSecret(secretKey, most: 256) else { throw S3Error(.badCredentials, "the secret key is malformed") }
        if let token = consume sessionToken {
            guard Self.isSecret(token, most: 8_192) else {
                throw S3Error(.badCredentials, "the session token is malformed")
            }
            self.sessionToken = consume token
        } else {
            self.sessionToken = SecretBytes(copying: [])
        }
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    /// Of variables, usually the process's: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    ///
    /// - Throws: `badCredentials`.
    public init(environment: [String: String]) throws(S3Error) {
        guard let accessKey = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"]
        else {
            throw S3Error(.badCredentials, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
        }
        let token = environment["AWS_SESSION_TOKEN"] ?? ""
        if token.isEmpty {
            try self.init(accessKey: accessKey, secretKey: SecretBytes(copying: secret.utf8))
        } else {
            try self.init(
                accessKey: accessKey, secretKey: SecretBytes(copying: secret.utf8),
                sessionToken: SecretBytes(copying: token.utf8))
        }
    }

    /// Of a file in the format of AWS's shared credentials, such as `~/.aws/credentials`.
    ///
    /// - Parameter file: a regular file that nobody but its owner, and its group for reading, can open.
    /// - Throws: `badCredentials`.
    public init(file: FilePath, profile: String = "default") throws(S3Error) {
        let contents: SecretBytes
        do {
            let descriptor = try OwnedDescriptor.openForReading(file)
            let status = try descriptor.status(of: file)
            guard status.kind == .regular, status.size <= Self.largestFile else {
                throw S3Error(.badCredentials, "the file of credentials is no regular file of up to 64 KiB")
            }
            guard status.mode & 0o026 == 0 else {
                throw S3Error(.badCredentials, "the file of credentials is open to others; see chmod(1), mode 600")
            }
            // Safe: as many bytes are written as there are; what is not stays zero, and is no text.
            contents = try unsafe SecretBytes(count: status.size) { (buffer) throws(SystemError) in
                _ = try unsafe descriptor.fill(buffer, path: file)
            }
        } catch let error as S3Error {
            throw error
        } catch let error as SystemError {
            throw S3Error(.badCredentials, "can't \(error.operation) the file of credentials: \(error.errno)")
        } catch {
            throw S3Error(.badCredentials, "the file of credentials can't be read")
        }
        try self.init(contents: contents, profile: profile)
    }

    /// The same for what stands in such a file.
    public init(contents: borrowing SecretBytes, profile: String = "default") throws(S3Error) {
        let found = try CredentialsFile.find(profile: profile, in: contents)
        guard let accessKey = found.accessKey, let secretKey = found.secretKey else {
            throw S3Error(.badCredentials, "the profile lacks aws_access_key_id or aws_secret_access_key")
        }
        let name = contents.part(accessKey)
        // Safe: the bytes are copied; an access key is no secret.
        let text = unsafe name.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
        if let token = found.sessionToken {
            try self.init(
                accessKey: text, secretKey: contents.part(secretKey), sessionToken: contents.part(token))
        } else {
            try self.init(accessKey: text, secretKey: contents.part(secretKey))
        }
    }

    private static func isPrintable(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isSecret(_ secret: borrowing SecretBytes, most: Int) -> Bool {
        // Safe: the bytes do not leave the closure.
        unsafe secret.count >= 1 && secret.count <= most && secret.withBytes { unsafe isPrintable($0) }
    }
}
