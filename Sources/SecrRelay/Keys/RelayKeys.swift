internal import SecrCrypto
public import SecrWire
internal import Synchronization

/// What a relay needs to find and to read what it stored.
///
/// One key is for names: without it nobody can tell which box a stored name belongs to. The others are for contents, one
/// for each day on which something expires. They form a chain: from the link of a day follow the key of that day and the
/// link of the next, and nothing leads back. Whoever has only the link of today can't open what expired yesterday.
public final class RelayKeys: Sendable {
    /// Bytes by which a sealed text is longer than what it holds.
    public static let overhead = XChaCha20Poly1305.nonceSize + XChaCha20Poly1305.tagSize
    static let keySize = 32

    /// What has to be kept, and nothing that does not.
    public final class Link: Sendable {
        public let day: Day
        let names: SecretBytes
        let chain: SecretBytes

        /// Fresh keys, which open nothing that is from before `day`.
        public convenience init(day: Day) {
            self.init(day: day, names: SecretBytes(random: keySize), chain: SecretBytes(random: keySize))
        }

        init(day: Day, names: consuming SecretBytes, chain: consuming SecretBytes) {
            self.day = day
            self.names = names
            self.chain = chain
        }

        /// The link of a later day; this one where that day is none.
        package func advanced(to later: Day) -> Link {
            guard day < later else { return self }
            var chain = Self.successor(of: chain)
            for _ in 1..<day.distance(to: later) { chain = Self.successor(of: chain) }
            return Link(day: later, names: names.copy(), chain: chain)
        }

        static func successor(of chain: borrowing SecretBytes) -> SecretBytes {
            HKDF.expand(chain, info: Array("secr relay next day".utf8), count: keySize)
        }

        static func key(of chain: borrowing SecretBytes) -> SecretBytes {
            HKDF.expand(chain, info: Array("secr relay day".utf8), count: keySize)
        }
    }

    /// A secret that several may hold.
    private final class Key: Sendable {
        let bytes: SecretBytes

        init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
    }

    /// The keys from today on, made when they are needed first.
    private struct Days {
        var first: Day
        var keys: [Key]
        /// The link of the day after the last key.
        var chain: Key
    }

    private let names: Key
    private let days: Mutex<Days>

    public init(_ link: Link) {
        names = Key(link.names.copy())
        days = Mutex(Days(first: link.day, keys: [], chain: Key(link.chain.copy())))
    }

    /// Destroys the keys of days before this one.
    public func advance(to today: Day) {
        days.withLock { days in
            while days.first < today {
                if days.keys.isEmpty {
                    days.chain = Key(Link.successor(of: days.chain.bytes))
                } else {
                    days.keys.removeFirst()
                }
                days.first = days.first.adding(1)
            }
        }
    }

    /// Nothing is sealed for longer than that.
    private static let mostDays = Command.longestLife + 1

    private func key(of day: Day) -> Key? {
        days.withLock { days in
            let place = days.first.distance(to: day)
            guard (0..<Self.mostDays).contains(place) else { return nil }
            while days.keys.count <= place {
                days.keys.append(Key(Link.key(of: days.chain.bytes)))
                days.chain = Key(Link.successor(of: days.chain.bytes))
            }
            return days.keys[place]
        }
    }

    /// What a store calls this box or blob.
    public func name(of address: Address) -> StoredName { name(ofHash: address.name) }

    /// - Parameter hash: an ``Address/name``.
    public func name(ofHash hash: [UInt8]) -> StoredName { tag(0, hash) }

    /// By which a store knows this command again.
    public func mark(of command: Command) -> StoredName {
        tag(command.request == .put ? 2 : 1, command.address.name + command.nonce.bytes)
    }

    private func tag(_ use: UInt8, _ message: [UInt8]) -> StoredName {
        StoredName(Array(HMAC.code(for: [use] + message, key: names.bytes).prefix(StoredName.size)))
    }

    /// Seals `content` for the last day on which it is there: nonce, ciphertext and tag, ``overhead`` bytes longer.
    ///
    /// - Returns: `nil` where that day is over or too far away.
    public func seal(_ content: [UInt8], name: StoredName, expires: Day) -> [UInt8]? {
        guard let key = key(of: expires) else { return nil }
        let nonce = SecureRandom.bytes(XChaCha20Poly1305.nonceSize)
        return nonce
            + XChaCha20Poly1305.seal(
                content, additionalData: Self.additionalData(name, expires), nonce: nonce, key: key.bytes)
    }

    /// - Returns: `nil` where the key is gone, or where this was not sealed for this name and this day.
    public func open(_ sealed: [UInt8], name: StoredName, expires: Day) -> [UInt8]? {
        guard sealed.count >= Self.overhead, let key = key(of: expires) else { return nil }
        return try? XChaCha20Poly1305.open(
            Array(sealed[XChaCha20Poly1305.nonceSize...]), additionalData: Self.additionalData(name, expires),
            nonce: Array(sealed[..<XChaCha20Poly1305.nonceSize]), key: key.bytes)
    }

    /// A name that nothing has.
    public static func unusedName() -> StoredName { StoredName(SecureRandom.bytes(StoredName.size)) }

    private static func additionalData(_ name: StoredName, _ expires: Day) -> [UInt8] {
        name.bytes + expires.bytes
    }
}

extension SecretBytes {
    fileprivate func copy() -> SecretBytes { part(0..<count) }
}
