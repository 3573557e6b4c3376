internal import SecrBytes
internal import SecrCrypto

/// The name of an object: 16 bytes that mean nothing to whoever has not the area's key.
public struct ObjectName: Hashable, Sendable {
    public static let size = 16

    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// Of a purpose and a number, see `secr-vault-format(5)`.
    init(_ purpose: Purpose, _ number: UInt64, key: borrowing SecretBytes) {
        bytes = Array(HMAC.code(for: [purpose.rawValue] + number.bigEndianBytes, key: key).prefix(Self.size))
    }

    package enum Purpose: UInt8 {
        case data = 1
        case record = 2
        case root = 3
        case pages = 4
        case milestone = 5
    }

    /// 32 lower-case hexadecimal digits; the first two are the folder.
    public var hexadecimal: String {
        Hexadecimal.text(bytes)
    }

    /// `nil` for anything but what ``hexadecimal`` gives.
    public init?(hexadecimal text: some StringProtocol) {
        guard let bytes = Hexadecimal.bytes(text), bytes.count == Self.size, Hexadecimal.text(bytes) == text else {
            return nil
        }
        self.bytes = bytes
    }
}

extension FixedWidthInteger {
    /// Most significant first.
    var bigEndianBytes: [UInt8] {
        // Safe: an integer is read as the bytes it consists of.
        unsafe withUnsafeBytes(of: bigEndian) { unsafe Array($0) }
    }
}
