import Foundation
import SecrTestSupport
import Testing

/// `init`, and command lines in general.
@Suite struct VaultInitTests {
    let here: SampleVault

    init() throws { here = try SampleVault(ofItsOwn: false) }

    @Test func vaultsAreMadeInNewOrEmptyFolders() throws {
        let made = try here.vault(["init", "vault"] + SampleVault.pass)
        #expect(made.status == 0 && made.output.isEmpty)
        #expect(
            made.errors.contains(
                #/^vault: made; 256 MiB of memory and \d+ passes of Argon2id for each guess at the passphrase\n$/#),
            "\(made.errors)")
        #expect(try here.mode("vault") == 0o700)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: here.folder.file("vault").path).sorted() == [
                "o", "secr-vault", "slots",
            ])
        try here.fails(1, "'vault': is a vault already\n", "init", "vault", "--passphrase-file", "nothing")
        let refused = try here.shell(
            """
            mkdir full hidden; echo x > full/file; touch hidden/.file; mkdir -p o/o/sub s; echo mine > s/slots
            for place in full hidden o s passphrase no/where; do sv init $place --passphrase-file passphrase; echo $?; done
            ls -A full hidden; ls; cat full/file s/slots
            """)
        #expect(
            refused.text.hasPrefix("1\n1\n1\n1\n1\n10\nfull:\nfile\n\nhidden:\n.file\n"),
            "\(refused.text) \(refused.errors)")
        #expect(
            refused.errors.hasPrefix(
                "secr-vault: error: 'full': the folder is not empty\nsecr-vault: hint: a vault needs one of its own\nsecr-vault: error: 'hidden': the folder is not empty\n"
            ), "\(refused.errors)")
        #expect(refused.text.hasSuffix("\nx\nmine\n"))
    }

    /// Before the marker is there, it is no vault, and making one can begin anew.
    @Test func whatWasInterruptedCanBeTriedAgain() throws {
        let run = try here.shell(
            """
            python3 - "$TOOL" <<'END'
            import os, signal, subprocess, sys, time
            for moment in (0.05, 0.4, 0.9):
                process = subprocess.Popen([sys.argv[1], "init", "vault", "-q", "--passphrase-file", "passphrase"])
                time.sleep(moment)
                process.kill()
                process.wait()
                if os.path.exists("vault/secr-vault"): break
            END
            [ -e vault/secr-vault ] || { mkdir -p vault/o/00; head -c 36864 /dev/zero > vault/slots; sv init vault -q --passphrase-file passphrase; echo $?; }
            sv ls vault --passphrase-file passphrase; echo $?
            """)
        #expect(run.text.hasSuffix("0\n") && run.errors == "", "\(run.text) \(run.errors)")
    }

    @Test(arguments: [
        (".dropbox", "Dropbox"), (".stfolder", "Syncthing"), (".sync", "Resilio Sync"),
        (".sync-exclude.lst", "Nextcloud"),
        (".owncloudsync.log", "ownCloud"), (".seafile-data", "Seafile"), (".megaignore", "MEGA"),
    ])
    func synchronisedFoldersAreWarnedOf(mark: String, service: String) throws {
        try here.write("", to: "place/\(mark)")
        // Without a passphrase it ends before anything is made.
        let run = try here.vault(["init", "place/sub/vault", "--passphrase-file", "nothing"])
        #expect(run.status == 10)
        #expect(
            run.errors.hasPrefix(
                "secr-vault: warning: 'place/sub/vault': lies in a folder of \(service), which keeps older copies"),
            "\(run.errors)")
        let elsewhere = try here.vault(["init", "vault", "--passphrase-file", "nothing"])
        #expect(!elsewhere.errors.contains("warning"))
        #expect(
            try !here.vault(["init", "place/sub/vault", "-q", "--passphrase-file", "nothing"]).errors.contains(
                "warning"))
    }

    @Test(.enabled(if: Run.hasTerminals, "there are no terminals"))
    func passphrasesAreAskedForTwice() throws {
        let differ = try here.onTerminal(
            ["expect:Passphrase: ", "echo", "type:one\\n", "expect:Once more: ", "type:two\\n"], ["init", "vault"])
        #expect(differ.status == 1 && differ.shown.contains("the two passphrases are not the same"))
        #expect(differ.echo.first == false && !differ.shown.contains("two\r") && !differ.shown.contains("one\r"))
        #expect(try !here.folder.names.contains("vault"))
        let interrupted = try here.onTerminal(["expect:Passphrase: ", "type:\\x03"], ["init", "vault"])
        #expect(interrupted.status == 130 && interrupted.echo == [true])
        #expect(try !here.folder.names.contains("vault"))
    }

    static let usage = [
        ([], "no command given"), (["frob"], "unknown command 'frob'"), (["ls"], "something is missing"),
        (["put", "vault"], "something is missing"), (["mv", "vault", "a"], "something is missing"),
        (["init", "a", "b"], "too many operands"), (["ls", "vault", "--frob"], "unknown option '--frob'"),
        (["ls", "vault", "-x"], "unknown option '-x'"), (["ls", "vault", "--long=1"], "--long takes no value"),
        (["get", "vault", "a", "--output"], "--output needs a value: FILE"), (["ls", ""], "an empty file name"),
        (["ls", "vault", "--passphrase-fd", "x"], "--passphrase-fd takes a number from 0 on"),
        (
            ["ls", "vault", "--passphrase-fd", "0", "--passphrase-file", "x"],
            "the passphrase can come from one place only"
        ),
        (
            ["put", "vault", "-", "--as", "x", "--passphrase-fd", "0"],
            "standard input can't be both the passphrase and the file"
        ),
    ]

    @Test(arguments: usage) func commandLinesThatMakeNoSense(arguments: [String], message: String) throws {
        let run = try here.vault(arguments)
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(
            run.errors.contains(
                try Regex(
                    "^secr-vault: error: \(NSRegularExpression.escapedPattern(for: message))\nsecr-vault: hint: .*\n$")),
            "\(run.errors)")
        #expect(try here.folder.names == ["passphrase", "run"])
    }

    @Test func eachCommandExplainsItself() throws {
        let help = try here.quietly("--help")
        let names = help.split(separator: "\n").compactMap {
            $0.firstMatch(of: #/^  ([a-z]+)  +\S/#).map { String($0.1) }
        }
        #expect(
            Set([
                "init", "put", "get", "cat", "ls", "tree", "stat", "find", "du", "df", "mkdir", "mv", "cp", "rm",
                "unlock", "lock", "passwd", "slot", "verify", "repair", "gc", "compact", "export", "import", "audit",
                "trust", "seal", "open",
            ]).isSubset(of: names))
        for name in names {
            let text = try here.quietly(name, "--help")
            #expect(text.contains("Usage: secr-vault \(name) "))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 110 }, "\(name)")
        }
    }
}
