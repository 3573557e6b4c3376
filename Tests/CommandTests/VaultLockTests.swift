import Foundation
import SecrTestSupport
import Testing

/// `unlock` and `lock`, with the kernel's keyring and with an agent in its place.
@Suite struct VaultLockTests {
    static let noTerminal = "there is no terminal to ask for the passphrase\nsecr-vault: hint: --passphrase-file, "

    /// The tool where the kernel has no keyring, on a vault of its own.
    static let agentScript = #"""
        nk() { /usr/bin/python3 "$LAUNCHER" keyring "$TOOL" "$@" < /dev/null; }
        agents() { for p in /proc/[0-9]*; do cat $p/cmdline | tr '\0' ' ' | grep -q "socket=$XDG_RUNTIME_DIR/" && basename $p; done 2> /dev/null; }
        gone() { for i in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(agents)" ] && [ -z "$(ls run/secr)" ] && echo gone && return; sleep 0.2; done; echo stays; }
        """#

    static let canRefuseKeyrings =
        (try? Run.program("/usr/bin/python3", [launcher, "keyring", "true"]))?.status == 0
    static let launcher = Repository.file("Tests/CommandTests/without.py").path

    @Test func unlockedIsUnlockedUntilItIsLocked() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try here.shell(
            """
            exec < /dev/null; sv mkdir vault x; setsid -w "$TOOL" ls vault; sv lock vault; setsid -w "$TOOL" ls vault; echo $?; sv lock vault; echo $?
            sv unlock vault --for 2s --passphrase-file passphrase; setsid -w "$TOOL" ls vault; sleep 2.2; setsid -w "$TOOL" ls vault; echo $?
            """)
        #expect(run.text == "x\n1\n0\nx\n1\n")
        #expect(run.errors.matches(of: #/there is no terminal/#).count == 2)
        #expect(run.errors.hasPrefix("secr-vault: error: " + Self.noTerminal), "\(run.errors)")
    }

    @Test(arguments: ["0s", "15", "25h", "1441m", "86401s", "-1s", "1d", "", "s", "1.5h", "99999999999999999999s"])
    func timesThatMakeNoSense(time: String) throws {
        let here = try SampleVault(ofItsOwn: false)
        try here.fails(
            64, "--for takes a time such as 15m\nsecr-vault: hint: s, m or h behind a number; 24h at most\n", "unlock",
            "vault", "--for=\(time)",
            "--passphrase-file", "passphrase")
    }

    /// A wrong one is told, and neither remembered nor taken for another's.
    @Test func wrongKeysAreWrong() throws {
        let here = try SampleVault(ofItsOwn: true)
        try here.write("open barley\n", to: "wrong")
        try here.folder.write([UInt8](repeating: 7, count: 64), to: "key")
        try here.quietly("lock", "vault")
        for options in [
            ["--passphrase-file", "wrong"], ["--key-file", "key"],
            ["--key-file", "key", "--passphrase-file", "passphrase"],
        ] {
            let run = try here.vault(["unlock", "vault"] + options)
            #expect(
                run.status == 12 && run.errors == "secr-vault: error: 'vault': wrong passphrase or key\n", "\(options)")
        }
        let run = try here.shell("setsid -w \"$TOOL\" ls vault < /dev/null; echo $?")
        #expect(run.text == "1\n")
    }

    /// Whatever a vault's folder is called, the keys belong to it.
    @Test func aMovedVaultIsTheSame() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try here.shell(
            "mv vault elsewhere; sv ls elsewhere; echo $?; sv lock elsewhere; sv ls vault; echo $?")
        #expect(run.text == "0\n10\n")
        #expect(
            run.errors
                == "secr-vault: error: 'vault': there is no vault\nsecr-vault: hint: 'secr-vault init' makes one\n")
    }

    @Test(.enabled(if: canRefuseKeyrings, "system calls can't be refused here"))
    func withoutAKeyringAnAgentKeepsThem() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try Run.shell(
            Self.agentScript + """

                "$TOOL" lock vault; "$TOOL" unlock vault --passphrase-file passphrase && "$TOOL" lock vault
                mkdir sub; cd sub; nk unlock ../vault --for 60s --passphrase-file ../passphrase || exit 1; cd ..
                nk mkdir vault x; nk ls vault; stat -c %a run/secr run/secr/*; p=$(agents); readlink /proc/$p/cwd
                stat -c %u /proc/$p/environ; grep -c . /proc/$p/maps; awk '/VmLck/ { print ($2 > 0) }' /proc/$p/status
                "$TOOL" ls vault; for i in 1 2 3; do nk unlock vault --for 60s --passphrase-file passphrase; nk ls vault; agents | wc -l; done
                nk lock vault; echo $?; nk lock vault; echo $?; gone; nk ls vault; echo $?
                nk unlock vault --for 60s --passphrase-file passphrase; kill $(agents); gone
                nk unlock vault --for 2s --passphrase-file passphrase; nk ls vault; sleep 2; gone
                """, in: here.folder.path, here.environment.merging(["LAUNCHER": Self.launcher]) { $1 })
        let lines = run.text.split(separator: "\n")
        #expect(lines.prefix(4) == ["x", "700", "600", "/"], "\(run.text) \(run.errors)")
        // The vault that is unlocked again has one agent, with the keys.
        let rest = lines.dropFirst(6).joined(separator: " ")
        #expect(rest == "1 x x 1 x 1 x 1 0 0 gone 1 gone x gone", "\(run.text)")
        #expect(run.errors.hasPrefix("secr-vault: error: " + Self.noTerminal), "\(run.errors)")
    }

    /// Neither through the socket nor through what the system shows of a process.
    @Test(.enabled(if: canRefuseKeyrings && Run.isRoot, "it takes the right to be somebody else"))
    func othersGetNothingFromAnAgent() throws {
        let here = try SampleVault(ofItsOwn: true)
        try here.quietly("lock", "vault")
        try here.write(
            """
            import socket, sys
            s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1])
            try:
                s.send(sys.argv[2].encode()); print(len(s.recv(100)))
            except OSError:
                print(0)
            """, to: "client.py")
        let run = try Run.shell(
            Self.agentScript + """

                as() { user=$1; shift; setpriv --reuid=$user --regid=$user --clear-groups -- "$@"; }
                nk unlock vault --for 60s --passphrase-file passphrase; chmod 755 .
                as 65534 ls run/secr 2>&1 | grep -c denied; chmod 755 run run/secr; chmod 666 run/secr/*
                /usr/bin/python3 client.py run/secr/* R; as 65534 /usr/bin/python3 client.py run/secr/* R; as 65534 /usr/bin/python3 client.py run/secr/* S
                /usr/bin/python3 client.py run/secr/* X; agents | wc -l; nk ls vault; nk lock vault; gone
                chown -R 65534 vault state run passphrase; chmod -R go-rwx run
                as 65534 /usr/bin/python3 "$LAUNCHER" keyring "$TOOL" unlock vault --for 30s --passphrase-file passphrase; p=$(agents)
                stat -c %u /proc/$p/environ; as 65534 cat /proc/$p/mem 2>&1 | grep -c denied
                as 65534 /usr/bin/python3 "$LAUNCHER" keyring "$TOOL" lock vault; gone
                """, in: here.folder.path, here.environment.merging(["LAUNCHER": Self.launcher]) { $1 })
        let lines = run.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "1" && lines.dropFirst().first.flatMap(Int.init) ?? 0 >= 32, "\(run.text) \(run.errors)")
        #expect(lines.dropFirst(2) == ["0", "0", "0", "1", "gone", "0", "1", "gone"], "\(run.text)")
        #expect(run.errors == "", "\(run.errors)")
    }
}
