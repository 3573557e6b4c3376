internal import Glibc

/// Whom a connection comes from, as coarse as is of use for limits; never written anywhere.
package enum NetworkAddress: Hashable, Sendable {
    /// This machine, or a proxy on it that does not tell.
    case local
    /// IPv4, or the first half of IPv6, which is what one customer has.
    case remote(UInt64)

    /// - Parameter text: an address as it is written; what is none counts as this machine's.
    package init(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        // Safe: 4 and 16 bytes are written.
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: bytes[..<4])
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            self = .local
        }
    }

    /// - Parameter text: as proxies write an address: with a port behind it or not, with brackets or not. All that can't be
    ///   read is one address.
    package init(forwarded text: String) {
        var name = text.filter { $0 != " " && $0 != "\t" }[...]
        if name.hasPrefix("[") {
            name = name.dropFirst().prefix { $0 != "]" }
        } else if name.filter({ $0 == ":" }).count == 1 {
            name = name.prefix { $0 != ":" }
        }
        self.init(String(name))
        if self == .local { self = .remote(0) }
    }

    /// - Parameter bytes: 4 or 16, in network order.
    init(bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        switch bytes.count {
        case 4 where bytes[0] == 127: self = .local
        case 4: self = .remote(Self.number(bytes))
        case 16 where bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1: self = .local
        // IPv4 in the clothes of IPv6.
        case 16 where bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255:
            self.init(bytes: bytes[12...])
        case 16: self = .remote(Self.number(bytes[..<8]))
        default: self = .local
        }
    }

    private static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
