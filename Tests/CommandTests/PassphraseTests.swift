import Foundation
import SecrTestSupport
import Testing

/// The ways in which a passphrase or a key file comes in, and what others can see of them. An opening by passphrase costs
/// most of a second, so there is one for each way.
@Suite struct PassphraseTests {
    let here: VaultFolder
    static let plaintext = VaultFolder.plaintext
    static let passphrase = VaultFolder.passphrase

    init() throws { here = try VaultFolder() }

    /// The same passphrase, whichever way it comes and however its line ends.
    @Test func everyWayInLeadsToTheSamePassphrase() throws {
        #expect(try here.vault(["seal", "--passphrase-file", "passphrase", "file"]).status == 0)
        try here.folder.write(Array((Self.passphrase + "\r\n").utf8), to: "credentials/vault")
        try here.folder.write(Array(Self.passphrase.utf8), to: "no-newline")
        let open = "\"$TOOL\" open -o - file.secr"
        for script in [
            "\(open) --passphrase-fd 0 < passphrase", "\(open) --passphrase-fd 7 7< no-newline",
            "\(open) --passphrase-command 'cat passphrase'",
            "CREDENTIALS_DIRECTORY=$PWD/credentials \(open) --passphrase-credential vault",
            "mkfifo pipe; (sleep 0.3; cat passphrase > pipe) & \(open) --passphrase-file pipe",
        ] {
            let run = try here.shell(script)
            #expect(run.status == 0 && run.output == Self.plaintext, "\(script): \(run.errors)")
        }
        let wrong = try here.vault(
            ["open", "-o", "-", "--passphrase-fd", "0", "file.secr"], input: Array("hunter3".utf8))
        #expect(wrong.status == 12 && wrong.output.isEmpty)
        #expect(wrong.errors.hasPrefix("secr-vault: error: 'file.secr': wrong passphrase or key"))
    }

    @Test func bothNeedBoth() throws {
        let both = ["--key-file", "key", "--passphrase-file", "passphrase"]
        #expect(try here.vault(["seal"] + both + ["file"]).status == 0)
        #expect(try here.folder.bytes("file.secr")[9] == 3)
        #expect(try here.vault(["open", "-o", "-"] + both + ["file.secr"]).output == Self.plaintext)
        let lacking = try here.vault(["open", "-o", "-", "--passphrase-file", "passphrase", "file.secr"])
        #expect(lacking.status == 12 && lacking.errors.contains("sealed with a key file"))
        #expect(lacking.errors.contains("secr-vault: hint: --key-file names it"))
        let other = ["--key-file", "other-key", "--passphrase-file", "passphrase"]
        #expect(try here.vault(["open", "-o", "-"] + other + ["file.secr"]).status == 12)
    }

    /// What is no passphrase, and what is said of it.
    @Test(arguments: [
        ("", "the passphrase is empty"), ("\n", "the passphrase is empty"), ("\r\n", "the passphrase is empty"),
        ("a\nb", "one line; there are more"), ("a\n\n", "one line; there are more"),
        (String(repeating: "x", count: 4_097), "it is too long"), (String(repeating: "x", count: 9_000), "too large"),
    ])
    func whatIsNoPassphraseIsRefused(text: String, message: String) throws {
        try here.folder.write(Array(text.utf8), to: "text")
        for options in [
            ["--passphrase-file", "text"], ["--passphrase-fd", "0"], ["--passphrase-command", "cat text"],
        ] {
            let run = try here.vault(["seal"] + options + ["file"], input: Array(text.utf8))
            #expect(run.status == 1 && run.errors.contains(message), "\(options): \(run.errors)")
            #expect(try !here.names.contains("file.secr"))
        }
    }

    @Test func waysThatAreClosedAreExplained() throws {
        for (options, message, status) in [
            (["--passphrase-fd", "9"], "bad file descriptor", 1 as Int32),
            (["--passphrase-command", "exit 3"], "the command that should print the passphrase failed", 1),
            (["--passphrase-command", "echo a; exit 3"], "the command that should print the passphrase failed", 1),
            (["--passphrase-command", "yes"], "file too large", 1),
            (["--passphrase-credential", "vault"], "$CREDENTIALS_DIRECTORY is not set", 1),
            (["--passphrase-file", "nothing"], "no such file or directory", 10),
        ] {
            let run = try here.vault(["seal"] + options + ["file"])
            #expect(run.status == status && run.errors.contains(message), "\(options): \(run.errors)")
            #expect(try !here.names.contains("file.secr"))
        }
        let asked = try here.shell("setsid -w \"$TOOL\" seal file < /dev/null; echo $?")
        #expect(asked.text == "1\n" && asked.errors.contains("there is no terminal to ask for the passphrase"))
    }

    /// A command that reads would take a part of the file; the sealed rest would look whole.
    @Test func aCommandTakesNothingOfThePipe() throws {
        let run = try here.shell(
            """
            cat file | "$TOOL" seal --key-file key --passphrase-command 'head -c 1000 >/dev/null; cat passphrase' - > s
            stat -c %s s
            """)
        #expect(run.text == "\(112 + 32 + Self.plaintext.count)\n")
    }

