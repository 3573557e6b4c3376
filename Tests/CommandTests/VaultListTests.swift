import Foundation
import SecrTestSupport
import Testing

/// `ls`, `tree`, `stat`, `find`, `du` and `df`.
@Suite struct VaultListTests {
    let here: SampleVault

    init() throws {
        here = try SampleVault()
        let made = try here.shell(
            #"""
            mkdir -p tree/sub/deep; printf 12345 > tree/a.txt; printf 1 > tree/sub/b.txt; printf 12 > tree/sub/deep/c
            ln -s a.txt tree/link; chmod 640 tree/a.txt; touch -d '2001-02-03 04:05:06' tree/a.txt
            printf x > "tree/$(printf 'esc\033[31m')"; sv put vault -rq tree
            """#)
        try #require(made.status == 0 && made.errors == "", "\(made.errors)")
    }

    @Test func listings() throws {
        #expect(try here.quietly("ls", "vault") == "tree\n")
        #expect(try here.quietly("ls", "vault", "tree") == "a.txt\nesc\u{1B}[31m\nlink\nsub\n")
        #expect(try here.quietly("ls", "vault", "tree", "-0") == "a.txt\0esc\u{1B}[31m\0link\0sub\0")
        #expect(try here.quietly("ls", "vault", "tree/a.txt") == "a.txt\n")
        #expect(
            try here.quietly("ls", "vault", "tree/sub", "/tree//sub/./deep")
                == "tree/sub:\nb.txt\ndeep\n/tree/sub/./deep:\nc\n")
        let long = try here.quietly("ls", "vault", "tree", "-l").split(separator: "\n")
        #expect(try #require(long.first).contains(#/^-rw-r-----        5 B 2001-02-03 \d\d:05 a\.txt$/#))
        #expect(long[2].hasPrefix("lrwxrwxrwx        5 B ") && long[3].hasPrefix("drwxr-xr-x        0 B "))
        try here.fails(10, "'/nothing': no such file or folder in the vault", "ls", "vault", "nothing")
        let some = try here.vault(["ls", "vault", "nothing", "tree/sub/deep"])
        #expect(some.status == 10 && some.text == "tree/sub/deep:\nc\n")
    }

    /// One object a line, with names that are no text in base64.
    @Test func listingsForPrograms() throws {
        let lines = try here.quietly("ls", "vault", "tree", "--json").split(separator: "\n")
        struct Line: Decodable {
            struct Name: Decodable { var text: String? }
            var type: String, path: Name, kind: String, size: Int, modified: Int, mode: Int, links: Int
        }
        let entries = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(entries.map(\.path.text) == ["a.txt", "esc\u{1B}[31m", "link", "sub"])
        #expect(entries.map(\.kind) == ["file", "file", "link", "folder"])
        #expect(entries[0].size == 5 && entries[0].mode == 0o640 && entries[0].links == 1 && entries[0].type == "entry")
        #expect(entries[0].modified % 1_000_000_000 == 0 && entries[0].modified / 86_400_000_000_000 == 11_356)
    }

    @Test(.enabled(if: Run.hasTerminals, "there are no terminals"))
    func namesDoNothingToATerminal() throws {
        for command in [
            ["ls", "vault", "tree"], ["tree", "vault"], ["find", "vault"], ["stat", "vault", "tree/esc\u{1B}[31m"],
        ] {
            let session = try here.onTerminal([], command)
            #expect(session.status == 0 && session.shown.contains("esc\\u{1B}[31m"), "\(session.shown)")
            #expect(!session.shown.contains("\u{1B}[31m"))
        }
    }

    @Test func trees() throws {
        #expect(
            try here.quietly("tree", "vault", "tree/sub") == """
                tree/sub
                ├── b.txt
                └── deep
                    └── c

                """)
        #expect(try here.quietly("tree", "vault").hasPrefix("/\n└── tree\n    ├── a.txt\n"))
        #expect(try here.quietly("tree", "vault", "tree/a.txt") == "tree/a.txt\n")
        try here.fails(10, "'/nothing': no such file", "tree", "vault", "nothing")
    }

    @Test func whatIsKnownOfOne() throws {
        let text = try here.quietly("stat", "vault", "tree/a.txt")
        #expect(
            text.contains(
                "tree/a.txt:\n  kind      file\n  size      5 bytes\n  mode      -rw-r-----\n  modified  2001-02-03 "))
        #expect(try here.quietly("stat", "vault", "tree/link").contains("kind      link"))
        #expect(try here.quietly("stat", "vault", "/").contains("kind      folder"))
        let two = try here.vault(["stat", "vault", "nothing", "tree"])
        #expect(two.status == 10 && two.text.hasPrefix("tree:\n") && two.errors.contains("'/nothing': no such file"))
    }

    @Test(arguments: [
        (["--name", "*.txt"], "/tree/a.txt\n/tree/sub/b.txt\n"), (["--name", "?"], "/tree/sub/deep/c\n"),
        (["--kind", "link"], "/tree/link\n"), (["--kind", "folder"], "/\n/tree\n/tree/sub\n/tree/sub/deep\n"),
        (["--kind", "file", "--name", "*b*"], "/tree/sub/b.txt\n"),
        (["tree/sub", "--name", "*"], "/tree/sub\n/tree/sub/b.txt\n/tree/sub/deep\n/tree/sub/deep/c\n"),
        (["--name", "[a]*"], ""), (["--name", "*c*", "-0"], "/tree/esc\u{1B}[31m\0/tree/sub/deep/c\0"),
        (["--name", "*t*t*"], "/tree/a.txt\n/tree/sub/b.txt\n"),
        (["tree/a.txt"], "/tree/a.txt\n"), (["--name", ""], "/\n"),
    ])
    func searches(options: [String], found: String) throws {
        let run = try here.vault(["find", "vault"] + options)
        #expect(run.status == 0 && run.errors == "")
        #expect(run.text == (options == ["--name", "[a]*"] ? "" : found))
    }

    @Test func searchesThatMakeNoSense() throws {
        try here.fails(10, "'/nothing': no such file", "find", "vault", "nothing")
        try here.fails(
            64, "--kind does not take 'door'\nsecr-vault: hint: it takes file, folder, link, pipe, socket, device",
            "find", "vault", "--kind", "door")
        try here.fails(64, "too many operands", "find", "vault", "a", "b")
    }

    @Test func space() throws {
        #expect(
            try here.quietly("du", "vault", "tree/sub") == "       3 B  /tree/sub\n       2 B  /tree/sub/deep\n")
        #expect(try here.quietly("du", "vault", "-s") == "       9 B  /\n", "links have no contents")
        #expect(
            try here.quietly("du", "-s", "vault", "tree/sub", "tree/a.txt")
                == "       3 B  /tree/sub\n       5 B  /tree/a.txt\n")
        #expect(
            try here.quietly("du", "vault", "-s", "tree/sub", "--json")
                == #"{"type":"sum","path":{"text":"/tree/sub"},"size":3}"# + "\n")
        try here.fails(10, "'/nothing': no such file", "du", "vault", "nothing")
        let text = try here.quietly("df", "vault")
        #expect(text.contains("files     4, 9 B\n") && text.contains("\nfree      "))
        #expect(
            try here.quietly("df", "vault", "--json").hasPrefix(
                #"{"type":"usage","files":4,"size":9,"stored":0,"freed":0,"free":"#))
    }
}
