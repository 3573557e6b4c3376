import Foundation
import SecrTestSupport
import Testing

/// `get` and `cat`.
@Suite struct VaultGetTests {
    let here: SampleVault
    static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }

    init() throws {
        here = try SampleVault()
        try here.folder.write(Self.bytes, to: "large")
        try here.write("0123456789", to: "small")
        try here.quietly("put", "vault", "large", "--to", "/")
        try here.quietly("put", "vault", "small")
    }

    @Test func filesGoWhereTheyShould() throws {
        try here.quietly("get", "vault", "large", "-o", "named")
        #expect(try here.folder.bytes("named") == Self.bytes)
        #expect(try here.mode("named") == 0o600, "what was sealed is for nobody else")
        #expect(try here.vault(["get", "vault", "/large", "-o", "-"]).output == Self.bytes)
        let run = try here.shell(
            "mkdir out; rm large; sv get vault large small --output-dir out; cd out; sv get ../vault large -f")
        #expect(run.status == 0 && run.errors == "")
        #expect(try here.folder.bytes("out/large") == Self.bytes)
        #expect(try here.text("out/small") == "0123456789")
        #expect(try here.quietly("cat", "vault", "small", "small") == "01234567890123456789")
        try here.fails(64, "--output takes a single file", "get", "vault", "small", "large", "-o", "x")
        try here.fails(
            64, "--output and --output-dir exclude", "get", "vault", "small", "-o", "x", "--output-dir", "out")
        try here.quietly("get", "vault", "small", "--output-dir", "new/folder")
        #expect(try here.text("new/folder/small") == "0123456789")
        try here.fails(
            1, "'small/small': can't create: not a directory", "get", "vault", "small", "--output-dir", "small")
        try here.fails(10, "'/nothing': no such file or folder in the vault", "get", "vault", "nothing")
        try here.fails(1, "'/small': is no folder", "get", "vault", "small/x")
    }

    @Test(arguments: [
        ("0-0", 0..<1), ("0-99", 0..<100), ("65535-65536", 65_535..<65_537), ("199999-", 199_999..<200_000),
        ("100000-", 100_000..<200_000), ("-1", 199_999..<200_000), ("-70000", 130_000..<200_000),
        ("0-9223372036854775807", 0..<200_000), ("-300000", 0..<200_000), ("199999-200005", 199_999..<200_000),
        ("200000-", 200_000..<200_000), ("500000-600000", 200_000..<200_000), ("131072-131072", 131_072..<131_073),
    ])
    func rangesAreBothEndsIncluded(text: String, range: Range<Int>) throws {
        let run = try here.vault(["cat", "vault", "large", "--range", text])
        #expect(run.status == 0 && run.output == Array(Self.bytes[range]))
        try here.quietly("get", "vault", "large", "--range=\(text)", "-o", "part")
        #expect(try here.folder.bytes("part") == Array(Self.bytes[range]))
    }

    @Test(arguments: ["", "-", "5", "a-b", "3-1", "1-2-3", "0x10-", "--5", "1 -2", "99999999999999999999-"])
    func whatIsNoRangeIsRefused(text: String) throws {
        try here.fails(
            64, "--range takes FIRST-LAST\nsecr-vault: hint: 0-99", "get", "vault", "large", "--range=\(text)")
    }

    @Test func rangesAreForFiles() throws {
        try here.quietly("mkdir", "vault", "folder")
        try here.fails(1, "'/folder': is a folder\n", "get", "vault", "-r", "folder", "--range", "0-0")
        #expect(try !here.folder.names.contains("folder"))
    }

    @Test func foldersNeedAWord() throws {
        let run = try here.shell(
            """
            sv mkdir vault -p a/b/c; sv cp vault small a/b/file
            sv get vault a; echo $?; sv cat vault a; echo $?; sv get vault a -ro -; echo $?
            sv get vault -r a && find a | sort; sv get vault -r / -o all && find all | sort; sv get vault -r a; echo $?
            sv get vault -rf a; echo $?
            """)
        #expect(
            run.text
                == "1\n1\n1\na\na/b\na/b/c\na/b/file\nall\nall/a\nall/a/b\nall/a/b/c\nall/a/b/file\nall/large\nall/small\n1\n0\n"
        )
        #expect(
            run.errors == """
                secr-vault: error: '/a': is a folder
                secr-vault: hint: -r works on folders
                secr-vault: error: '/a': is a folder
                secr-vault: error: '/a': is a folder
                secr-vault: error: 'a/b/file': is there already
                secr-vault: hint: --force overwrites it

                """)
    }

    /// Of several things, what fails does not keep the others.
    @Test func theRestIsWritten() throws {
        let run = try here.shell("rm large small; sv get vault nothing large neither small; echo $?; ls large small")
        #expect(run.text == "10\nlarge\nsmall\n")
        #expect(try here.vault(["cat", "vault", "nothing", "small"]).text == "0123456789")
    }

    @Test func whatIsThereIsLeftAlone() throws {
        let run = try here.shell(
            """
            echo old > target; chmod 604 target; ln -s target link; mkdir folder; mkfifo fifo
            for name in target link folder fifo /dev/null; do sv get vault small -o $name; echo $?; done
            cat target; for name in folder fifo /dev/null; do sv get vault small -o $name --force; echo $?; done
            test -p fifo && test -c /dev/null && test -d folder && echo same
            sv get vault small -o target -f && cat target && sv get vault small -o link -f && test ! -L link && echo " replaced"
            """)
        #expect(run.text == "1\n1\n1\n1\n1\nold\n1\n1\n1\nsame\n0123456789 replaced\n")
        let irregular = "can't overwrite: not a regular file\n"
        #expect(
            run.errors == """
                secr-vault: error: 'target': is there already
                secr-vault: hint: --force overwrites it
                secr-vault: error: 'link': is there already
                secr-vault: hint: --force overwrites it
                secr-vault: error: 'folder': can't create: is a directory
                secr-vault: error: 'fifo': \(irregular)secr-vault: error: '/dev/null': \(irregular)secr-vault: error: 'folder': \
                can't create: is a directory
                secr-vault: error: 'fifo': \(irregular)secr-vault: error: '/dev/null': \(irregular)
                """)
    }

    /// A link that somebody laid in the place of a folder leads nowhere.
    @Test func linksOnTheWayAreNotFollowed() throws {
        let run = try here.shell(
            """
            sv mkdir vault -p a/b; sv cp vault small a/b/file; mkdir outside out; ln -s ../outside out/a
            sv get vault -r a --output-dir out; echo $?; mkdir second second/a; ln -s ../../outside second/a/b
            sv get vault -rf a --output-dir second; echo $?; ls outside | wc -l
            """)
        #expect(run.text == "1\n1\n0\n")
        #expect(run.errors.contains("'out/a': can't create: file exists"))
        #expect(run.errors.contains("'second/a/b': can't create: file exists"))
    }

    @Test func preservedIsWhatWasThere() throws {
        let run = try here.shell(
            """
            mkdir -m 750 tree; echo 1 > tree/file; chmod 4751 tree/file; touch -d '1969-07-20 20:17:40.25' tree/file
            touch -d '2030-01-01 00:00:00' tree; sv put vault -rq tree; sv get vault -r tree -o bare; sv get vault -rp tree -o back
            stat -c '%a' bare bare/file; TZ=UTC stat -c '%a %y' back back/file; TZ=UTC stat -c %y tree/file
            """)
        #expect(run.status == 0 && run.errors == "")
        let lines = run.text.split(separator: "\n")
        #expect(lines.prefix(2) == ["700", "600"])
        #expect(lines[2].hasPrefix("750 2030-01-01"))
        #expect(lines[3] == "751 " + lines[4], "set-id bits do not come back")
    }

    @Test(.enabled(if: Run.canMount, "mounting is not allowed here"))
    func aFullDiskLeavesWhatWasThere() throws {
        let run = try here.shell(
            """
            mkdir disk; mount -t tmpfs -o size=64k none disk; trap 'umount disk' EXIT
            echo old > disk/target; sv get vault large -o disk/target -f; echo $?; sv get vault large -o disk/new; echo $?
            cat disk/target; ls disk; sv cat vault large > /dev/full; echo $?; sv get vault large -o - > /dev/full; echo $?
            sv ls vault > /dev/full; echo $?
            """)
        #expect(run.text == "1\n1\nold\ntarget\n1\n1\n1\n")
        #expect(
            run.errors == """
                secr-vault: error: 'disk/target': can't write: no space left on device
                secr-vault: error: 'disk/new': can't write: no space left on device
                secr-vault: error: can't write: no space left on device
                secr-vault: error: can't write: no space left on device
                secr-vault: error: standard output can't be written

                """)
    }
}