    // MARK: Terminals

    @Test(.enabled(if: Run.isInstalled("python3"))) func aTerminalIsAskedTwiceAndShowsNothing() throws {
        let typed = "type:\(Self.passphrase)\\n"
        let seal = try here.onTerminal(
            ["expect:Passphrase: ", "echo", typed, "expect:Once more: ", "echo", typed], ["seal", "file"])
        #expect(seal.status == 0)
        #expect(seal.echo == [false, false, true])
        #expect(seal.shown == "Passphrase: \r\nOnce more: \r\n")
        let open = try here.onTerminal(
            ["expect:Passphrase: ", "echo", typed], ["open", "-o", "back", "file.secr"])
        #expect(open.status == 0 && open.echo == [false, true] && open.shown == "Passphrase: \r\n")
        #expect(try here.folder.bytes("back") == Self.plaintext)
    }

    /// The terminal is asked whatever the standard streams are.
    @Test(.enabled(if: Run.isInstalled("python3"))) func pipesLeaveTheTerminalForThePassphrase() throws {
        let player = Repository.file("Tests/CommandTests/terminal.py").path
        let run = try Run.program(
            "python3",
            [
                player, "expect:Passphrase: ", "type:a\\n", "expect:Once more: ", "type:b\\n", "--", "sh", "-c",
                "cat file | \"$TOOL\" seal --key-file key --ask-passphrase - > out 2> errors; echo \"status $?\"",
            ], in: here.folder.path, environment: ["TOOL": Run.vault])
        #expect(run.text.contains("status 1"), "\(run.text)\(run.errors)")
        #expect(try here.folder.bytes("out") == [])
        let errors = String(decoding: try here.folder.bytes("errors"), as: UTF8.self)
        #expect(errors == "secr-vault: error: the two passphrases are not the same\n")
    }

    @Test(
        .enabled(if: Run.isInstalled("python3")),
        arguments: [
            (["expect:Passphrase: ", "type:\\n"], 1, "the passphrase is empty"),
            (["expect:Passphrase: ", "type:\\x04"], 1, "the passphrase is empty"),
            (["expect:Passphrase: ", "type:a\\n", "expect:Once more: ", "type:b\\n"], 1, "not the same"),
            (["expect:Passphrase: ", "echo", "type:\\x03"], 130, "Passphrase: "),
            (["expect:Passphrase: ", "type:abc\\x03"], 130, "Passphrase: "),
            (["expect:Passphrase: ", "type:a\\n", "expect:Once more: ", "echo", "type:\\x03"], 130, "Passphrase: "),
        ])
    func aTerminalIsLeftAsItWas(steps: [String], status: Int32, message: String) throws {
        let session = try here.onTerminal(steps, ["seal", "file"])
        #expect(session.status == status)
        #expect(session.shown.contains(message) && !session.shown.contains("abc"))
        #expect(session.echo.last == true && session.echo.dropLast().allSatisfy { !$0 })
        #expect(try !here.names.contains("file.secr"))
    }

    @Test(.enabled(if: Run.isInstalled("python3"))) func interruptingTheCommandInterruptsTheTool() throws {
        let session = try here.onTerminal(
            ["expect:ready", "type:\\x03"],
            ["seal", "--passphrase-command", "echo ready >/dev/tty; sleep 20; echo x", "file"])
        #expect(session.status == 130)
    }

    @Test(.enabled(if: Run.isInstalled("python3"))) func whatIsSealedIsNotForATerminal() throws {
        let session = try here.onTerminal([], ["seal", "--key-file", "key", "-o", "-", "file"])
        #expect(session.status == 64 && session.shown.contains("not for a terminal"))
    }

    // MARK: What others see

    /// As a user without rights, where the process is not dumpable and its files in `/proc` belong to root.
    @Test(.enabled(if: !Run.isRoot || Run.isInstalled("setpriv"))) func memoryIsClosedToOthersAndFilesStillAppear()
        throws
    {
        let drop = Run.isRoot ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : ""
        let run = try here.shell(
            """
            mkdir open && chmod 777 open && cp file key open && chmod 644 open/* && cp "$TOOL" open/tool && cd open || exit
            mkfifo -m 666 pipe; sleep 5 > pipe & feeder=$!
            \(drop) ./tool seal --key-file key -o out - < pipe & child=$!
            sleep 0.4; grep -c '^Max core file size *0 *0 ' /proc/$child/limits; stat -c %u /proc/$child/maps
            tr '\\0' ' ' < /proc/$child/cmdline; echo; kill $feeder; wait $child; echo $?
            \(drop) ./tool seal --key-file key file && \(drop) ./tool open --key-file key -o back file.secr; echo $?; cmp file back
            \(drop) ./tool open --force --key-file key -o back file.secr; echo $?; ls -A
            """)
        #expect(
            run.text == """
                1
                0
                ./tool seal --key-file key -o out - \n0
                0
                0
                back
                file
                file.secr
                key
                out
                pipe
                tool

                """, "\(run.errors)")
    }
}
