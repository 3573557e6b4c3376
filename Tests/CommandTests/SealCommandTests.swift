import Foundation
import SecrTestSupport
import Testing

/// `seal` and `open` as a shell sees them. Key files, where it does not matter, since a passphrase takes its time.
@Suite struct SealCommandTests {
    let here: VaultFolder
    static let key = VaultFolder.key
    static let plaintext = VaultFolder.plaintext

    init() throws { here = try VaultFolder() }

    @Test func filesComeBack() throws {
        let seal = try here.vault(["seal"] + Self.key + ["file"])
        #expect(seal.status == 0 && seal.errors == "" && seal.output.isEmpty)
        #expect(try here.names == ["file", "file.secr", "key", "other-key", "passphrase"])
        #expect(try here.folder.bytes("file") == Self.plaintext, "the original stays")
        let sealed = try here.folder.bytes("file.secr")
        #expect(sealed.count == 48 + 64 + Self.plaintext.count + 32)
        #expect(sealed.prefix(8).elementsEqual("secrfile".utf8))
        try FileManager.default.removeItem(at: here.folder.file("file"))
        let open = try here.vault(["open"] + Self.key + ["file.secr"])
        #expect(open.status == 0 && open.errors == "" && open.output.isEmpty)
        #expect(try here.folder.bytes("file") == Self.plaintext)
        #expect(try here.folder.bytes("file.secr") == sealed)
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 5_000_000]) func pipesComeBack(size: Int) throws {
        let plaintext = Array(repeatElement(Self.plaintext, count: 51).joined().prefix(size))
        let seal = try here.vault(["seal"] + Self.key + ["-"], input: plaintext)
        #expect(seal.status == 0 && seal.errors == "")
        #expect(seal.output.count == 112 + size + 16 * max(1, (size + 65_535) / 65_536))
        let open = try here.vault(["open"] + Self.key + ["-"], input: seal.output)
        #expect(open.status == 0 && open.errors == "" && open.output == plaintext)
    }

    @Test func filesAndPipesMeet() throws {
        #expect(try here.vault(["seal", "-o", "named"] + Self.key + ["-"], input: [1, 2, 3]).status == 0)
        #expect(try here.vault(["open", "-o", "-"] + Self.key + ["named"]).output == [1, 2, 3])
        let sealed = try here.vault(["seal", "-o", "-"] + Self.key + ["file"]).output
        #expect(try here.vault(["open", "-o", "back"] + Self.key + ["-"], input: sealed).status == 0)
        #expect(try here.folder.bytes("back") == Self.plaintext)
        let piped = try here.shell(
            "cat file | \"$TOOL\" seal --key-file key - | \"$TOOL\" open --key-file key - | cmp - file")
        #expect(piped.status == 0 && piped.errors == "")
    }

    @Test func namesAreBytes() throws {
        let run = try here.shell(
            #"""
            name=$(printf 'a\377\033[31m\nb'); cp file "$name"
            "$TOOL" seal --key-file key "$name" && rm "$name" && "$TOOL" open --key-file key "$name.secr" || exit
            cmp file "$name" && "$TOOL" open --key-file key "$(printf 'no\377\033').secr"; echo $?
            cp key -- -key; "$TOOL" seal --key-file key -- -key && ls -- -key.secr; ls -d ./*b.secr | wc -l
            """#)
        #expect(run.text == "10\n-key.secr\n2\n")
        #expect(run.errors == #"secr-vault: error: 'no\xFF\u{1B}.secr': can't open: no such file or directory"# + "\n")
    }

    /// What went wrong, the status, and a part of the message.
    struct Failure: CustomTestStringConvertible {
        var what: String
        var arguments: [String]
        var status: Int32
        var message: String

        init(_ what: String, _ arguments: [String], _ status: Int32, _ message: String) {
            (self.what, self.arguments, self.status, self.message) = (what, arguments, status, message)
        }

        var testDescription: String { what }
    }

    static let wrong = "wrong passphrase or key"
    static let failures = [
        Failure("wrong key", ["open", "--key-file", "other-key", "good"], 12, "'good': \(wrong)"),
        Failure(
            "another key's kind", ["open", "--passphrase-file", "passphrase", "good"], 12, "sealed with a key file"),
        Failure("damaged", ["open"] + key + ["damaged"], 13, "'damaged': damaged or cut off, at part 1"),
        Failure("cut off", ["open"] + key + ["cut"], 13, "'cut': damaged or cut off, at part 0"),
        Failure("cut off in the head", ["open"] + key + ["stump"], 13, "'stump': damaged or cut off, at part 0"),
        Failure("extended", ["open"] + key + ["long"], 13, "'long': damaged or cut off, at part 1"),
        Failure("no sealed file", ["open"] + key + ["file"], 13, "'file': not a sealed file"),
        Failure("empty", ["open"] + key + ["/dev/null"], 1, "not a regular file"),
        Failure("of a later version", ["open"] + key + ["newer"], 1, "later version"),
        Failure("asks for too much", ["open", "--passphrase-file", "passphrase", "greedy"], 13, "its header asks"),
        Failure("asks for too little", ["open", "--passphrase-file", "passphrase", "cheap"], 13, "its header asks"),
        Failure("nothing there", ["open"] + key + ["nothing"], 10, "'nothing': can't open: no such file"),
        Failure("nothing to seal", ["seal"] + key + ["nothing"], 10, "'nothing': can't open: no such file"),
        Failure("a folder", ["seal"] + key + ["."], 1, "can't read: is a directory"),
        Failure("a pipe by name", ["seal"] + key + ["pipe"], 1, "'pipe': can't read: not a regular file"),
        Failure("no key file", ["seal", "--key-file", "nothing", "file"], 10, "'nothing': can't open"),
        Failure(
            "a key file too small", ["seal", "--key-file", "small", "file"], 1,
            "'small': a key file has at least 32 bytes"),
        Failure(
            "a key file too large", ["seal", "--key-file", "file", "file"], 1, "'file': can't read: file too large"),
        Failure("no passphrase file", ["seal", "--passphrase-file", "nothing", "file"], 10, "'nothing': can't open"),
        Failure("nowhere to write to", ["seal"] + key + ["-o", "no/where", "file"], 10, "'no/where': can't create"),
    ]

    /// All but the last row would write to `old`, with and without `--force`.
    @Test(arguments: failures) func failuresAreExplainedAndLeaveEverythingAsItWas(failure: Failure) throws {
        try here.vault(["seal", "-o", "good"] + Self.key + ["file"])
        let good = try here.folder.bytes("good")
        var damaged = good
        damaged[good.count - 1] ^= 1
        let header = Array("secrfile".utf8) + [1, 1, 16]
        let rest = [UInt8](repeating: 7, count: 112)
        for (name, bytes) in [
            ("damaged", damaged), ("cut", Array(good.prefix(112 + 65_552))), ("stump", Array(good.prefix(60))),
            ("long", good + [0]), ("newer", Array(good.prefix(8)) + [2] + good.dropFirst(9)),
            ("greedy", header + [255, 255, 255, 255, 255] + rest), ("cheap", header + [1, 0, 0, 4, 0] + rest),
            ("small", Array(good.prefix(31))), ("old", [9, 9, 9]),
        ] { try here.folder.write(bytes, to: name) }
        #expect(try here.shell("mkfifo pipe").status == 0)
        let names = try here.names
        let output = failure.arguments.contains("-o") ? [] : ["-o", "old", "--force"]
        let run = try here.vault(failure.arguments + output)
        #expect(run.status == failure.status)
        #expect(run.errors.hasPrefix("secr-vault: error: ") && run.errors.contains(failure.message), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(try here.folder.bytes("old") == [9, 9, 9])
        #expect(try here.names == names)
    }

    @Test func nothingIsOverwrittenUnlessAsked() throws {
        try here.folder.write([9, 9, 9], to: "file.secr")
        let refused = try here.vault(["seal"] + Self.key + ["file"])
        #expect(refused.status == 1)
        #expect(
            refused.errors
                == "secr-vault: error: 'file.secr': can't create: file exists\nsecr-vault: hint: --force overwrites it\n"
        )
        #expect(try here.folder.bytes("file.secr") == [9, 9, 9])
        #expect(try here.vault(["seal", "-f"] + Self.key + ["file"]).status == 0)
        #expect(try here.vault(["open"] + Self.key + ["file.secr"]).status == 1, "the original is in the way")
        #expect(try here.vault(["open", "--force"] + Self.key + ["file.secr"]).status == 0)
        #expect(try here.folder.bytes("file") == Self.plaintext)
    }

    /// A device would be gone for everybody; a link may lead anywhere.
    @Test func nothingButFilesIsOverwritten() throws {
        let run = try here.shell(
            """
            mkfifo pipe; mkdir folder; ln -s key link; ln -s nowhere dangling
            for name in pipe folder link dangling /dev/null; do
                "$TOOL" seal --key-file key --force -o $name file; echo $?
            done; stat -c %F pipe folder link dangling /dev/null; cmp key link && ls -A
            """)
        let lines = run.text.split(separator: "\n").map(String.init)
        #expect(Array(lines.prefix(5)) == ["1", "1", "1", "1", "1"])
        #expect(
            Array(lines.dropFirst(5).prefix(5))
                == ["fifo", "directory", "symbolic link", "symbolic link", "character special file"])
        #expect(lines.count == 18 && run.errors.contains("'/dev/null': can't overwrite: not a regular file"))
    }

    @Test func modesAreThoseOfTheInputOrOfWhatIsReplaced() throws {
        _ = try here.shell(
            """
            chmod 644 file; (umask 077; "$TOOL" seal --key-file key -o narrow file)
            umask 022; "$TOOL" seal --key-file key -o wide file; "$TOOL" seal --key-file key - < file > /dev/null
            cat file | "$TOOL" seal --key-file key -o piped -
            echo old > private; chmod 600 private; "$TOOL" open --force --key-file key -o private wide
            chmod 4755 file; "$TOOL" seal --key-file key -o special file
            """)
        #expect(try here.mode("narrow") == 0o600)
        #expect(try here.mode("wide") == 0o644)
        #expect(try here.mode("piped") == 0o600)
        #expect(try here.mode("private") == 0o600)
        #expect(try here.mode("special") == 0o755)
        #expect(try here.folder.bytes("private") == Self.plaintext)
    }

    @Test(arguments: [
        [], ["frob"], ["frob", "file"], ["seal"], ["open"], ["seal", "file", "file"], ["open", "file.secr", "b.secr"],
        ["seal", ""], ["seal", "--key-file"], ["seal", "--key-file", "", "file"], ["seal", "--unknown", "file"],
        ["seal", "--passphrase", "x", "file"], ["seal", "--passphrase-fd", "x", "file"],
        ["seal", "--passphrase-fd", "-1", "file"], ["seal", "--passphrase-fd", "99999999999", "file"],
        ["seal", "--passphrase-file", "passphrase", "--passphrase-fd", "0", "file"],
        ["seal", "--ask-passphrase", "--passphrase-file", "passphrase", "file"],
        ["seal", "--passphrase-fd", "0", "-"], ["open", "--passphrase-fd", "0", "-"],
        ["open", "--ask-passphrase", "file.secr"], ["open"] + key + ["file"], ["open"] + key + [".secr"],
        ["open"] + key + ["folder/.secr"], ["seal", "-o", "", "file"],
    ])
    func nonsenseIsAUsageError(arguments: [String]) throws {
        let run = try here.vault(arguments, input: Array("x\n".utf8))
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("secr-vault: error: "))
        #expect(try here.names == ["file", "key", "other-key", "passphrase"])
    }

    @Test func aPipeGetsAuthenticBytesOnly() throws {
        let plaintext = [UInt8](repeating: 0x5A, count: 3 << 20)
        var sealed = try here.vault(["seal"] + Self.key + ["-"], input: plaintext).output
        sealed[sealed.count - 1] ^= 1
        let run = try here.vault(["open"] + Self.key + ["-"], input: sealed)
        #expect(run.status == 13)
        #expect(run.errors == "secr-vault: error: damaged or cut off, at part 47\n")
        #expect(run.output.count < plaintext.count && plaintext.starts(with: run.output))
    }

    @Test func aFullDiskIsAnError() throws {
        try here.vault(["seal"] + Self.key + ["file"])
        for command in ["seal --key-file key -o - file", "open --key-file key -o - file.secr"] {
            let run = try here.shell("\"$TOOL\" \(command) > /dev/full; echo $?")
            #expect(run.text == "1\n")
            #expect(run.errors == "secr-vault: error: can't write: no space left on device\n")
        }
    }

    @Test(.enabled(if: Run.canMount, "mounting needs rights")) func aFullDiskLeavesNothingAndWhatWas() throws {
        let run = try here.shell(
            """
            mkdir small && mount -t tmpfs -o size=64k none small
            "$TOOL" seal --key-file key -o small/new file; echo $?; ls -A small
            echo old > small/old; "$TOOL" seal --key-file key -f -o small/old file; echo $?; ls -A small; cat small/old
            umount small
            """)
        #expect(run.text == "1\n1\nold\nold\n")
        #expect(run.errors.contains("can't write: no space left on device"))
    }

    @Test func aKilledProcessLeavesNothing() throws {
        let big = [UInt8](repeating: 0x55, count: 30_000_000)
        try here.folder.write(big, to: "big")
        let names = try here.names
        for signal in ["INT", "TERM", "KILL"] {
            for delay in ["0.003", "0.01", "0.02"] {
                let run = try here.shell(
                    "timeout -s \(signal) \(delay) \"$TOOL\" seal --key-file key big; rm -f big.secr; ls -A")
                #expect(run.text.split(separator: "\n").map(String.init) == names)
            }
        }
    }

    /// A signal ends a command that waits for bytes, or for somebody to take them, at once and by that signal.
    @Test(arguments: [
        "exec sleep 5 > pipe) & \"$TOOL\" seal --key-file key -o out - < pipe",
        "exec sleep 5 < pipe) & \"$TOOL\" seal --key-file key - < /dev/zero > pipe",
    ])
    func anInterruptionEndsByItsSignal(script: String) throws {
        let run = try here.shell(
            """
            mkfifo pipe; (\(script) & child=$!
            sleep 0.3; kill -TERM $child; start=$(date +%s%3N); wait $child; echo $?; ls out; echo $(($(date +%s%3N) - start))
            """)
        let lines = run.text.split(separator: "\n")
        #expect(lines.first == "143" && lines.count == 2)
        #expect(Int(lines.last ?? "") ?? .max < 1_000)
    }

    @Test(.enabled(if: Run.isInstalled("python3"))) func memoryStaysBounded() throws {
        struct Measured: Decodable {
            var statuses: [Int]
            var same: Bool
            var kibibytes: [Int]
        }
        let both = ["seal", "open"].map { [Run.vault, $0, "--key-file", "key", "-"] }
        let run = try Run.program(
            "python3", [Repository.file("Tests/CommandTests/measure.py").path, "1024"] + both[0] + ["--"] + both[1],
            in: here.folder.path)
        let measured = try JSONDecoder().decode(Measured.self, from: Data(run.output))
        #expect(measured.statuses == [0, 0] && measured.same)
        #expect(measured.kibibytes.allSatisfy { $0 < 64 << 10 }, "\(measured.kibibytes) KiB")
    }

    @Test func versionAndHelpGoToStandardOutput() throws {
        #expect(try here.vault(["--version"]).text == "secr-vault 0.1.0\n")
        for arguments in [["--help"], ["-h"], ["seal", "--help"], ["open", "-h"]] {
            let run = try here.vault(arguments)
            #expect(run.status == 0 && run.errors.isEmpty && run.text.contains("Usage: secr-vault"))
            #expect(run.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }
}
