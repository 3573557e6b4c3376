import Foundation
import SecrTestSupport
import Testing

/// The reader that was written from secr-stream(5) alone opens what `secr-vault` seals, and the other way round.
@Suite(
    .enabled(
        if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0,
        "the reader needs python3-cryptography"))
struct StreamReaderTests {
    static let reader = Repository.file("Tests/InteropTests/stream_reader.py").path
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 5) }, to: "key")
        try folder.write(Array("correct horse".utf8), to: "passphrase")
    }

    private func reader(_ arguments: [String], input: [UInt8] = []) throws -> Run {
        try Run.program("python3", [Self.reader] + arguments, input: input, in: folder.path)
    }

    private func vault(_ arguments: [String], input: [UInt8] = []) throws -> Run {
        try Run.vault(arguments + ["-"], input: input, in: folder.path)
    }

    /// How each of the two names the same credential.
    static let credentials: [(reader: [String], vault: [String], sizes: [Int])] = [
        (
            ["--key-file", "key"], ["--key-file", "key"],
            [0, 1, 65_535, 65_536, 65_537, 131_072, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000]
        ),
        (["--passphrase", "passphrase"], ["--passphrase-file", "passphrase"], [70_000]),
        (
            ["--passphrase", "passphrase", "--key-file", "key"],
            ["--passphrase-file", "passphrase", "--key-file", "key"], [0]
        ),
    ]

    @Test(arguments: credentials.indices) func eachOpensWhatTheOtherSealed(index: Int) throws {
        let credential = Self.credentials[index]
        for size in credential.sizes {
            let plaintext = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
            let ours = try vault(["seal"] + credential.vault, input: plaintext)
            let read = try reader(["open"] + credential.reader, input: ours.output)
            #expect(ours.status == 0 && read.status == 0 && read.output == plaintext, "\(size): \(read.errors)")
            let theirs = try reader(["seal"] + credential.reader, input: plaintext)
            let opened = try vault(["open"] + credential.vault, input: theirs.output)
            #expect(theirs.status == 0 && opened.status == 0 && opened.output == plaintext, "\(size): \(opened.errors)")
        }
    }

    /// More passes and memory than `seal` takes, within the bounds of the page.
    @Test func whatCostsMoreIsOpened() throws {
        let theirs = try reader(
            ["seal", "--passphrase", "passphrase", "--passes", "4", "--memory", "300001"], input: [1])
        let opened = try vault(["open", "--passphrase-file", "passphrase"], input: theirs.output)
        #expect(opened.status == 0 && opened.output == [1])
    }

    /// What one refuses, the other does as well.
    @Test func bothRefuseTheSame() throws {
        let plaintext = [UInt8](repeating: 3, count: 65_536)
        let sealed = try vault(["seal", "--key-file", "key"], input: plaintext).output
        try #require(sealed.count == 112 + 65_552)
        func changed(_ place: Int) -> [UInt8] {
            var bytes = sealed
            bytes[place] ^= 1
            return bytes
        }
        var table = [0, 8, 9, 10, 11, 12, 15, 16, 47, 48, 79, 80, 111, 112, sealed.count - 1].map(changed)
        table += [0, 7, 48, 112, 127, 128, sealed.count - 1].map { Array(sealed.prefix($0)) }
        table += [1, 15, 16, 17].map { sealed + [UInt8](repeating: 0, count: $0) }
        for (index, bytes) in table.enumerated() {
            let read = try reader(["open", "--key-file", "key"], input: bytes)
            #expect(read.status == 1 && read.errors.hasPrefix("refused: ") && read.output.isEmpty, "row \(index)")
            // As credentials that are lacking, one bit of byte 9 counts as a wrong key.
            let opened = try vault(["open", "--key-file", "key"], input: bytes)
            #expect([1, 12, 13].contains(opened.status) && opened.output.isEmpty, "row \(index)")
        }
    }

    /// The examples of the page are those that the reader makes.
    @Test func theVectorsOfThePageAreTheReaders() throws {
        let made = try reader(["vectors"]).text.split(separator: "\n").map(String.init)
        let page = try Repository.text("man/secr-stream.5")
        let printed = page.matches(of: #/\.Bd -literal -offset indent\n([0-9a-f\n]+)\.Ed/#).map {
            String($0.1.filter { $0 != "\n" })
        }
        #expect(made.count == 3 && printed == made)
    }
}
