import Foundation
import SecrTestSupport
import Testing

/// Programs that change what is in a vault that is mounted.
@Suite(.enabled(if: Machine.canMount)) struct VaultMountWriteTests {
    let here: SampleVault

    init() throws {
        here = try SampleVault()
        _ = try here.shell("mkdir m")
    }

    /// Runs a script while the vault is mounted at `m`, and then looks whether the vault is whole.
    private func mounted(_ script: String) throws -> Run {
        try here.shell(
            """
            sv mount vault m || exit 99
            ( set -e
            \(script)
            )
            status=$?
            sv unmount m || exit 98
            [ $status -eq 0 ] || exit $status
            sv verify -q vault
            """)
    }

    private func succeeds(_ script: String, at location: SourceLocation = #_sourceLocation) throws {
        let run = try mounted(script)
        #expect(run.status == 0, "\(run.status): \(run.text)\(run.errors)", sourceLocation: location)
    }

    @Test func whatIsCopiedThereIsThere() throws {
        let made = try here.shell(
            """
            mkdir -p tree/a/b tree/empty && head -c 3000000 /dev/urandom > tree/large && printf x > tree/small
            ln -s ../large tree/a/link && ln tree/small tree/a/b/other && : > tree/nothing && chmod 4750 tree/small
            i=0; while [ $i -lt 300 ]; do head -c $((i * 37)) tree/large > tree/a/f$i; i=$((i + 1)); done
            touch -d @1000000000.123456789 tree/a/f7 tree/a
            """)
        try #require(made.status == 0, "\(made.errors)")
        try succeeds(
            """
            cp -a tree m/ && diff -r tree m/tree
            list() { cd $1; find . ! -type d -printf '%p %y %m %T@ %l %n\\n' | sort; }
            [ "$(list tree)" = "$(list m/tree)" ]
            [ "$(stat -c %Y m/tree/a)" = 1000000000 ] && [ m/tree/small -ef m/tree/a/b/other ]
            """)
        let read = try here.shell("sv get -q -r vault /tree -o got && diff -r tree got && sv stat vault /tree/a/f7")
        #expect(read.status == 0 && read.text.contains("2001-09-09"), "\(read.text)\(read.errors)")
    }

    @Test func filesAreChangedInPlace() throws {
        try succeeds(
            """
            cd m
            printf 0123456789 > a; printf xx > a; [ "$(cat a)" = xx ]
            printf 0123456789 > a; printf XY | dd of=a bs=1 seek=4 conv=notrunc status=none; [ "$(cat a)" = 0123XY6789 ]
            printf end >> a; truncate -s 8 a; [ "$(cat a)" = 0123XY67 ]
            truncate -s 3000 a; [ "$(stat -c %s a)" = 3000 ]; [ "$(tail -c +9 a | tr -d '\\0' | wc -c)" = 0 ]
            head -c 5000000 /dev/urandom > b; cp b ../b
            head -c 70000 /dev/urandom | tee ../part | dd of=b bs=1k seek=777 conv=notrunc status=none
            dd if=../part of=../b bs=1k seek=777 conv=notrunc status=none; cmp b ../b
            fallocate -p -o 100000 -l 200000 b; dd if=/dev/zero of=../b bs=100000 seek=1 count=2 conv=notrunc status=none
            cmp b ../b; cp --reflink=never b c; cmp c ../b
            sed -i s/0123/abcd/ a; [ "$(head -c 4 a)" = abcd ]
            """)
        #expect(try here.shell("sv get -q vault /b -o - | cmp - b").status == 0)
    }

    @Test func namesComeAndGo() throws {
        try succeeds(
            """
            cd m
            mkdir d e; : > d/f; mv d/f e/g; ! [ -e d/f ]; rmdir d; ! rmdir e 2> /dev/null
            echo 1 > x; echo 2 > y; mv x y; [ "$(cat y)" = 1 ]; mv -n y e/g; [ -e y ]
            exec 3> open; echo before >&3; rm open; echo after >&3; exec 3>&-
            exec 4< y; rm y; [ "$(cat <&4)" = 1 ]; exec 4<&-
            long=$(printf %0256d 0); ! touch $long 2> error; grep -q 'too long' error
            ! mkdir e/g/h 2> /dev/null; ! mv e e/in 2> /dev/null
            """)
        #expect(try here.shell("sv find vault / | sort").text == "/\n/e\n/e/g\n/error\n")
    }

    /// Through pipes and sockets programs talk; `get` has no use for them.
    @Test func programsMeetThere() throws {
        let serve = "import socket; s = socket.socket(socket.AF_UNIX); s.bind('m/d/sock'); s.listen()"
        try succeeds(
            """
            mkdir m/d && printf x > m/d/f && mkfifo -m 640 m/d/pipe && (printf hello > m/d/pipe &) && [ "$(cat m/d/pipe)" = hello ]
            python3 -c "\(serve)" && [ "$(stat -c %F m/d/sock)" = socket ]
            [ "$(stat -c '%F %a' m/d/pipe)" = 'fifo 640' ] && ln m/d/pipe m/d/same && mv m/d/pipe m/d/pipe2 && rm m/d/same
            if [ $(id -u) = 0 ]; then mknod m/d/null c 1 3 && [ "$(stat -c '%F %t %T' m/d/null)" = 'character special file 1 3' ]; fi
            """)
        let listed = try here.shell("sv cp -q -r vault /d /e && sv ls -l vault /e && sv find vault / --kind pipe")
        #expect(listed.text.contains("prw-r-----") && listed.text.contains("srw"), "\(listed.text)\(listed.errors)")
        #expect(listed.text.contains("/e/pipe2") && listed.text.contains("/d/pipe2"))
        let got = try here.shell("sv get -r vault /d -o got; status=$?; ls got; exit $status")
        #expect(
            got.status == 3 && got.text == "f\n" && got.errors.contains("/d/sock': skipped: a socket"), "\(got.errors)")
        let gone = try here.shell("sv mount vault m && rm -r m/d m/e && sv unmount m && sv ls vault")
        #expect(gone.status == 0 && gone.text.isEmpty, "\(gone.text)\(gone.errors)")
    }

    @Test(.enabled(if: Run.isInstalled("setfattr"))) func extendedAttributesStay() throws {
        try succeeds(
            """
            cd m; : > a; setfattr -n user.one -v 1 a; setfattr -n user.two -v 2 a; setfattr -x user.one a
            [ "$(getfattr --only-values -n user.two a)" = 2 ]; ! getfattr -n user.one a 2> /dev/null
            """)
    }

    @Test(.enabled(if: Run.isInstalled("git"))) func gitWorksThere() throws {
        try succeeds(
            """
            export HOME=$PWD
            git init -q m/repository; cd m/repository; git config user.email a@b; git config user.name n
            i=0; while [ $i -lt 200 ]; do echo $i > file-$i; i=$((i + 1)); done
            git add . && git commit -qm one && git gc -q && git fsck 2>&1
            git clone -q . ../clone && diff -r --exclude=.git . ../clone
            """)
    }

    /// Two processes, one database.
    @Test(.enabled(if: Run.isInstalled("sqlite3"))) func databasesWorkThere() throws {
        try succeeds(
            """
            cd m; sqlite3 d 'PRAGMA journal_mode = WAL; CREATE TABLE t (a); CREATE INDEX i ON t (a);' > /dev/null
            insert() {
                for n in $(seq 1 40); do sqlite3 -cmd '.timeout 20000' d "INSERT INTO t VALUES (hex(randomblob(200)))"; done
            }
            insert & insert; wait $!
            [ "$(sqlite3 d 'PRAGMA integrity_check; SELECT count(*) FROM t')" = "ok
            80" ]
            """)
    }

    /// Both this process and others change the vault.
    @Test func othersMayChangeItMeanwhile() throws {
        try succeeds(
            """
            mkdir m/d; i=0
            while [ $i -lt 20 ]; do
                echo $i > m/d/mine-$i; echo $i > theirs-$i; sv put -q vault theirs-$i; i=$((i + 1))
            done
            sv rm -r vault /d || :
            sync m/d/mine-0 2> /dev/null || :
            sleep 1.2; [ "$(ls m | grep -c theirs)" = 20 ]
            """)
        #expect(try here.shell("sv ls vault / | grep -c theirs").text == "20\n")
    }

    /// Without being asked to, it is durable after five seconds, and what was asked for at once.
    @Test func nothingOlderIsLostWhenItIsKilled() throws {
        let run = try here.shell(
            """
            sv mount --foreground vault m & i=0
            while [ ! -e m/small ] && [ $i -lt 50 ] && ! mountpoint -q m; do sleep 0.1; i=$((i + 1)); done
            echo old > m/old; sleep 5; echo synced > m/synced; sync m/synced; echo new > m/new
            kill -KILL $!; wait $!; umount -l m; sv verify -q vault && sv get vault /old -o - && sv get vault /synced -o -
            """)
        #expect(run.text == "old\nsynced\n", "\(run.status) \(run.errors)")
    }

    @Test(.enabled(if: Run.isInstalled("python3"))) func whatWasSyncedSurvives() throws {
        let player = Repository.file("Tests/CommandTests/crash.py").path
        let rounds = Self.isLong ? 1_000 : 8
        let run = try here.shell("python3 '\(player)' \"$TOOL\" vault m \(rounds)")
        #expect(run.status == 0, "\(run.text)\(run.errors)")
    }

    static let isLong = ProcessInfo.processInfo.environment["SECR_LONG_TESTS"] != nil

    /// Many files, which takes minutes.
    @Test(.enabled(if: isLong, "SECR_LONG_TESTS is not set")) func programsOfDailyLifeWorkThere() throws {
        let script = Repository.file("Tests/CommandTests/programs.sh").path
        try succeeds("sh '\(script)' m")
    }

    /// A disk that is full is told to whoever writes, and nothing that was there is lost.
    @Test(.enabled(if: Run.isRoot)) func fullDisksAreTold() throws {
        let run = try here.shell(
            """
            mkdir small && mount -t tmpfs -o size=40m tmpfs small && cp -a vault small/vault || exit 97
            sv mount small/vault m || exit 99
            echo kept > m/kept; sync m/kept
            head -c 100000000 /dev/urandom > m/large 2> error; echo $?
            sync m/large 2>> error; grep -c 'No space left' error
            cat m/kept; rm m/large; sv unmount m 2> /dev/null || umount -l m
            i=0; while pgrep -f "mount small/vault" > /dev/null && [ $i -lt 30 ]; do
                mount -o remount,size=400m small; sleep 0.3; i=$((i + 1)); done
            sv verify -q small/vault; echo $?; sv get small/vault /kept -o -; umount small
            """)
        #expect(run.text.contains("kept\n0\nkept\n") && run.text.hasPrefix("1\n"), "\(run.text)\(run.errors)")
    }
}
