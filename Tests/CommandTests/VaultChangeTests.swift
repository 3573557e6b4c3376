import Foundation
import SecrTestSupport
import Testing

/// `mkdir`, `mv`, `cp` and `rm`: what they do, as their namesakes do it.
@Suite struct VaultChangeTests {
    let here: SampleVault

    /// `/a` and `/b`, files; `/d`, a folder with a file `x` and a folder `e`; `/empty`, a folder.
    init() throws {
        here = try SampleVault()
        let made = try here.shell(
            "mkdir -p d/e empty; printf A > a; printf B > b; printf X > d/x; sv put vault -rq a b d empty")
        try #require(made.status == 0 && made.errors == "", "\(made.errors)")
    }

    static let atFirst = ["/a=A", "/b=B", "/d/", "/d/e/", "/d/x=X", "/empty/"]

    /// What the vault holds: folders with a slash, files with their contents.
    func contents() throws -> [String] {
        try here.quietly("get", "vault", "-rf", "/", "-o", "all")
        let listed = try here.shell(
            #"cd all; find . -mindepth 1 -type d -printf '/%P/\n'; find . -type f | while read -r name; do echo "${name#.}=$(cat "$name")"; done; cd ..; rm -r all"#
        )
        return listed.text.split(separator: "\n").map(String.init).sorted()
    }

    struct Row: CustomTestStringConvertible {
        var arguments: String
        var change: (gone: [String], new: [String])
        var status: Int32
        var message: String

        init(_ arguments: String, gone: [String] = [], new: [String] = [], _ status: Int32 = 0, _ message: String = "")
        {
            (self.arguments, self.change, self.status, self.message) = (arguments, (gone, new), status, message)
        }

        var testDescription: String { arguments }
    }

    static let exists = "is there already\nsecr-vault: hint: --force replaces files\n"
    static let missing = "no such file or folder in the vault\n"
    static let rows = [
        Row("mkdir vault n", new: ["/n/"]),
        Row("mkdir vault n/m", 10, "'/n': no such folder in the vault\nsecr-vault: hint: -p makes it, too\n"),
        Row("mkdir vault -p n/m/o d/e", new: ["/n/", "/n/m/", "/n/m/o/"]),
        Row("mkdir vault d", 1, "'/d': is there already\n"),
        Row("mkdir vault d n", new: ["/n/"], 1, "'/d': is there already\n"),
        Row("mkdir vault a/n", 1, "'/a': is no folder\n"),
        Row("mkdir vault -p a/n", 1, "'/a': is no folder\n"),
        Row("mkdir vault ..", 64, "'..': can't be a name in a vault\n"),
        Row("mkdir vault -p /"),

        Row("mv vault a n", gone: ["/a=A"], new: ["/n=A"]),
        Row("mv vault a d", gone: ["/a=A"], new: ["/d/a=A"]),
        Row("mv vault a b d/", gone: ["/a=A", "/b=B"], new: ["/d/a=A", "/d/b=B"]),
        Row("mv vault d empty", gone: ["/d/", "/d/e/", "/d/x=X"], new: ["/empty/d/", "/empty/d/e/", "/empty/d/x=X"]),
        Row("mv vault d/x .", gone: ["/d/x=X"], new: ["/x=X"]),
        Row("mv vault d/e n", gone: ["/d/e/"], new: ["/n/"]),
        Row("mv vault a b", 1, "'/b': \(exists)"),
        Row("mv vault -f a b", gone: ["/a=A", "/b=B"], new: ["/b=A"]),
        Row("mv vault a a"),
        Row("mv vault d d", 1, "'/d/d': a folder can't be put into itself\n"),
        Row("mv vault d d/e/n", 1, "'/d/e/n': a folder can't be put into itself\n"),
        Row("mv vault nothing n", 10, "'/nothing': \(missing)"),
        Row("mv vault nothing a d", gone: ["/a=A"], new: ["/d/a=A"], 10, "'/nothing': \(missing)"),
        Row("mv vault a b n", 10, "'/n': \(missing)"),
        Row("mv vault b d a", 1, "'/a': is no folder\n"),
        Row("mv vault a n/m", 10, "'/n': \(missing)"),
        Row("mv vault / n", 1, "'/n': a folder can't be put into itself\n"),
        Row("mv vault d a", 1, "'/a': \(exists)"),
        Row("mv vault -f d a", 1, "'/a': is no folder\n"),

        Row("cp vault a n", new: ["/n=A"]),
        Row("cp vault a b d", new: ["/d/a=A", "/d/b=B"]),
        Row("cp vault a b", 1, "'/b': \(exists)"),
        Row("cp vault -f a b", gone: ["/b=B"], new: ["/b=A"]),
        Row("cp vault a a", 1, "'/a': is the same file\n"),
        Row("cp vault -f a /a", 1, "'/a': is the same file\n"),
        Row("cp vault d n", 1, "'/d': is a folder\nsecr-vault: hint: -r works on folders\n"),
        Row("cp vault -r d n", new: ["/n/", "/n/e/", "/n/x=X"]),
        Row("cp vault -r d empty", new: ["/empty/d/", "/empty/d/e/", "/empty/d/x=X"]),
        Row("cp vault -r d d/e", 1, "'/d/e/d': a folder can't be put into itself\n"),
        Row("cp vault -r d a", 1, "'/a': \(exists)"),
        Row("cp vault nothing n", 10, "'/nothing': \(missing)"),
        Row("cp vault d a empty", new: ["/empty/a=A"], 1, "'/d': is a folder\nsecr-vault: hint: -r works on folders\n"),

        Row("rm vault a d/x", gone: ["/a=A", "/d/x=X"]),
        Row("rm vault empty", gone: ["/empty/"]),
        Row("rm vault d", 1, "'/d': the folder is not empty\nsecr-vault: hint: -r removes it with what is in it\n"),
        Row("rm vault -r d a", gone: ["/a=A", "/d/", "/d/e/", "/d/x=X"]),
        Row("rm vault nothing a", gone: ["/a=A"], 10, "'/nothing': \(missing)"),
        Row("rm vault -f nothing a", gone: ["/a=A"]),
        Row("rm vault /", 1, "'/': the top folder can't be removed\n"),
        Row("rm vault -rf /", 1, "'/': the top folder can't be removed\n"),
        Row("rm vault a/b", 1, "'/a': is no folder\n"),
        Row("rm vault *", 10, "'/*': \(missing)"),
    ]

    @Test(arguments: rows) func asPeopleExpect(row: Row) throws {
        let run = try here.vault(row.arguments.split(separator: " ").map(String.init))
        #expect(run.status == row.status && run.output.isEmpty)
        #expect(run.errors == (row.message.isEmpty ? "" : "secr-vault: error: " + row.message))
        #expect(try Set(contents()) == Set(Self.atFirst).subtracting(row.change.gone).union(row.change.new))
    }

    /// Copies share contents until one of them changes, and cost nothing.
    @Test func copiesStayWhatTheyWere() throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        try here.folder.write(bytes, to: "large")
        try here.quietly("put", "vault", "large")
        let stored = try here.quietly("df", "vault").split(separator: "\n")[1]
        try here.quietly("cp", "vault", "large", "copy")
        #expect(try here.quietly("df", "vault").split(separator: "\n")[1] == stored)
        try here.quietly("put", "vault", "a", "--as", "large", "-f")
        try here.quietly("rm", "vault", "large")
        #expect(try here.vault(["cat", "vault", "copy"]).output == bytes)
        #expect(try here.vault(["verify", "vault", "-q"]).status == 0)
    }
}
