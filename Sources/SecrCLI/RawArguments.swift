public import ArgumentParser
internal import SecrSystem
public import SystemPackage

/// File names on a command line are bytes. The argument parser wants text: bytes that are no UTF-8 travel through it as
/// characters of a private area and become bytes again in ``PathArgument``.
public enum RawArguments {
    /// U+10FF00 + byte stands for a byte that is no text.
    private static let escapeBase: UInt32 = 0x10_FF00

    /// The arguments of this process, without its name.
    public static var all: [String] {
        // Safe: `unsafeArgv` holds `argc` C strings for the life of the process.
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            unsafe CommandLine.unsafeArgv[index].map { unsafe encode(Array(String.bytes(of: $0))) }
        }
    }

    /// Text that ``decode(_:)`` turns into the same bytes.
    static func encode(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) { return text }
        var text = String.UnicodeScalarView()
        var rest = bytes[...]
        while let first = rest.first {
            let scalar = (1...4).lazy.compactMap { length -> Unicode.Scalar? in
                guard let text = String(validating: rest.prefix(length), as: UTF8.self) else { return nil }
                return text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
            }.first
            if let scalar, !isEscape(scalar) {
                text.append(scalar)
                rest = rest.dropFirst(String(scalar).utf8.count)
            } else {
                text.append(Unicode.Scalar(escapeBase + UInt32(first))!)
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    static func decode(_ text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            isEscape(scalar) ? [UInt8(scalar.value - escapeBase)] : Array(String(scalar).utf8)
        }
    }

    private static func isEscape(_ scalar: Unicode.Scalar) -> Bool {
        (escapeBase...escapeBase + 0xFF).contains(scalar.value)
    }
}

extension String {
    /// The bytes of a C string.
    fileprivate static func bytes(of pointer: UnsafeMutablePointer<CChar>) -> [UInt8] {
        var bytes: [UInt8] = []
        var at = unsafe pointer
        while unsafe at.pointee != 0 {
            bytes.append(unsafe UInt8(bitPattern: at.pointee))
            unsafe at += 1
        }
        return bytes
    }
}

/// A file name given on the command line, byte for byte.
public struct PathArgument: ExpressibleByArgument, Sendable {
    public let path: FilePath

    public init?(argument: String) {
        let bytes = RawArguments.decode(argument)
        if bytes.isEmpty { return nil }
        path = FilePath(rawBytes: bytes)
    }

    public static var defaultCompletionKind: CompletionKind { .file() }
}
