/// Writes the presentation language of TLS as MLS uses it (RFC 9420, section 2.1).
package struct WireWriter {
    /// Most bytes that a length can tell (section 2.1.2).
    package static let longestVector = 1 << 30 - 1

    package private(set) var bytes: [UInt8] = []
    /// Whether memory that is given up is cleared first.
    private let isSecret: Bool

    package init() { isSecret = false }

    /// What `write` makes, in memory that is cleared, together with all that it needed meanwhile.
    package static func secret(_ write: (inout WireWriter) -> Void) -> Secret {
        var writer = WireWriter(isSecret: true)
        write(&writer)
        let secret = Secret(copying: writer.bytes)
        Secret.clear(&writer.bytes)
        return secret
    }

    private init(isSecret: Bool) { self.isSecret = isSecret }

    package mutating func uint8(_ value: UInt8) {
        makeRoom(for: 1)
        bytes.append(value)
    }

    package mutating func uint16(_ value: UInt16) { integer(UInt64(value), width: 2) }

    package mutating func uint32(_ value: UInt32) { integer(UInt64(value), width: 4) }

    package mutating func uint64(_ value: UInt64) { integer(value, width: 8) }

    private mutating func integer(_ value: UInt64, width: Int) {
        makeRoom(for: width)
        for shift in stride(from: (width - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    /// Bytes of a fixed length.
    package mutating func raw(_ other: some Collection<UInt8>) {
        makeRoom(for: other.count)
        bytes.append(contentsOf: other)
    }

    package mutating func raw(_ secret: Secret) {
        makeRoom(for: secret.count)
        secret.append(to: &bytes)
    }

    /// `opaque value<V>`.
    package mutating func opaque(_ other: some Collection<UInt8>) {
        raw(Self.header(of: other.count))
        raw(other)
    }

    package mutating func opaque(_ secret: Secret) {
        raw(Self.header(of: secret.count))
        raw(secret)
    }

    package mutating func opaque(_ text: String) { opaque(text.utf8) }

    package mutating func value(_ value: some WireEncodable) { value.encode(to: &self) }

    /// `T values<V>`.
    package mutating func vector(_ values: [some WireEncodable]) {
        measured { writer in
            for value in values { value.encode(to: &writer) }
        }
    }

    package mutating func vector(_ values: [UInt16]) {
        measured { writer in
            for value in values { writer.uint16(value) }
        }
    }

    /// `optional<T>` (section 2.1.1).
    package mutating func optional(_ value: (some WireEncodable)?) {
        uint8(value == nil ? 0 : 1)
        value?.encode(to: &self)
    }

    /// What `write` writes, after its length.
    package mutating func measured(_ write: (inout WireWriter) -> Void) {
        let start = bytes.count
        write(&self)
        let header = Self.header(of: bytes.count - start)
        makeRoom(for: header.count)
        bytes.insert(contentsOf: header, at: start)
    }

    /// The length of a vector, in as few bytes as it takes (section 2.1.2).
    private static func header(of count: Int) -> [UInt8] {
        precondition(count <= longestVector, "a vector longer than its length can tell")
        switch count {
        case ..<64: return [UInt8(count)]
        case ..<16_384: return [0x40 | UInt8(count >> 8), UInt8(count & 0xFF)]
        default:
            return [
                0x80 | UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF),
            ]
        }
    }

    private mutating func makeRoom(for more: Int) {
        guard isSecret, bytes.count + more > bytes.capacity else { return }
        var larger: [UInt8] = []
        larger.reserveCapacity(max(256, 2 * (bytes.count + more)))
        larger.append(contentsOf: bytes)
        Secret.clear(&bytes)
        bytes = larger
    }
}

/// Something with a form on the wire.
package protocol WireEncodable {
    func encode(to writer: inout WireWriter)
}

extension WireEncodable {
    package var encoded: [UInt8] {
        var writer = WireWriter()
        encode(to: &writer)
        return writer.bytes
    }
}
