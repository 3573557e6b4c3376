public import SecrCrypto

/// A file or pipe that is sealed by itself, for a credential: a header, and behind it a stream.
///
/// `secr-stream(5)`, section "Sealed files", has the header to the byte.
public struct SealedFile: Sendable {
    public static let headerSize = 48
    static let magic = Array("secrfile".utf8)
    static let version: UInt8 = 1

    /// What a header can be wrong in.
    public enum HeaderError: Error, Equatable, Sendable {
        /// No sealed file.
        case unknown
        /// Made by a later version of this program.
        case newer
        /// Well-formed, but nothing that this program would have written, such as a demand for all memory there is.
        case refused
    }

    /// What opens it.
    public let kind: Credential.Kind
    private let parameters: Argon2id.Parameters?
    private let bytes: [UInt8]

    /// For a new file. Every one has a salt of its own.
    ///
    /// - Parameter parameters: what guessing a passphrase costs; of no use for a key file alone.
    public init(for kind: Credential.Kind, parameters: Argon2id.Parameters = .floor) {
        self.kind = kind
        self.parameters = kind.needsPassphrase ? parameters : nil
        let memory = UInt32(self.parameters?.memory ?? 0)
        bytes =
            Self.magic + [
                Self.version, kind.rawValue, StreamShape.standard.chunkBits, UInt8(self.parameters?.passes ?? 0),
            ] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: memory >> $0) } + SecureRandom.bytes(32)
    }

    /// From the first ``headerSize`` bytes of a file; fewer are no header.
    public init(header bytes: [UInt8]) throws(HeaderError) {
        guard bytes.count == Self.headerSize, bytes.starts(with: Self.magic) else { throw .unknown }
        guard bytes[8] == Self.version else { throw .newer }
        guard let kind = Credential.Kind(rawValue: bytes[9]), bytes[10] == StreamShape.standard.chunkBits else {
            throw .refused
        }
        let memory = bytes[12..<16].reduce(0) { $0 << 8 | Int($1) }
        if kind.needsPassphrase {
            guard let parameters = try? Argon2id.Parameters(memory: memory, passes: Int(bytes[11])) else {
                throw .refused
            }
            self.parameters = parameters
        } else {
            guard memory == 0, bytes[11] == 0 else { throw .refused }
            parameters = nil
        }
        self.kind = kind
        self.bytes = bytes
    }

    /// The stream's key; everything in the header is bound into it.
    private func key(for credential: borrowing Credential) throws(CryptoError) -> SecretBytes {
        precondition(credential.kind == kind)
        let secret: SecretBytes
        if let parameters {
            secret = try credential.stretched(salt: Array(bytes[16..<32]), parameters: parameters)
        } else {
            secret = credential.unstretched()
        }
        let extracted = HKDF.extract(salt: bytes, key: secret)
        return HKDF.expand(extracted, info: Array("secr sealed file".utf8), count: 32)
    }

    /// Reads plaintext to its end and writes header and stream.
    ///
    /// - Parameters: see ``StreamWriter/seal(read:write:)``.
    public func seal(
        for credential: borrowing Credential, read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let writer = StreamWriter(.file, key: try key(for: credential))
        // Safe: the pointer does not leave the closure.
        try unsafe bytes.withUnsafeBytes { try unsafe write($0) }
        try unsafe writer.seal(read: read, write: write)
    }

    /// Opens what stands behind the header.
    ///
    /// - Parameters: see ``StreamReader/open(read:write:)``.
    public func open(
        with credential: borrowing Credential,
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let key = try key(for: credential)
        var head = [UInt8](repeating: 0, count: StreamShape.headSize)
        // Safe: the pointer does not leave the closure.
        let count = try unsafe head.withUnsafeMutableBytes { try unsafe read($0) }
        let reader = try StreamReader(Array(head[..<count]), .file, key: key)
        try unsafe reader.open(read: read, write: write)
    }
}
