import Foundation
import SecrTestSupport
import Testing

/// What ends a mount: `lock`, sleep, the service manager.
@Suite(.enabled(if: Machine.canMount)) struct VaultMountLifeTests {
    /// Programs that have files open do not keep a vault from being locked, and nothing that was written is lost.
    @Test func lockTakesItAway() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try here.shell(
            """
            mkdir m other && sv init -q --passphrase-file passphrase second && sv mount --passphrase-file passphrase second other
            sv mount vault m && echo secret > m/file && (cd m && exec sleep 20) & sleep 1; exec 3< m/file
            sv lock vault && echo locked; ls -A m; ls -d other/.; head -c 1 <&3 2> /dev/null || echo nothing
            i=0; while pgrep -f "mount vault m\\$" > /dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done; [ $i -lt 50 ] || echo stays
            kill %1; sv unmount other; sv cat --passphrase-file passphrase vault /file; sv verify -q --passphrase-file passphrase vault
            """)
        #expect(run.text == "locked\nother/.\nnothing\nsecret\n", "\(run.errors)")
    }

    /// Where it could not be stored, it would be lost by locking.
    @Test(.enabled(if: Run.isRoot)) func lockWaitsForTheDisk() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try here.shell(
            """
            mkdir small m && mount -t tmpfs -o size=24m tmpfs small && trap 'umount -l small' EXIT
            cp -a vault small/ && sv mount small/vault m && head -c 3000000 /dev/urandom > m/file && sync m/file
            head -c 30000000 /dev/zero > small/filler; printf more > m/more; head -c 200000 /dev/urandom > m/another
            sv lock small/vault; echo $?; rm small/filler; sv lock small/vault; echo $?
            sv unlock --passphrase-file passphrase small/vault; sv cat small/vault /more; sv lock small/vault
            """)
        #expect(run.text == "1\n0\nmore", "\(run.errors)")
    }

    /// A bus of its own with something on it that talks as the login service does.
    @Test(.enabled(if: Run.isInstalled("dbus-daemon") && hasLoginService)) func sleepLocksIt() throws {
        let here = try SampleVault(ofItsOwn: true)
        let run = try here.shell(
            """
            export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$PWD/bus; mkdir m; manager=org.freedesktop.login1.Manager
            dbus-daemon --session --nofork --address=$DBUS_SYSTEM_BUS_ADDRESS & bus=$!
            trap 'umount -l m 2> /dev/null; kill $bus $login' EXIT
            i=0; while [ ! -S bus ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
            sv mount --lock-on-suspend vault m 2> refusal; echo $?
            /usr/bin/python3 -m dbusmock --system --template logind > log & login=$!
            i=0; until sv mount --lock-on-suspend vault m 2> /dev/null || [ $i -ge 50 ]; do sleep 0.1; i=$((i + 1)); done
            echo secret > m/file; sleep 20 < m/file &
            sleep_soon() { /usr/bin/python3 -c "import dbus
            service = dbus.SystemBus().get_object('org.freedesktop.login1', '/org/freedesktop/login1')
            service.EmitSignal('$manager', 'PrepareForSleep', 'b', [$1], dbus_interface='org.freedesktop.DBus.Mock')"; }
            sleep_soon False; sleep 0.5; cat m/file; sleep_soon True
            i=0; while pgrep -f "suspend vault m\\$" > /dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done; [ $i -lt 50 ] || echo stays
            ls m; setsid -w "$TOOL" ls vault < /dev/null 2> /dev/null; echo $?; sv cat --passphrase-file passphrase vault /file
            grep -o 'Inhibit "sleep".*' log; cat refusal >&2
            """)
        let told = #"Inhibit "sleep" "secr-vault" "a vault has to be locked" "delay""#
        #expect(run.text == "1\nsecret\n1\nsecret\n\(told)\n", "\(run.errors)")
        #expect(run.errors.contains("there is no login service"))
    }

    static let hasLoginService = (try? Run.program("/usr/bin/python3", ["-c", "import dbusmock"]))?.status == 0

    /// The unit means what it says.
    @Test(.enabled(if: Run.isInstalled("systemd-analyze"))) func theUnitIsRight() throws {
        let unit = try Repository.text("Sources/secr-vault/Units/secr-vault@.service")
        let folder = try TemporaryFolder()
        let text = unit.replacingOccurrences(of: "=secr-vault ", with: "=\(Run.vault) ")
        try folder.write(Array(text.utf8), to: "secr-vault@.service")
        let run = try Run.program(
            "systemd-analyze", ["--user", "--man=no", "verify", "secr-vault@.service"], in: folder.path,
            environment: ["XDG_RUNTIME_DIR": folder.path])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    }
}
