import Foundation
import SecrCrypto
import SecrSystem
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// The examples of secr-vault-format(5), read from the page: a reader that was written from it alone made them.
@Suite struct FormatTests {
    /// The rows of the example under a heading of the page, by their labels.
    static func example(_ heading: String) throws -> [String: String] {
        let page = try Repository.text("man/secr-vault-format.5")
        let examples = try #require(page.split(separator: ".Sh EXAMPLES\n").last)
        let section = try #require(examples.split(separator: ".Ss ").first { $0.hasPrefix(heading + "\n") })
        let block = try #require(section.firstMatch(of: #/\.Bd -literal -offset indent\n((?s).+?)\.Ed/#)).1
        var rows: [String: String] = [:]
        var label = ""
        for line in block.split(separator: "\n") {
            let (name, value) = (line.prefix(14), line.dropFirst(14))
            if !name.hasPrefix(" ") { label = name.trimmingCharacters(in: .whitespaces) }
            rows[label, default: ""] += value
        }
        return rows
    }

    static func bytes(_ heading: String, _ label: String) throws -> [UInt8] {
        let text = try #require(example(heading)[label], "\(heading): \(label)")
        return hexadecimal(text)
    }

    static let areaID = Array<UInt8>(0x60..<0x70)
    static let areaRoot = Array<UInt8>(0x80..<0xA0)
    static let levelKey = Array<UInt8>(0x00..<0x20)

    static func examples() throws -> FormatExamples {
        try FormatExamples(marker: bytes("Marker and credential", "marker"), areaID: areaID, areaRoot: areaRoot)
    }

    private func isEqual(_ secret: borrowing SecretBytes, _ bytes: [UInt8]) -> Bool {
        secret.isEqual(to: SecretBytes(copying: bytes))
    }

    @Test func markerCredentialAndSlot() throws {
        let examples = try Self.examples()
        let credential = try Credential(passphrase: SecretBytes(copying: Array("correct horse".utf8)))
        let stretched = try examples.stretch(credential)
        let isRight = isEqual(stretched, try Self.bytes("Marker and credential", "stretched"))
        #expect(isRight)
        let slot = try Self.bytes("A slot", "slot")
        try #require(slot.count == 512)
        var slots = [UInt8](repeating: 0, count: 36_864)
        slots.replaceSubrange(0..<32, with: 0x40..<0x60)
        slots.replaceSubrange(4_096 + 7 * 512..<4_096 + 8 * 512, with: slot)
        let found = try examples.open(slots: slots, stretched)
        let opened = try #require(found)
        #expect(opened.number == 7 && opened.label == Array("home".utf8) && opened.areaID == Self.areaID)
        #expect(opened.areaRoot == Self.areaRoot)
        // In another place it opens nothing.
        slots.replaceSubrange(4_096 + 8 * 512..<4_096 + 9 * 512, with: slot)
        slots.replaceSubrange(4_096 + 7 * 512..<4_096 + 8 * 512, with: repeatElement(0, count: 512))
        let elsewhere = try examples.open(slots: slots, stretched)
        #expect(elsewhere == nil)
    }

    @Test func keys() throws {
        let rows = try Self.example("Keys")
        for (label, key) in try Self.examples().keys(levelKey: Self.levelKey) {
            #expect(rows[label].map(hexadecimal) == key, "\(label)")
        }
    }

    @Test func names() throws {
        let rows = try Self.example("Names")
        let examples = try Self.examples()
        let numbered: [(String, UInt8, UInt64)] = [
            ("data 0", 1, 0), ("data 65535", 1, 65_535), ("record 1", 2, 1), ("root 1", 3, 1), ("mark 0.1", 5, 1),
            ("mark 1.1", 5, 1 << 56 | 1),
        ]
        for (label, purpose, number) in numbered {
            #expect(rows[label] == examples.name(purpose, number), "\(label)")
        }
        #expect(rows["part 1.0.0"] == examples.name(checkpoint: 1, attempt: 0, part: 0))
        #expect(rows["part 1.0.1"] == examples.name(checkpoint: 1, attempt: 0, part: 1))
        #expect(rows["part 64.2.3"] == examples.name(checkpoint: 64, attempt: 2, part: 3))
        #expect(rows["lock"] == "\(examples.lockOffset)")
    }

