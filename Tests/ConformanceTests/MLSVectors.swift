import Foundation
import SecrMLS
import Testing

/// A file of published cases: an array of objects, as test-vectors.md of mls-implementations describes them.
struct VectorFile: Sendable {
    /// The folder below SECR_VECTORS where it lies.
    var folder: String
    var name: String

    private static let root = ProcessInfo.processInfo.environment["SECR_VECTORS"].map { URL(filePath: $0) }

    /// Whether SECR_VECTORS is set; without it all suites of vectors are skipped.
    static let areThere = root != nil

    /// Where it lies: in its folder, or else directly in SECR_VECTORS, so that any folder with such files will do.
    private var url: URL? {
        guard let root = Self.root else { return nil }
        return ["\(folder)/\(name)", name].map { root.appending(path: $0) }.first { Self.isThere($0) }
    }

    /// A plain folder may hold any of the files; one with folders as they are published has to hold them all.
    var isToBeRead: Bool {
        guard let root = Self.root else { return false }
        return url != nil || ["mls", folder].contains { Self.isThere(root.appending(path: $0)) }
    }

    private static func isThere(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// For files that are not among those that are published as test vectors.
    var isThere: Bool { url != nil }

    func read<Content: Decodable>(_: Content.Type = Content.self) throws -> Content {
        let url = try #require(url, "\(name) is absent")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Content.self, from: Data(contentsOf: url))
    }
}

/// Those that are run.
extension VectorFile {
    static let cryptoBasics = VectorFile(folder: "mls", name: "crypto-basics.json")
    static let hpke = VectorFile(folder: "hpke", name: "hpke-pq.json")
    static let xwing = VectorFile(folder: "xwing", name: "xwing.json")
    static let keySchedule = VectorFile(folder: "mls", name: "key-schedule.json")
    static let pskSecret = VectorFile(folder: "mls", name: "psk_secret.json")
    static let transcriptHashes = VectorFile(folder: "mls", name: "transcript-hashes.json")
    static let secretTree = VectorFile(folder: "mls", name: "secret-tree.json")
    static let deserialization = VectorFile(folder: "mls", name: "deserialization.json")
    static let messages = VectorFile(folder: "mls", name: "messages.json")
    static let welcome = VectorFile(folder: "mls", name: "welcome.json")
    static let messageProtection = VectorFile(folder: "mls", name: "message-protection.json")
    static let wycheproofX25519 = VectorFile(folder: "wycheproof", name: "x25519_test.json")
    static let wycheproofMlkem = VectorFile(folder: "wycheproof", name: "mlkem_768_encaps_test.json")
    static let treeKEM = VectorFile(folder: "mls", name: "treekem.json")
    static let treeMath = VectorFile(folder: "mls", name: "tree-math.json")
    static let treeOperations = VectorFile(folder: "mls", name: "tree-operations.json")
    static let treeValidation = VectorFile(folder: "mls", name: "tree-validation.json")
}

extension VectorFile {
    /// Runs `body` over every case, and prints how many it let pass. A case fails by throwing.
    ///
    /// - Parameters:
    ///   - part: of the cases, where not all of them is checked.
    ///   - isSkipped: whether a case needs what is not here; `reason` says what that is.
    func check<Case: Decodable>(
        _ part: String = "", _ reason: String = "", isSkipped: (Case) -> Bool = { _ in false },
        _ body: (Case) throws -> Void
    ) throws {
        let cases: [Case] = try read()
        var (passed, skipped) = (0, 0)
        for (index, one) in cases.enumerated() {
            if isSkipped(one) {
                skipped += 1
                continue
            }
            do {
                try body(one)
                passed += 1
            } catch {
                Issue.record("\(name)\(part), case \(index): \(error)")
            }
        }
        #expect(skipped < cases.count, "no case of \(name) ran")
        let others = skipped == 0 ? "" : ", \(skipped) \(reason) skipped"
        print("\(name)\(part): \(passed) of \(cases.count) cases pass\(others)")
    }

    /// The same for cases of cipher suites. Nothing here has the curves of suites 4 and 6; all others have to pass.
    func check<Case: SuiteCase>(_ part: String = "", _ body: (Case, SuiteAlgorithms) throws -> Void) throws {
        try check(part, "of suites 4 and 6", isSkipped: { (one: Case) in [4, 6].contains(one.cipherSuite) }) { one in
            try body(one, CipherSuites().algorithms(of: CipherSuite(rawValue: one.cipherSuite)))
        }
    }
}

/// A case whose object names its cipher suite.
protocol SuiteCase: Decodable {
    var cipherSuite: UInt16 { get }
}

/// A value of a case is of another kind than its file says.
struct Unexpected: Error {
    var what: String
}

extension Trait where Self == ConditionTrait {
    /// Skips a test whose file a plain folder does not have, and prints that.
    static func needs(_ file: VectorFile) -> Self {
        .enabled("\(file.name) is absent") {
            if !file.isToBeRead { print("\(file.name): absent") }
            return file.isToBeRead
        }
    }
}

/// Bytes that a file has as pairs of digits.
struct Hexadecimal: Decodable, Sendable {
    let bytes: [UInt8]

    var secret: Secret { Secret(copying: bytes) }

    /// A private key of a suite. Some files leave out the zeros with which those of P-521 may begin, which RFC 9180
    /// (section 7.1.2) and test-vectors.md demand and SecrMLS insists on.
    func privateKey(_ algorithms: SuiteAlgorithms) -> Secret {
        let missing = algorithms.kem == .p521 ? algorithms.kem.privateKeySize - bytes.count : 0
        return Secret(copying: [UInt8](repeating: 0, count: max(0, missing)) + bytes)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Self.bytes(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no pairs of digits")
        }
        self.bytes = bytes
    }

    /// `nil` where there are other characters, or one digit is left over.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
