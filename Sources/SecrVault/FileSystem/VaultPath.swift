/// A place inside a vault: names from the top folder down. Names are bytes.
public struct VaultPath: Hashable, Sendable {
    public static let longestName = 255

    public let names: [[UInt8]]

    /// The top folder.
    public static let top = VaultPath(names: [])

    private init(names: [[UInt8]]) { self.names = names }

    /// From a text with slashes between the names; empty names and `.` count for nothing.
    ///
    /// - Throws: ``VaultError/badName(_:)`` for `..`, a NUL, and names of more than 255 bytes.
    public init(_ text: some Collection<UInt8>) throws(VaultError) {
        var names: [[UInt8]] = []
        for part in text.split(separator: UInt8(ascii: "/")) where !part.elementsEqual([UInt8(ascii: ".")]) {
            names.append(try Self.checked(Array(part)))
        }
        self.names = names
    }

    /// Of a text without anything unusual.
    public init(_ text: StaticString) {
        do { try self.init(Array(text.description.utf8)) } catch { preconditionFailure("no path: \(text)") }
    }

    static func checked(_ name: [UInt8]) throws(VaultError) -> [UInt8] {
        let isSpecial = name == [0x2E] || name == [0x2E, 0x2E]
        guard (1...longestName).contains(name.count), !isSpecial, !name.contains(0), !name.contains(0x2F) else {
            throw .badName(name)
        }
        return name
    }

    /// What lies in this folder under `name`.
    public func appending(_ name: [UInt8]) throws(VaultError) -> VaultPath {
        VaultPath(names: names + [try Self.checked(name)])
    }

    public var isTop: Bool { names.isEmpty }
    public var last: [UInt8]? { names.last }
    public var parent: VaultPath { VaultPath(names: Array(names.dropLast())) }

    /// Whether this is `other` or lies in it.
    public func lies(in other: VaultPath) -> Bool { names.starts(with: other.names) }

    /// With a slash at the front.
    public var bytes: [UInt8] { names.isEmpty ? [0x2F] : names.reduce(into: []) { $0 += [0x2F] + $1 } }
}
