import Foundation

/// Byte strings that must not be found, in all the forms in which programs write them: as they are, as digits, as
/// letters of base64 wherever they begin, and texts in UTF-16 too. As many of them as there are, they are looked for at
/// once.
package struct Traces: Sendable {
    /// Shorter ones would be found by chance.
    package static let shortest = 8

    private struct Form: Sendable {
        var name: String
        var bytes: [UInt8]
    }

    private var secrets: Set<[UInt8]> = []
    /// By the first bytes.
    private var forms: [UInt64: [Form]] = [:]
    /// For each hash of first bytes whether there can be such a form.
    private var filter = [Bool](repeating: false, count: 1 << 16)
    /// Bytes of the longest form.
    package private(set) var longest = 0

    package init() {}

    /// - Parameters:
    ///   - name: what is told when it is found.
    ///   - secret: at least ``shortest`` bytes.
    package mutating func add(_ name: String, _ secret: [UInt8]) {
        precondition(secret.count >= Self.shortest, "\(name) would be found by chance")
        guard secrets.insert(secret).inserted else { return }
        let digits = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        for bytes in [secret, Array(digits.utf8), Array(digits.uppercased().utf8)] { insert(name, bytes) }
        for offset in 0..<3 {
            let letters = Self.base64(secret, after: offset)
            insert(name, letters)
            let forAddresses = letters.map { letter in
                switch letter {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: letter
                }
            }
            if forAddresses != letters { insert(name, forAddresses) }
        }
    }

    package mutating func add(_ name: String, text: String) {
        if secrets.contains(Array(text.utf8)) { return }
        add(name, Array(text.utf8))
        insert(name, text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        insert(name, text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
    }

    /// The letters that follow from these bytes alone, where so many other ones stand before them.
    private static func base64(_ bytes: [UInt8], after offset: Int) -> [UInt8] {
        let letters = Array(Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedData())
        return Array(letters[(offset * 8 + 5) / 6..<(offset + bytes.count) * 8 / 6])
    }

    private mutating func insert(_ name: String, _ bytes: [UInt8]) {
        guard bytes.count >= Self.shortest else { return }
        let key = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        forms[key, default: []].append(Form(name: name, bytes: bytes))
        filter[Self.hash(key)] = true
        longest = max(longest, bytes.count)
    }

    private static func hash(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> 48) }

    /// Names of what is found.
    package func found(in bytes: UnsafeRawBufferPointer) -> Set<String> {
        var names: Set<String> = []
        guard bytes.count >= Self.shortest else { return names }
        filter.withUnsafeBufferPointer { filter in
            for start in 0...bytes.count - Self.shortest {
                let key = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                guard filter[Self.hash(key)], let candidates = forms[key] else { continue }
                for form in candidates where form.bytes.count <= bytes.count - start {
                    if bytes[start..<start + form.bytes.count].elementsEqual(form.bytes) { names.insert(form.name) }
                }
            }
        }
        return names
    }

    package func found(in bytes: [UInt8]) -> Set<String> { bytes.withUnsafeBytes { found(in: $0) } }

    package func found(in text: String) -> Set<String> { found(in: Array(text.utf8)) }

    /// In the names and the contents of all files below a folder.
    ///
    /// - Parameter count: how many files there are.
    package func found(below folder: String, count: inout Int) throws -> Set<String> {
        var names: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            names.formUnion(found(in: path))
            guard let bytes = FileManager.default.contents(atPath: folder + "/" + path) else { continue }
            names.formUnion(found(in: Array(bytes)))
            count += 1
        }
        return names
    }
}
