"""Where a cluster lives: mount, network and process namespaces, cgroups and a folder of its own.

All its processes are in one process namespace, so that killing the first ends every one of them, whoever does it.
Sysctls that belong to the whole machine are covered by files in the mount namespace: a kubelet that sets them
changes nothing outside.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.demo.engine import Missing

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FOLDERS = Path("/tmp")  # noqa: S108 (whatever TMPDIR says: /var and /run are covered inside)
_PREFIX, _TRACE = "cdebug-cluster-", "trace.json"
_CGROUPS = Path("/sys/fs/cgroup")
_COVERED = {  # what a kubelet wants of the machine, and finds
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxbytes": "25000000",
    "kernel/keys/root_maxkeys": "1000000",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "fs/inotify/max_user_instances": "8192",
    "fs/inotify/max_user_watches": "1048576",
}


@dataclass(frozen=True)
class Trace:
    """All that has to be known to end a cluster, by whichever process."""

    id: str
    root: str
    first: int = 0  # the process namespace's first process, as the machine numbers it
    born: str = ""  # its start time, lest a later process of the same number be killed

    @property
    def link(self) -> str:
        """The machine's end of the veth pair."""
        return f"cdk{self.id}"

    @property
    def cgroup(self) -> str:
        """The parent of every pod's cgroup, in each hierarchy."""
        return f"/cdebug-{self.id}"

    def save(self, path: Path) -> None:
        """Write it for another process."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)))

    @staticmethod
    def load(path: Path) -> Trace:
        """Read what `save` wrote. Raises OSError, ValueError or TypeError.

        It names a folder to remove: what another user wrote is refused.
        """
        if path.lstat().st_uid != os.geteuid():
            raise PermissionError(f"{path} belongs to another user")
        return Trace(**json.loads(path.read_text()))

    def alive(self) -> bool:
        """Whether its first process still runs."""
        return self.first > 0 and _born(self.first) == self.born != ""


class Space:
    """The namespaces, entered. `address` is the node's, reachable from this machine alone."""

    def __init__(self, first: Path, *, stays: bool) -> None:
        """`first`: the program that is the first process: it reaps. `stays`: beyond this process. Raises Missing."""
        _sweep()
        self.root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_FOLDERS))
        self.trace = Trace(secrets.token_hex(3), str(self.root))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._unshare(first, stays)
            self.trace.save(self.root / _TRACE)
            self._mounts()
            self._cgroups()
            self._network()
        except subprocess.CalledProcessError as error:
            self.end()
            raise Missing(f"`{' '.join(error.cmd[-6:])}` failed: {_text(error.stderr).strip()[-300:]}") from error
        except OSError as error:
            self.end()
            raise Missing(f"no namespaces, cgroups and links of one's own here: {error}") from error
        except BaseException:
            self.end()
            raise

    def _unshare(self, first: Path, stays: bool) -> None:
        command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", str(first)]
        # a pipe that closes when this process is gone, however it goes
        source, command = (subprocess.DEVNULL, command) if stays else (subprocess.PIPE, [*command, "while-stdin"])
        with (self.root / "unshare.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=source, stdout=log, stderr=log, env={"PATH": PATH}, start_new_session=True
            )
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for _ in range(200):
            for pid in children.read_text().split() if self._process.poll() is None else ():
                with contextlib.suppress(OSError):
                    if Path(f"/proc/{pid}/comm").read_text().strip() == first.name[:15]:
                        self.trace = Trace(self.trace.id, str(self.root), int(pid), _born(int(pid)))
                        return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise Missing(f"no namespaces of one's own here: {(self.root / 'unshare.log').read_text()[-300:]}")

    def _mounts(self) -> None:
        """Folders of one's own over those that servers write to, and files over the machine's sysctls."""
        for folder in ("var/lib/kubelet", "var/lib/cni", "var/log", "var/tmp", "sysctl"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "var/run").symlink_to("/run")
        self.run("mount", "--make-rshared", "/")  # among the cluster's own: volumes reach containers
        self.run("mount", "--bind", f"{self.root}/var", "/var")
        self.run("mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run")
        for name, value in _COVERED.items():
            if Path(f"/proc/sys/{name}").exists():
                cover = self.root / "sysctl" / name.replace("/", ".")
                cover.write_text(f"{value}\n")
                self.run("mount", "--bind", str(cover), f"/proc/sys/{name}")

    def _cgroups(self) -> None:
        for top in _tops():
            parent = top / self.trace.cgroup.lstrip("/")
            parent.mkdir()
            for name in ("cpuset.cpus", "cpuset.mems"):  # version 1 starts them empty, and then takes no process
                if (top / name).exists() and not (parent / name).read_text().strip():
                    (parent / name).write_text((top / name).read_text())
        if _tops() == [_CGROUPS]:  # version 2 gives a child what its parent passes on
            for controller in (_CGROUPS / "cgroup.controllers").read_text().split():
                with contextlib.suppress(OSError):
                    (_CGROUPS / "cgroup.subtree_control").write_text(f"+{controller}")

    def _network(self) -> None:
        with contextlib.suppress(OSError):  # a kernel without modules has no modprobe
            subprocess.run(["modprobe", "-q", "br_netfilter"], check=False, capture_output=True, env={"PATH": PATH})
        subnet = _free_subnet()
        self.gateway, self.address = str(subnet[1]), str(subnet[2])
        link = self.trace.link
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(self.trace.first))
        _ip("addr", "add", f"{self.gateway}/24", "dev", link)
        _ip("link", "set", link, "up")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "addr", "add", f"{self.address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        settings = {"net/ipv4/ip_forward": "1", "net/bridge/bridge-nf-call-iptables": "1"}
        for name, value in settings.items():  # these two are each network namespace's own
            self.run("sh", "-c", f"[ ! -e /proc/sys/{name} ] || echo {value} > /proc/sys/{name}")

    def run(self, *command: str) -> str:
        """Run a program inside to its end; what it printed. Raises subprocess.CalledProcessError."""
        done = subprocess.run(self._enter(command), check=True, capture_output=True, env=self._environment())
        return done.stdout.decode(errors="replace")

    def start(self, log: Path, *command: str) -> int:
        """Start a program inside that goes on; its number as counted inside.

        It becomes the first process's child, which reaps it: a cluster outlives who started it.
        """
        script = 'log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!'
        return int(self.run("sh", "-c", script, "sh", str(log), *command))

    def running(self, pid: int) -> bool:
        """Whether the process with this number, as counted inside, runs."""
        return _born(pid, Path(f"/proc/{self.trace.first}/root/proc")) != ""

    def kill(self, pid: int, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal; nothing happens where it is gone."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.run("sh", "-c", f"kill -{number.value} {pid}")

    def _enter(self, command: Sequence[str]) -> list[str]:
        return ["nsenter", f"--target={self.trace.first}", "--mount", "--net", "--pid", "--", *command]

    def _environment(self) -> dict[str, str]:
        return {"PATH": PATH, "HOME": str(self.root)}  # no proxy, no credentials of who starts it

    def end(self) -> None:
        """End all of it and remove what it made."""
        end(self.trace)
        if self._process:
            if self._process.stdin:
                self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)


