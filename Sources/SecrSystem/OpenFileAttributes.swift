internal import CSecrShims
internal import Glibc

/// An extended attribute of a file (xattr(7)).
public struct FileAttribute: Equatable, Sendable {
    public var name: [UInt8]
    public var value: [UInt8]

    public init(name: [UInt8], value: [UInt8]) {
        (self.name, self.value) = (name, value)
    }
}

extension OwnedDescriptor {
    /// What the system, and nobody else, writes: access lists, labels, rights.
    private static let ofTheSystem = ["system.", "security.", "trusted."].map { Array($0.utf8) }

    /// Extended attributes that programs and people gave to this file; not those of the system.
    public func attributes() throws(SystemError) -> [FileAttribute] {
        guard let list = try unsafe read({ unsafe secr_list_own_attributes(raw, $0, $1) }) else { return [] }
        var found: [FileAttribute] = []
        for name in list.split(separator: 0).map(Array.init) where !Self.ofTheSystem.contains(where: name.starts) {
            let terminated = name.map { CChar(bitPattern: $0) } + [0]
            // Safe: a name with its end.
            let value = try unsafe read { unsafe secr_get_own_attribute(raw, terminated, $0, $1) }
            if let value { found.append(FileAttribute(name: name, value: value)) }
        }
        return found
    }

    /// Asks a call for the size of what it has, and then for that; `nil` where there is nothing any more.
    private func read(_ call: (UnsafeMutableRawPointer?, Int) -> Int) throws(SystemError) -> [UInt8]? {
        while true {
            let size = call(nil, 0)
            if size == 0 { return [] }
            if size < 0 { return try nothing() }
            var bytes = [UInt8](repeating: 0, count: size)
            // Safe: the call writes at most as many bytes as there is room for.
            let got = unsafe bytes.withUnsafeMutableBytes { unsafe call($0.baseAddress, $0.count) }
            if got >= 0 { return Array(bytes[..<got]) }
            // It may have grown meanwhile.
            if lastErrno != ERANGE { return try nothing() }
        }
    }

    private func nothing() throws(SystemError) -> [UInt8]? {
        guard [EOPNOTSUPP, ENODATA, ENOSYS].contains(lastErrno) else { throw .current("examine", nil) }
        return nil
    }
}
