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
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// `nil` for anything but what ``hexadecimal`` gives.
    public init?(hexadecimal text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.size else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: digits.count, by: 2) {
            let pair = digits[at..<at + 2]
            guard pair.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
                let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
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
