import Foundation
import SecrTestSupport
import Testing

@Suite struct VaultPutTests {
    let here: SampleVault

    init() throws { here = try SampleVault() }

    @Test(arguments: [0, 1, 4_096, 4_097, 65_536, 1_000_000]) func filesOfAnySizeComeBack(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
        try here.folder.write(bytes, to: "file")
        try here.quietly("put", "vault", "file")
        #expect(try here.folder.bytes("file") == bytes, "the original stays")
        #expect(try here.vault(["cat", "vault", "file"]).output == bytes)
        #expect(try here.quietly("stat", "vault", "/file", "--json").contains("\"size\":\(size),"))
    }

    @Test func pipesNeedAName() throws {
        try here.quietly("put", "vault", "-", "--as", "pipe", input: Array("piped".utf8))
        #expect(try here.quietly("cat", "vault", "pipe") == "piped")
        try here.fails(64, "standard input has no name\nsecr-vault: hint: --as gives it one", "put", "vault", "-")
        try here.fails(64, "standard input can be read only once", "put", "vault", "-", "-")
    }

    @Test func itGoesWhereItShould() throws {
        try here.write("1", to: "one")
        try here.write("2", to: "two")
        try here.quietly("mkdir", "vault", "in")
        try here.quietly("put", "vault", "--to", "in", "one", "--as", "uno")
        #expect(try here.vault(["put", "vault", "-t", "/in/", "one", "two"]).errors == "2 files and folders, 2 B\n")
        #expect(try here.quietly("ls", "vault", "in") == "one\ntwo\nuno\n")
        #expect(try here.quietly("cat", "vault", "in/uno", "in/two") == "12")
        try here.fails(10, "'/no': no such file or folder in the vault", "put", "vault", "--to", "no", "one")
        try here.fails(1, "'/in/one': is no folder", "put", "vault", "--to", "in/one", "two")
        for name in ["a/b", "/a", "..", ".", "../a", ""] {
            let run = try here.vault(["put", "vault", "one", "--as", name])
            #expect(run.status == 64, "\(name)")
        }
        try here.fails(64, "--as names one file, and there are more", "put", "vault", "one", "two", "--as", "x")
        try here.fails(64, "--to takes a path in the vault", "put", "vault", "one", "--to", "../x")
    }

    @Test func nothingIsOverwrittenWithoutForce() throws {
        try here.write("old", to: "file")
        try here.quietly("put", "vault", "file")
        try here.write("new", to: "file")
        try here.fails(
            1, "'/file': is there already\nsecr-vault: hint: --force replaces files\n", "put", "vault", "file")
        #expect(try here.quietly("cat", "vault", "file") == "old")
        try here.quietly("put", "vault", "file", "--force")
        #expect(try here.quietly("cat", "vault", "file") == "new")
        try here.quietly("mkdir", "vault", "folder")
        try here.write("x", to: "folder")
        try here.fails(1, "'/folder': is a folder", "put", "vault", "folder", "-f")
        #expect(try here.shell("rm folder; mkdir folder; sv put vault -r folder --as file -f").status == 1)
        #expect(try here.quietly("cat", "vault", "file") == "new")
    }

