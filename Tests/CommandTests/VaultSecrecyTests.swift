import Foundation
import SecrTestSupport
import Testing

/// What others can see of a vault at work, and what becomes of work that is interrupted or done twice at a time.
@Suite struct VaultSecrecyTests {
    let here: SampleVault
    static let word = "xenoglossophobia"

    init() throws { here = try SampleVault() }

    /// Names and contents are nowhere in the vault or in what the device remembers, and nothing is left beside them.
    @Test func nothingIsReadable() throws {
        let text = String(repeating: Self.word + " ", count: 20_000)
        try here.write(Self.word, to: "small-\(Self.word)")
        try here.write(text, to: "large-\(Self.word)")
        try here.quietly("put", "vault", "small-\(Self.word)", "--as", Self.word)
        try here.quietly("put", "vault", "large-\(Self.word)")
        try here.quietly("mkdir", "vault", "folder-\(Self.word)")
        try here.quietly("rm", "vault", Self.word)
        #expect(try here.vault(["compact", "vault"]).status == 0)
        #expect(try here.vault(["gc", "vault", "--now"]).status == 0)
        let run = try here.shell(
            "grep -rlE '\(Self.word)|SQLite|sesame' vault state; find vault state | grep -c \(Self.word); find vault -newermt 2000-01-02 -type f | wc -l"
        )
        #expect(run.text == "0\n0\n", "\(run.text)")
        #expect(try here.objects().allSatisfy { $0.split(separator: "/").last!.allSatisfy { $0.isHexDigit } })
        #expect(
            try here.folder.names.sorted()
                == ["large-\(Self.word)", "passphrase", "small-\(Self.word)", "state", "vault"].sorted())
    }

    /// The passphrase is in no process's arguments or surroundings, and only its reader sees what it is.
    @Test func nothingIsHandedOn() throws {
        try here.write(
            "#!/bin/sh\ntr '\\0' '\\n' < /proc/self/environ > environment; for p in $$ $PPID; do tr '\\0' ' ' < /proc/$p/cmdline; done > lines; ls -l /proc/self/fd > files; cat passphrase\n",
            to: "asked")
        let run = try here.shell(
            "chmod +x asked; sv trust vault --passphrase-command ./asked; sv unlock vault --passphrase-command ./asked; echo $?"
        )
        #expect(run.text.hasSuffix("0\n"), "\(run.errors)")
        let (environment, lines, files) = (try here.text("environment"), try here.text("lines"), try here.text("files"))
        #expect(!environment.contains("sesame") && !lines.contains("sesame") && lines.contains("asked"))
        #expect(!files.contains("/vault/") && !files.contains("memfd"), "\(files)")
    }

    static let script = #"""
        import json, os, signal, subprocess, sys, time
        tool, number = sys.argv[1], int(sys.argv[2])
        def restore():
            signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
        process = subprocess.Popen([tool, "put", "vault", "-", "--as", "new", "--force"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=restore)
        piece = os.urandom(1 << 20)
        for _ in range(200): process.stdin.write(piece)
        process.send_signal(number)
        try:
            while True: process.stdin.write(piece)
        except OSError:
            pass
        print(process.wait(), process.stderr.read().decode())
        """#

    @Test(arguments: [2, 15, 1]) func whatIsInterruptedLeavesTheOldState(signal: Int32) throws {
        try here.write("old", to: "file")
        try here.quietly("put", "vault", "file", "--as", "new")
        try here.write(Self.script, to: "interrupt.py")
        let run = try here.shell("timeout 60 python3 interrupt.py \"$TOOL\" \(signal)")
        #expect(run.text == "-\(signal) \n", "\(run.text)")
        #expect(try here.quietly("cat", "vault", "new") == "old")
        #expect(try here.vault(["gc", "vault", "--now"]).status == 0)
        #expect(try here.vault(["verify", "vault"]).errors.hasSuffix("nothing wrong\n"))
        // What was written for nothing is gone.
        let size = try here.shell("du -sk vault | cut -f1").text.trimmingCharacters(in: .newlines)
        #expect(try #require(Int(size)) < 10_000, "\(size)")
    }

    @Test func ofTwoPutsOneWins() throws {
        try here.write(
            """
            import subprocess, sys
            def put(text, name):
                process = subprocess.Popen([sys.argv[1], "put", "vault", "-", "--as", name], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
                process.stdin.write(text)
                return process
            for name in ("one", "two", "three", "four", "five"):
                both = [put(text, name) for text in (b"A", b"B")]
                for process in both: process.stdin.close()
                errors = [process.stderr.read().decode() for process in both]
                ends = [process.wait() for process in both]
                told = subprocess.run([sys.argv[1], "cat", "vault", name], stdout=subprocess.PIPE).stdout
                lost = ends.index(1)
                print(sorted(ends), told == b"AB"[1 - lost:2 - lost], errors[1 - lost] == "", errors[lost].splitlines()[0])
            """, to: "race.py")
        let run = try here.shell("python3 race.py \"$TOOL\"")
        let expected = ["one", "two", "three", "four", "five"].map {
            "[0, 1] True True secr-vault: error: '/\($0)': is there already\n"
        }
        #expect(run.text == expected.joined(), "\(run.text) \(run.errors)")
    }

    @Test(.enabled(if: Run.isRoot, "it takes the right to be somebody else"))
    func itNeedsNoPrivileges() throws {
        let run = try here.shell(
            """
            as() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
            mkdir own own/run; echo 1 > own/file; cp passphrase own; chown -R 65534:65534 own; chmod 755 .; cd own
            export XDG_STATE_HOME=$PWD/state XDG_RUNTIME_DIR=$PWD/run HOME=$PWD
            as "$TOOL" init vault -q --passphrase-file passphrase && as "$TOOL" unlock vault --passphrase-file passphrase
            as "$TOOL" put vault file && as "$TOOL" get vault file -o back && cat back && as "$TOOL" verify vault -q
            as "$TOOL" audit vault -q > /dev/null; echo $?
            chown -R 0:0 vault; as "$TOOL" put vault file; echo $?; chown -R 65534:65534 vault
            chmod -R a-w vault; as "$TOOL" ls vault; as "$TOOL" put vault file --as other; echo $?; as "$TOOL" lock vault
            """)
        #expect(run.text == "1\n0\n1\nfile\n1\n", "\(run.text) \(run.errors)")
        #expect(run.errors.contains("'vault/secr-vault': can't open: permission denied"), "\(run.errors)")
        #expect(!run.errors.contains("internal error"), "\(run.errors)")
    }

    /// Where files have no other names and dates are coarse, as on sticks.
    @Test(arguments: ["vfat", "exfat"]) func sticks(kind: String) throws {
        let run = try here.shell(
            """
            command -v mkfs.\(kind) > /dev/null && truncate -s 64M image && mkfs.\(kind) image > /dev/null 2>&1 && mkdir disk &&
            mount -o loop image disk 2> /dev/null || exit 77
            trap 'sv lock disk/vault; umount disk' EXIT
            sv init disk/vault -q --passphrase-file passphrase && sv unlock disk/vault --passphrase-file passphrase
            head -c 300000 /dev/urandom > large; sv put disk/vault large passphrase -q; sv get disk/vault large -o back && cmp large back
            sv rm disk/vault passphrase; sv ls disk/vault; sv compact disk/vault -q; sv gc disk/vault --now -q; sv verify disk/vault -q; echo $?
            """)
        if run.status == 77 { try Test.cancel("vfat can't be mounted here") }
        #expect(run.text == "large\n0\n" && run.errors == "", "\(run.errors)")
    }
}
