import Foundation
import SecrTestSupport
import Testing

/// `mount` and `unmount`.
@Suite(.enabled(if: Machine.canMount)) struct VaultMountTests {
    let here: SampleVault
    static let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 9) }

    init() throws {
        here = try SampleVault()
        let made = try here.shell(
            """
            mkdir -p tree/folder tree/empty m && ln -s ../large tree/folder/link && printf small > tree/small
            chmod 640 tree/small && touch -d @1000000000.123456789 tree/small
            i=0; while [ $i -lt 3000 ]; do echo $i > tree/folder/file-$i; i=$((i + 1)); done
            """)
        try #require(made.status == 0, "\(made.errors)")
        try here.folder.write(Self.bytes, to: "tree/large")
        let put = try here.shell("cd tree && sv put -q -r ../vault * --to /")
        try #require(put.status == 0, "\(put.errors)")
    }

    /// Runs a script while the vault is mounted at `m`.
    private func mounted(_ script: String, _ options: String = "") throws -> Run {
        try here.shell(
            """
            sv mount --read-only \(options) vault m || exit 99
            ( \(script)
            )
            status=$?
            sv unmount m || exit 98
            exit $status
            """)
    }

    @Test func programsSeeWhatIsThere() throws {
        let run = try mounted("diff -r tree m && cmp tree/large m/large && rmdir m/empty")
        #expect(run.status == 1 && run.errors.contains("Read-only file system"), "\(run.text)\(run.errors)")
        let list = try mounted("cd m; find . | sort; cd ../tree; find . | sort >&2")
        #expect(list.status == 0 && list.text == list.errors && list.text.split(separator: "\n").count > 3_000)
    }

    @Test func attributesAreThose() throws {
        let run = try mounted(
            "cd m; stat -c '%a %s %h %.9Y' small; readlink folder/link; stat -c %F empty")
        #expect(
            run.text == """
                640 5 1 1000000000.123456789
                ../large
                directory

                """, "\(run.errors)")
    }

    @Test func anyPartCanBeRead() throws {
        let run = try mounted(
            """
            for start in 0 1 65535 65536 131071 2097152 4999990 5000000 7000000; do
                for size in 1 10 70000 300000; do
                    tail -c +$((start + 1)) tree/large | head -c $size | cksum
                    dd if=m/large bs=1M iflag=skip_bytes,count_bytes skip=$start count=$size status=none | cksum >&2
                done
            done
            """)
        #expect(run.status == 0 && run.text == run.errors)
    }

    @Test func nothingCanBeChanged() throws {
        for command in [
            "echo x > m/new", "echo x >> m/small", "rm m/small", "mkdir m/other", "mv m/small m/other",
            "chmod 600 m/small",
            "ln m/small m/other", "ln -s x m/other", "touch m/small", "setfattr -n user.a -v b m/small",
        ] {
            let run = try mounted(command)
            #expect(run.status != 0, "\(command)")
        }
    }

    /// What another command does meanwhile is seen.
    @Test func changesOfOthersAppear() throws {
        let run = try mounted(
            """
            cat m/small; printf other > small; sv put -f vault small; sv rm vault large; sleep 1.5; cat m/small
            test ! -e m/large
            """)
        #expect(run.status == 0 && run.text == "smallother", "\(run.errors)")
    }

    /// A file that was opened stays what it was, though it is removed and cleared away.
    @Test func openFilesStay() throws {
        let run = try mounted(
            "exec 3< m/large; head -c 100000 <&3 >/dev/null; sv rm vault large; sv gc vault >/dev/null; cat <&3 | wc -c"
        )
        #expect(run.status == 0 && Int(run.text.filter(\.isNumber)) ?? 0 > 4_000_000, "\(run.text) \(run.errors)")
    }

    @Test func theFolderHasToBeFit() throws {
        try here.write("x", to: "file")
        try here.fails(
            10, "'\(here.folder.path)/none': there is no such folder", "mount", "--read-only", "vault", "none")
        try here.fails(1, "'\(here.folder.path)/file': it is not a folder", "mount", "--read-only", "vault", "file")
        try here.fails(
            1, "'\(here.folder.path)/tree': the folder is not empty", "mount", "--read-only", "vault", "tree")
        for folder in ["vault", "."] {
            let run = try here.vault(["mount", "--read-only", "vault", folder])
            #expect(run.status == 1 && run.errors.contains("the vault itself lies there"))
        }
        try here.fails(1, "'\(here.folder.path)/m': it can't be unmounted", "unmount", "m")
        try here.fails(64, "--idle takes a time", "mount", "--read-only", "--idle=x", "vault", "m")
    }

    @Test func itGoesWhenNobodyUsesIt() throws {
        let run = try here.shell(
            """
            sv mount --read-only --idle 1s vault m && test -e m/small || exit 1
            sh -c 'cd m; exec sleep 3' & sleep 2.5
            test -e m/small || exit 2
            wait; sleep 2.5
            test ! -e m/small || exit 3
            """)
        #expect(run.status == 0, "\(run.status) \(run.errors)")
    }

    @Test(arguments: ["INT", "TERM", "HUP"]) func signalsEndIt(signal: String) throws {
        let run = try here.shell(
            """
            setsid env --default-signal=INT,TERM,HUP "$TOOL" mount --read-only --foreground vault m & sleep 0.2
            i=0; while [ ! -e m/small ]; do sleep 0.1; i=$((i + 1)); [ $i -lt 100 ] || exit 1; done
            kill -\(signal) $!; wait $!; echo $?
            test ! -e m/small || exit 3
            """)
        #expect(run.status == 0, "\(run.errors)")
    }

    /// The wrong passphrase is told by the half that stays in front, and nothing is mounted.
    @Test func failuresReachTheTerminal() throws {
        let own = try SampleVault(ofItsOwn: false)
        #expect(try own.vault(["init", "vault", "--passphrase-file", "passphrase"]).status == 0)
        try own.write("wrong\n", to: "wrong")
        _ = try own.shell("mkdir m")
        let run = try own.vault(["mount", "--read-only", "--passphrase-file", "wrong", "vault", "m"])
        #expect(run.status == 12 && run.errors.contains("error"))
        #expect(try own.vault(["unmount", "m"]).status == 1)
    }
}

enum Machine {
    /// Whether this machine lets this user mount anything.
    static let canMount: Bool = {
        let device = open("/dev/fuse", O_RDWR | O_CLOEXEC)
        if device >= 0 { close(device) }
        return device >= 0 && Run.isInstalled("fusermount3")
    }()
}