    @Test func foldersComeWithEverythingInThem() throws {
        let run = try here.shell(
            """
            mkdir -p tree/sub/empty; echo 1 > tree/one; echo 2 > tree/sub/two; ln -s ../nowhere tree/link; ln tree/one tree/same
            chmod 640 tree/one; chmod 700 tree/sub; touch -d '2001-02-03 04:05:06.789' tree/one
            sv put vault tree; echo $?; sv put vault -r tree; echo $?; sv find vault tree; sv get vault -rp tree -o back
            diff -r --no-dereference tree back && stat -c '%a %Y' back/one tree/one && stat -c %a back/sub; readlink back/link
            """)
        #expect(
            run.text == """
                1
                0
                /tree
                /tree/link
                /tree/one
                /tree/same
                /tree/sub
                /tree/sub/empty
                /tree/sub/two
                640 981173106
                640 981173106
                700
                ../nowhere

                """)
        #expect(
            run.errors == """
                secr-vault: error: 'tree': is a folder
                secr-vault: hint: -r puts folders
                7 files and folders, 6 B

                """)
        // Again: folders are entered, files are in the way, and nothing is counted that was not put.
        let again = try here.vault(["put", "vault", "-r", "tree"])
        #expect(again.status == 1 && again.errors.contains("'/tree/one': is there already"))
        #expect(!again.errors.contains("files and folders"))
        #expect(again.errors.matches(of: #/hint: --force/#).count == 1, "once is enough")
        #expect(try here.vault(["put", "vault", "-r", "tree", "-f"]).status == 0)
        // What is in a folder, without the folder.
        try here.quietly("mkdir", "vault", "other")
        #expect(try here.vault(["put", "vault", "-rt", "other", "tree/."]).status == 0)
        #expect(try here.quietly("ls", "vault", "other") == "link\none\nsame\nsub\n")
    }

    @Test func linksAreKeptAndNotFollowed() throws {
        let run = try here.shell(
            """
            echo secret > file; ln -s file link; sv put vault link && sv find vault --kind link && sv get vault link -o back
            readlink back; sv cat vault link; echo $?; sv get vault link -o -; echo $?
            """)
        #expect(run.text == "/link\nfile\n1\n1\n")
        let message = "secr-vault: error: '/link': is a symbolic link to 'file'\n"
        #expect(run.errors == message + message)
    }

    @Test func whatIsNoFileIsSkipped() throws {
        let run = try here.shell(
            """
            mkdir tree; mkfifo tree/fifo tree/another; echo 1 > tree/one
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
            timeout 20 "$TOOL" put vault -r tree; echo $?; sv ls vault tree; sv put vault tree/fifo -q; echo $?
            """)
        #expect(run.text == "3\none\n3\n")
        #expect(
            run.errors == """
                secr-vault: warning: 'tree/another': skipped: neither a file nor a folder nor a link
                secr-vault: warning: 'tree/fifo': skipped: neither a file nor a folder nor a link
                secr-vault: warning: 'tree/socket': skipped: neither a file nor a folder nor a link
                2 files and folders, 2 B

                """)
    }

    @Test func whatCannotBeReadIsSaidAndTheRestIsPut() throws {
        try here.write("1", to: "one")
        let missing = try here.vault(["put", "vault", "nothing", "one"])
        #expect(
            missing.status == 10
                && missing.errors == "secr-vault: error: 'nothing': can't open: no such file or directory\n")
        #expect(try here.quietly("ls", "vault") == "one\n")
        let run = try here.shell(
            """
            mkdir -p tree/shut; echo 1 > tree/mine; echo 2 > tree/closed; echo 3 > tree/shut/in; mkfifo tree/fifo
            chmod 0 tree/closed tree/shut; chmod 755 .; chmod -R a+rwX vault state passphrase; mkdir -p run
            setpriv --reuid=65534 --regid=65534 --clear-groups -- "$TOOL" put vault -r tree --passphrase-file passphrase
            echo $?; sv find vault tree
            """)
        guard Run.isRoot else { try Test.cancel("only root can become somebody else") }
        #expect(run.text == "1\n/tree\n/tree/mine\n", "\(run.errors)")
        #expect(run.errors.contains("error: 'tree/closed': can't open: permission denied"))
        #expect(run.errors.contains("error: 'tree/shut': can't open: permission denied"))
        #expect(run.errors.contains("warning: 'tree/fifo': skipped"))
    }

    /// Names are bytes; they come back as they were, and are shown without doing anything to a terminal.
    @Test func namesAreBytes() throws {
        let run = try here.shell(
            #"""
            mkdir names; for name in 'nl\nx' 'esc\033[31m' 'inv\377\376' 'rtl\342\200\256x' '-dash' ' ' '*' 'ä'; do
                echo "$name" > "names/$(printf -- "$name")"
            done
            sv put vault -r names && sv get vault -r names -o back && diff -r names back && ls names | wc -l
            cd names && sv put ../vault -- * 2>/dev/null && cd .. && sv ls vault -0 | tr '\0' '\n' | wc -l
            sv put vault "names/$(printf 'inv\377\376')" 2>&1; sv rm vault "$(printf 'nl\nx')" "$(printf 'inv\377\376')" -- -dash
            sv cat vault '*' "$(printf 'esc\033[31m')"; LC_ALL=C sv ls vault | od -An -c
            """#)
        #expect(
            run.errors == "8 files and folders, 83 B\n" || run.errors.hasPrefix("9 files and folders"), "\(run.errors)")
        #expect(run.text.hasPrefix("9\n"), "a name with a line's end counts twice for wc: \(run.text)")
        #expect(run.text.contains(#"secr-vault: error: '/inv\xFF\xFE': is there already"#))
        #expect(run.text.contains("*\nesc\u{1B}[31m\n"))
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test func extendedAttributesComeAlongWhenAskedFor() throws {
        let probe = try here.shell(
            "echo 1 > file; setfattr -n user.colour -v blue file && getfattr -n user.colour file")
        guard probe.status == 0 else { try Test.cancel("no extended attributes here") }
        let run = try here.shell(
            """
            sv put vault file --as plain; sv put vault file --as kept --xattrs; sv stat vault plain kept | grep attribute
            sv get vault kept -p; sv get vault kept -o without; getfattr -d kept without
            """)
        #expect(run.text.contains("  attribute user.colour, 4 bytes\n"))
        #expect(run.text.matches(of: #/attribute user/#).count == 1)
        #expect(run.text.hasSuffix("# file: kept\nuser.colour=\"blue\"\n\n"), "\(run.text)")
    }

    @Test func picturesAreScrubbedOnRequest() throws {
        let picture = Fixture.named("exif-gps.jpg")
        try here.folder.write(picture.bytes, to: "tree/photo.jpg")
        try here.write("no picture", to: "tree/note.txt")
        #expect(try here.vault(["put", "vault", "-r", "tree", "--as", "raw"]).status == 0)
        let run = try here.vault(["put", "vault", "-r", "tree", "--scrub"])
        #expect(run.status == 3 && run.errors.contains("warning: 'tree/note.txt': left out: "), "\(run.errors)")
        #expect(try here.quietly("ls", "vault", "tree") == "photo.jpg\n")
        #expect(try here.vault(["cat", "vault", "raw/photo.jpg"]).output == picture.bytes)
        try here.quietly("get", "vault", "tree/photo.jpg", "-o", "put.jpg")
        #expect(try Run.scrub(["tree/photo.jpg", "-o", "scrubbed.jpg"], in: here.folder.path).status == 0)
        let scrubbed = try here.folder.bytes("scrubbed.jpg")
        #expect(try here.folder.bytes("put.jpg") == scrubbed && scrubbed != picture.bytes)
        #expect(try here.folder.bytes("tree/photo.jpg") == picture.bytes, "the original stays")
        // Named by somebody, it fails.
        let named = try here.vault(["put", "vault", "tree/note.txt", "--scrub"])
        #expect(named.status == 1 && named.errors.hasPrefix("secr-vault: error: 'tree/note.txt': left out: "))
    }

    @Test func resultsAsJSON() throws {
        try here.write("12345", to: "file")
        #expect(try here.quietly("put", "vault", "file", "--json") == #"{"type":"put","items":1,"bytes":5}"# + "\n")
        let again = try here.vault(["put", "vault", "file", "--json"])
        #expect(again.text == #"{"type":"put","items":0,"bytes":0}"# + "\n" && again.status == 1)
    }
}
