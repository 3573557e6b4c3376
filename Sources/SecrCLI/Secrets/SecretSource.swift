internal import Glibc
public import SecrCrypto
public import SecrSystem
public import SystemPackage

/// Where a passphrase comes from. Never from the value of an option or a variable, which others can see.
public enum SecretSource: Sendable, Equatable {
    case terminal(prompt: String)
    case file(FilePath)
    case descriptor(CInt)
    /// What a command of `sh` prints.
    case command([UInt8])
    /// Of the service manager, by its name (systemd.exec(5), LoadCredential=).
    case credential(FilePath)

    /// Why there is no secret.
    public enum Failure: Error, Equatable, Sendable {
        case noTerminal
        case unreadable(SystemError)
        /// Nothing, or more than one line, or more than a secret can have.
        case notASecret(String, FilePath? = nil)
        case commandFailed
        case differ
        case interrupted
    }

    /// One line, without its end.
    public func read() throws(Failure) -> SecretBytes {
        switch self {
        case .terminal(let prompt): try Terminal.secret(prompt)
        case .file(let path): try Self.line(Self.whole(path, limit: Self.limit))
        case .descriptor(let raw): try Self.line(Self.duplicate(raw))
        case .command(let command): try Self.output(of: command)
        case .credential(let name): try Self.line(Self.whole(Self.credentialPath(name), limit: Self.limit))
        }
    }

    /// The same for a secret that is made now: asked for twice where somebody types it.
    public func readNew(again: String) throws(Failure) -> SecretBytes {
        let secret = try read()
        if case .terminal = self {
            guard secret.isEqual(to: try Terminal.secret(again)) else { throw .differ }
        }
        return secret
    }

    /// A key file, all of it.
    public static func keyFile(_ path: FilePath) throws(Failure) -> SecretBytes {
        let file = try whole(path, limit: Credential.keyFileSizes.upperBound)
        guard file.count >= Credential.keyFileSizes.lowerBound else {
            throw .notASecret("a key file has at least \(Credential.keyFileSizes.lowerBound) bytes", path)
        }
        return file
    }

    /// A passphrase and the end of its line.
    static let limit = Credential.longestPassphrase + 2

    private static func credentialPath(_ name: FilePath) throws(Failure) -> FilePath {
        guard let folder = unsafe getenv("CREDENTIALS_DIRECTORY") else {
            throw .notASecret("the service manager gave no credentials ($CREDENTIALS_DIRECTORY is not set)")
        }
        // Safe: the environment's strings end with a NUL.
        return unsafe FilePath(platformString: folder).appending(name.components)
    }

    private static func duplicate(_ raw: CInt) throws(Failure) -> SecretBytes {
        do { return try whole(OwnedDescriptor.duplicate(raw), limit: limit) } catch { throw .unreadable(error) }
    }

    private static func whole(_ path: FilePath, limit: Int) throws(Failure) -> SecretBytes {
        do {
            // A shell's <(command) is a FIFO, into which the command may not have written yet.
            return try whole(OwnedDescriptor.openForReading(path, waits: true), limit: limit, path: path)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Reads into locked memory at once; nothing is left anywhere else.
    static func whole(
        _ descriptor: OwnedDescriptor, limit: Int, path: FilePath? = nil
    ) throws(SystemError) -> SecretBytes {
        var count = 0
        let room = try unsafe SecretBytes(count: limit + 1) { (room) throws(SystemError) in
            count = try unsafe descriptor.fill(room, path: path)
        }
        if count > limit { throw SystemError("read", path, .fileTooLarge) }
        return room.part(0..<count)
    }

    /// Takes the end of the line off.
    static func line(_ secret: consuming SecretBytes) throws(Failure) -> SecretBytes {
        // Safe: only looked at.
        let (count, isOneLine) = unsafe secret.withBytes { bytes in
            var end = bytes.count
            if end > 0, unsafe bytes[end - 1] == 0x0A { end -= 1 }
            if end > 0, end < bytes.count, unsafe bytes[end - 1] == 0x0D { end -= 1 }
            return (end, unsafe !bytes[..<end].contains(0x0A))
        }
        if count == 0 { throw .notASecret("the passphrase is empty") }
        if !isOneLine { throw .notASecret("a passphrase is one line; there are more") }
        return secret.part(0..<count)
    }

    private static func output(of command: [UInt8]) throws(Failure) -> SecretBytes {
        // Input that is piped in is for the tool, not for a command that happens to read.
        let script = (isatty(0) == 1 ? [] : Array("exec </dev/null\n".utf8)) + command
        let text = script.map { CChar(bitPattern: $0) } + [0]
        // Safe: the command ends with a NUL.
        guard let stream = unsafe popen(text, "re") else { throw .commandFailed }
        let secret: Result<SecretBytes, Failure>
        do {
            // Its own reading would leave a copy in a buffer of the C library.
            secret = .success(try whole(unsafe OwnedDescriptor.duplicate(fileno(stream)), limit: limit))
        } catch {
            secret = .failure(.unreadable(error))
        }
        let status = unsafe pclose(stream)
        // The command had the same signal, and failed by it.
        if Interruption.isRequested { throw .interrupted }
        let printed = try secret.get()
        guard status == 0 else { throw .commandFailed }
        return try line(printed)
    }
}