def end(trace: Trace) -> None:
    """Kill a cluster's processes, and remove its link, its cgroups and its folder. What is gone is passed over."""
    if trace.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(trace.first, signal.SIGKILL)
        for _ in range(500):  # it ends after the last process of its namespace
            if not trace.alive():
                break
            time.sleep(0.02)
    with contextlib.suppress(subprocess.CalledProcessError):
        _ip("link", "del", trace.link)
    for top in _tops():
        _remove_cgroup(top / trace.cgroup.lstrip("/"))
    for _ in range(50):  # the mount namespace goes a moment after its last process
        shutil.rmtree(trace.root, ignore_errors=True)
        if not Path(trace.root).exists():
            return
        time.sleep(0.1)


def _sweep() -> None:
    """Remove what clusters left whose starter was killed: their processes ended with it, files and cgroups stay."""
    for path in _FOLDERS.glob(f"{_PREFIX}*/{_TRACE}"):
        with contextlib.suppress(OSError, ValueError, TypeError):
            trace = Trace.load(path)
            if not trace.alive() and Path(trace.root) == path.parent:
                end(trace)


def _remove_cgroup(parent: Path) -> None:
    for _ in range(50):  # a killed process leaves its cgroup a moment later
        if not parent.exists():
            return
        for folder in (*sorted(parent.rglob("*/"), reverse=True), parent):
            with contextlib.suppress(OSError):
                folder.rmdir()
        time.sleep(0.02)


def _tops() -> list[Path]:
    """Each hierarchy of version 1, and version 2's; links of two names to one hierarchy are followed once."""
    if (_CGROUPS / "cgroup.procs").exists():
        return [_CGROUPS]
    return sorted({path.resolve() for path in _CGROUPS.iterdir() if (path / "cgroup.procs").exists()})


def _free_subnet() -> ipaddress.IPv4Network:
    listed = json.loads(_ip("-json", "-4", "addr")) + json.loads(_ip("-json", "-4", "route", "show", "table", "all"))
    taken = []
    for entry in listed:
        words = [f"{one['local']}/{one['prefixlen']}" for one in entry.get("addr_info", ())] + [entry.get("dst", "")]
        for word in words:
            with contextlib.suppress(ValueError):  # `default` and the like
                taken.append(ipaddress.IPv4Network(word, strict=False))
    for _ in range(1000):
        subnet = ipaddress.IPv4Network(f"10.{100 + secrets.randbelow(90)}.{secrets.randbelow(256)}.0/24")
        if not any(subnet.overlaps(other) for other in taken):
            return subnet
    raise Missing("no free 10.x.y.0/24 for a cluster")


def _born(pid: int, proc: Path = Path("/proc")) -> str:
    """A process's start time in clock ticks since boot; empty where it is gone, or dead and not yet reaped."""
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True, env={"PATH": PATH}).stdout


def _text(raw: bytes | str | None) -> str:
    return raw.decode(errors="replace") if isinstance(raw, bytes) else raw or ""
