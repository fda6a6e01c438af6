"""A Docker Engine of one's own, from the distribution's package: its own socket, data, bridge and cgroup.

For `make demo` and the tests. It leaves the machine's firewall and other engines alone, and `stop`
removes all that it made.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import docker


class Missing(Exception):
    """What is needed isn't there and can't be installed; the text says what to do."""


def install(*packages: str, program: str) -> None:
    """Install Debian packages where `program`, a name or a file, is missing. Raises Missing where that can't be."""
    if Path(program).is_absolute() and Path(program).exists():
        return
    if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        return
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise Missing(f"{program} is missing: install {' '.join(packages)}, or run this as root on Debian or Ubuntu")
    print(f"installing {' '.join(packages)} (for {program})", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update"], [apt, "install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"`{' '.join(command)}` failed: {done.stderr.strip()[-400:]}")


def answering(host: str) -> bool:
    """Whether a Docker Engine answers there."""
    if not host or (host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists()):
        return False
    try:
        with contextlib.closing(docker.APIClient(base_url=host, timeout=3)) as client:
            return bool(client.ping())
    except Exception:
        return False


class Engine:
    """A running dockerd. `host` is its DOCKER_HOST."""

    def __init__(self) -> None:
        """Start it, installing it first where it is missing. Raises Missing."""
        install("docker.io", "iptables", "iproute2", program="dockerd")
        static_busybox()
        self._id = secrets.token_hex(3)
        self._bridge = f"cdb{self._id}"
        self._root = Path(tempfile.mkdtemp(prefix="cdebug-engine-"))
        self.host = f"unix://{self._root}/docker.sock"
        _ip("link", "add", self._bridge, "type", "bridge")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            _ip(
                "addr",
                "add",
                f"10.{200 + int(self._id[:2], 16) % 50}.{int(self._id[2:4], 16)}.1/24",
                "dev",
                self._bridge,
            )
            _ip("link", "set", self._bridge, "up")
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        command = ["dockerd", "-H", self.host, "-b", self._bridge, "--iptables=false", "--ip6tables=false"]
        command += ["--data-root", f"{self._root}/data", "--exec-root", f"{self._root}/exec"]
        command += ["--pidfile", f"{self._root}/pid", "--cgroup-parent", f"/cdebug-{self._id}"]
        environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
        with (self._root / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        for _ in range(300):
            if answering(self.host):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise Missing(f"dockerd did not start: {(self._root / 'log').read_text()[-600:]}")

    def stop(self) -> None:
        """End it and its containers, and remove what it made."""
        if self._process and self._process.poll() is None:
            self._remove_containers()
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "del", self._bridge)
        mounts = [str(path) for path in (*self._root.glob("data/*"), *self._root.glob("exec/netns/*"))]
        subprocess.run(["umount", "-q", "-l", *mounts], check=False, capture_output=True)
        shutil.rmtree(self._root, ignore_errors=True)
        self._remove_cgroups()

    def _remove_cgroups(self) -> None:
        """Empty by now, and the engine leaves them: one in each hierarchy of version 1, one in all of version 2."""
        top = Path("/sys/fs/cgroup")
        for parent in (*top.glob(f"*/cdebug-{self._id}"), *top.glob(f"cdebug-{self._id}")):
            for folder in (*sorted(parent.rglob("*/"), reverse=True), parent):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def _remove_containers(self) -> None:
        with (
            contextlib.suppress(Exception),
            contextlib.closing(docker.APIClient(base_url=self.host, timeout=20)) as api,
        ):
            for container in api.containers(all=True):
                api.remove_container(container["Id"], force=True, v=True)
            for network in api.networks():
                if network["Name"] not in ("bridge", "host", "none"):
                    api.remove_network(network["Id"])

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _ip(*words: str) -> None:
    program = shutil.which("ip") or "/sbin/ip"
    subprocess.run([program, *words], check=True, capture_output=True)


def static_busybox() -> Path:
    """A busybox that needs no library, for images that have none. Raises Missing."""
    install("busybox-static", program="busybox")
    for path in (Path("/bin/busybox"), Path(shutil.which("busybox") or "/usr/bin/busybox")):
        if path.exists() and b"ld-linux" not in path.read_bytes()[:4096]:
            return path
    raise Missing("this busybox is dynamic: install busybox-static, or run this as root on Debian or Ubuntu")


def build_base(host: str, name: str = "cdebug/busybox:1") -> str:
    """A base image made of the distribution's static busybox; no registry is asked. Returns its name."""
    program = static_busybox()
    applets: Sequence[str] = subprocess.run(
        [str(program), "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for folder in ("bin", "etc", "tmp", "root", "var", "srv", "proc", "dev", "sys"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        tar.add(program, "bin/busybox")
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        passwd = b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/srv:/bin/sh\n"
        entry = tarfile.TarInfo("etc/passwd")
        entry.size = len(passwd)
        tar.addfile(entry, io.BytesIO(passwd))
    with contextlib.closing(docker.APIClient(base_url=host)) as api:
        repository, tag = name.split(":")
        api.import_image_from_data(archive.getvalue(), repository=repository, tag=tag)
    return name