    @Test func recordAndCheckpoint() throws {
        let examples = try Self.examples()
        let rows = try (record: Self.example("A record"), root: Self.example("A checkpoint"))
        let (recordHead, rootHead) = try (Self.bytes("A record", "head"), Self.bytes("A checkpoint", "head"))
        let page = (0..<4_096).map { UInt8($0 % 251) }
        let record = try examples.record(
            id: Array(0xC0..<0xD0), page: page, salt: Array(recordHead.prefix(32)))
        #expect("\(record.count)" == rows.record["size"] && Array(record.prefix(64)) == recordHead)
        #expect(rows.record["hash"].map(hexadecimal) == BLAKE2b.hash(record))
        let root = try examples.root(
            record: record, rewritten: 946_684_800, levelKey: Self.levelKey, salt: Array(rootHead.prefix(32)))
        #expect("\(root.count)" == rows.root["size"] && Array(root.prefix(64)) == rootHead)
        #expect(rows.root["hash"].map(hexadecimal) == BLAKE2b.hash(root))
    }

    @Test func deviceState() throws {
        let names = try Self.example("Names")
        let place = try #require(names["place"].flatMap { Int($0) })
        var file = [UInt8](repeating: 0, count: 64 * 256)
        file.replaceSubrange(place * 256..<(place + 1) * 256, with: try Self.bytes("A device state", "place"))
        let folder = try TemporaryFolder()
        try folder.write(file, to: try #require(names["state file"]))
        let seen = try #require(try Self.examples().remembered(in: FilePath(folder.path)))
        #expect(seen.sequence == 1 && seen.checkpoint == 1)
        #expect(seen.hash == (try Self.bytes("A record", "hash")))
    }

    /// As the page has it, and as it was before there were bindings.
    @Test func bindings() throws {
        let examples = try Self.examples()
        let page = (0..<4_096).map { UInt8($0 % 251) }
        let record = try examples.record(
            id: Array(0xC0..<0xD0), page: page, salt: Array(Self.bytes("A record", "head").prefix(32)))
        let (sealed, location) = examples.place(
            record: record, binding: Array(0xD0..<0xE0), machine: "00112233445566778899aabbccddeeff", file: 4_242,
            salt: Array(0x30..<0x50))
        #expect(try location == Self.bytes("A device state", "where"))
        #expect(try sealed == Self.bytes("A device state", "place"))
        let place = try #require(try Self.example("Names")["place"].flatMap { Int($0) })
        var file = [UInt8](repeating: 0, count: 64 * 256)
        file.replaceSubrange(place * 256..<(place + 1) * 256, with: hexadecimal(Self.placeWithoutBinding))
        let folder = try TemporaryFolder()
        try folder.write(file, to: try #require(try Self.example("Names")["state file"]))
        let seen = try #require(try examples.remembered(in: FilePath(folder.path)))
        #expect(seen.sequence == 1 && seen.checkpoint == 1 && seen.hash == BLAKE2b.hash(record))
    }

    private static let placeWithoutBinding = """
        303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4fa8eb2ba7cbb9589d1469af37c0447d2a\
        b621658e3f4d57c755b83763d00b51b2d102834659e84a2fb600288f03009a6c656fa2259aef4e7551990cc0a05ad68d\
        c22dc343f9072da496876d89ee0b162a2e215109cc602ba8e12cd66aa147930c1a9d676a1b648a3c0f1870702f033408\
        05902d6610ddb2bae5bd02cf90e954bfdfb97f2a494423f2ced0bc71cd838ebed44063f418a93c245201b9b39c58851a\
        31856c2eb63b42c4c14b9df196ad576726c5dc36daa5660f8b201001fd425bdf33b77d9e8c269c3027ce28ccf1cdb72a\
        6d98f1e5fd5973406cf3d0a9c669cc41
        """

    @Test func recoveryWords() throws {
        let text = try #require(try Self.example("Recovery words")["words"])
        let spaced = SecretBytes(copying: Array(text.uppercased().replacing("-", with: " ").utf8))
        switch RecoveryWords.read(spaced) {
        case .words(let words):
            let isSame = isEqual(words, Array(text.utf8))
            #expect(isSame)
        default: Issue.record("not read as recovery words")
        }
        let wrong = SecretBytes(copying: Array(("d" + text.dropFirst()).utf8))
        switch RecoveryWords.read(wrong) {
        case .mistyped: break
        default: Issue.record("a wrong letter is not noticed")
        }
    }

    /// The tables of the page are those that a new vault has, and those that it gets when they are needed.
    @Test func tables() throws {
        let page = try Repository.text("man/secr-vault-format.5")
        let source =
            try Repository.text("Sources/SecrVault/FileSystem/Schema.swift")
            + Repository.text("Sources/SecrVault/Index/Chain.swift")
            + Repository.text("Sources/SecrVault/State/StateTable.swift")
        func tables(_ text: String) -> Set<String> {
            Set(
                text.matches(of: #/CREATE TABLE (?s).+? STRICT(?:, WITHOUT ROWID)?/#).map { match in
                    match.0.filter { !$0.isWhitespace }
                })
        }
        #expect(tables(page) == tables(source) && tables(page).count == 10)
    }
}

/// Bytes from pairs of digits.
private func hexadecimal(_ text: some StringProtocol) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
    }
}
