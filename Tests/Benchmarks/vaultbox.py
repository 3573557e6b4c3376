"""A vault for measurements, unlocked, and what measuring takes."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True


class Box:
    """Makes `vault` in the current folder. What the device remembers goes into `state`, and both are renewed together."""

    def __init__(self, tool):
        self.tool = tool
        Path("run").mkdir(mode=0o700)
        os.environ.update(XDG_STATE_HOME=os.path.abspath("state"), XDG_RUNTIME_DIR=os.path.abspath("run"))
        Path("passphrase").write_text("for measurements\n")
        self.run("init", "vault", "-q", "--passphrase-file", "passphrase")
        self.run("unlock", "vault", "--for", "6h", "--passphrase-file", "passphrase")
        shutil.copytree("vault", "empty-vault")
        shutil.copytree("state", "empty-state")

    def run(self, *arguments, **options):
        return subprocess.run([self.tool, *arguments], check=True, **options)

    def renew(self):
        """An empty vault, with the keys that are unlocked."""
        restore("empty", "vault", "state")

    def lock(self):
        if not Path("vault/secr-vault").exists():
            self.renew()
        self.run("lock", "vault")


def restore(kind, *names):
    """Puts copies of `KIND-NAME` in the place of each name."""
    for name in names:
        shutil.rmtree(name, ignore_errors=True)
        subprocess.run(["cp", "-a", f"{kind}-{name}", name], check=True)


def measured(command):
    """Seconds that a command of the shell takes, and the most MiB that one of its processes held."""
    start = time.perf_counter()
    process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command}: {errors.decode(errors='replace')}"
    return seconds, usage.ru_maxrss / 1_024


def show(title, times, unit):
    print(f"\n{title}")
    for name, value in times.items():
        print(f"  {name:<32}{value * 1000:9.1f} ms   {value / times[unit]:7.2f} x {unit}")
    sys.stdout.flush()


def bar(text, value, limit):
    met = value <= limit
    print(f"  {'met   ' if met else 'MISSED'} {text}: {value:.2f}, at most {limit}", flush=True)
    return met
