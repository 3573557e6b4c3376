public import SecrCrypto

/// The keys that follow from the secret of an invitation.
public struct InvitationKeys: ~Copyable, Sendable {
    /// Wraps what the one who was invited sends, and what the inviter answers.
    public let answerWrap: SecretBytes
    public let welcomeWrap: SecretBytes
    /// By which the inviter sees that the key package is that of whoever has the invitation, and the other way round.
    let helloMAC: SecretBytes
    let welcomeMAC: SecretBytes

    public init(_ secret: WireSecret) {
        let root = HKDF.extract(salt: Domain.greeting, key: SecretBytes(copying: secret.bytes))
        answerWrap = HKDF.expand(root, info: Array("hello wrap".utf8), count: 32)
        welcomeWrap = HKDF.expand(root, info: Array("welcome wrap".utf8), count: 32)
        helloMAC = HKDF.expand(root, info: Array("hello mac".utf8), count: 64)
        welcomeMAC = HKDF.expand(root, info: Array("welcome mac".utf8), count: 64)
    }
}

/// What the one who was invited says: who to add, and where to answer.
///
/// A key authenticates it that both have, so nobody can prove to others who said it.
public struct Hello: Hashable, Sendable {
    /// Most bytes of a key package.
    static let longestKeyPackage = 12_288

    /// An MLSMessage with a key package.
    public let keyPackage: [UInt8]
    /// Where the welcome is awaited; for that only.
    public let answers: WriteCapability

    public init(keyPackage: [UInt8], answers: WriteCapability) {
        precondition((1...Self.longestKeyPackage).contains(keyPackage.count))
        self.keyPackage = keyPackage
        self.answers = answers
    }

    private var content: [UInt8] {
        var writer = FieldWriter()
        writer.integer(1 as UInt8)
        answers.encode(to: &writer)
        writer.counted(keyPackage, UInt16.self)
        return writer.bytes
    }

    public func encoded(_ keys: borrowing InvitationKeys) -> [UInt8] {
        content + HMAC.code(for: Domain.hello + content, key: keys.helloMAC)
    }

    /// - Throws: `check` where it is not from somebody who has the invitation.
    public init(parsing bytes: [UInt8], _ keys: borrowing InvitationKeys) throws(WireError) {
        guard bytes.count > HMAC.size else { throw WireError(.size, at: bytes.count) }
        let content = Array(bytes.dropLast(HMAC.size))
        guard HMAC.isValid(Array(bytes.suffix(HMAC.size)), for: Domain.hello + content, key: keys.helloMAC) else {
            throw WireError(.check, at: content.count)
        }
        var reader = FieldReader(content)
        try reader.demandVersion(1)
        answers = try WriteCapability(from: &reader)
        keyPackage = try reader.counted(in: 1...UInt16(Self.longestKeyPackage))
        try reader.demandEnd()
    }
}

/// What the inviter answers: the way into the group, and by which key to know its only other member.
public struct Welcome: Hashable, Sendable {
    /// Most bytes of an MLS welcome.
    static let longestWelcome = 65_535

    /// An MLSMessage with a Welcome, which has the tree.
    public let welcome: [UInt8]
    /// The public signature key of the inviter's leaf.
    public let signatureKey: [UInt8]

    public init(welcome: [UInt8], signatureKey: [UInt8]) {
        precondition((1...Self.longestWelcome).contains(welcome.count) && (1...255).contains(signatureKey.count))
        self.welcome = welcome
        self.signatureKey = signatureKey
    }

    private var content: [UInt8] {
        var writer = FieldWriter()
        writer.integer(1 as UInt8)
        writer.counted(signatureKey, UInt8.self)
        writer.counted(welcome, UInt16.self)
        return writer.bytes
    }

    /// - Parameter hello: the bytes of what is answered.
    public func encoded(to hello: [UInt8], _ keys: borrowing InvitationKeys) -> [UInt8] {
        content + HMAC.code(for: Domain.welcome + BLAKE2b.hash(hello) + content, key: keys.welcomeMAC)
    }

    /// - Throws: `check` where it is not the answer of somebody who has the invitation to this hello.
    public init(
        parsing bytes: [UInt8], to hello: [UInt8], _ keys: borrowing InvitationKeys
    ) throws(WireError) {
        guard bytes.count > HMAC.size else { throw WireError(.size, at: bytes.count) }
        let content = Array(bytes.dropLast(HMAC.size))
        let covered = Domain.welcome + BLAKE2b.hash(hello) + content
        guard HMAC.isValid(Array(bytes.suffix(HMAC.size)), for: covered, key: keys.welcomeMAC) else {
            throw WireError(.check, at: content.count)
        }
        var reader = FieldReader(content)
        try reader.demandVersion(1)
        signatureKey = try reader.counted(in: 1...UInt8.max)
        welcome = try reader.counted(in: 1...UInt16(Self.longestWelcome))
        try reader.demandEnd()
    }
}
