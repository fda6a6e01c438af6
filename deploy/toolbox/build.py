"""The toolbox image without an image registry, from Debian's packages, built once and kept outside the work tree.

Its packages, last steps, user and environment are the Dockerfile's.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import time
from pathlib import Path

from deploy.archives import BuiltImage, write_archive
from deploy.demo.cluster.build import alone, cache
from deploy.demo.engine import Missing, install

TOOLBOX = "cdebug-toolbox:latest"
RELEASE = "bookworm"
CONFIG = {
    "Env": ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/toolbox/bin", "HOME=/home/toolbox"],
    "User": "65532:65532",
    "WorkingDir": "/home/toolbox",
    "Cmd": ["/bin/bash"],
}
_KEPT_S = 7 * 86_400
_HERE = Path(__file__).parent
_PACKAGES, _FINISH = _HERE / "packages.txt", _HERE / "finish.sh"
_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")


def build() -> Path:
    """An archive with the image, built where the cache doesn't have it: half a minute. Raises Missing."""
    with alone("toolbox.lock"):
        archive = cache() / f"toolbox-{_key()}.tar"
        if not archive.exists():
            install("mmdebstrap", "debian-archive-keyring", program="mmdebstrap")
            _make(archive)
        archive.touch()
        _forget_old()
        return archive


def _forget_old() -> None:
    """Those of other inputs that nobody has asked for lately: each has a quarter of a gigabyte."""
    for archive in cache().glob("toolbox-*.tar"):
        if archive.stat().st_mtime < time.time() - _KEPT_S:
            archive.unlink()


def _make(archive: Path) -> None:
    print("building the toolbox image from Debian's packages: half a minute, once", file=sys.stderr, flush=True)
    files, unfinished = archive.with_suffix(".files"), archive.with_suffix(".unfinished")
    try:
        _bootstrap(files)
        with files.open("rb") as layer:
            write_archive(unfinished, [BuiltImage(TOOLBOX, layer, CONFIG)])
        unfinished.rename(archive)  # whole or not at all
    finally:
        files.unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)


def _bootstrap(files: Path) -> None:
    """A Debian of just these packages, as a tar."""
    command = [
        "mmdebstrap", "--quiet", "--variant=minbase", "--format=tar",
        f"--include={','.join(_PACKAGES.read_text().split())}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        '--customize-hook=mkdir -p "$1/toolbox/bin"',
        f"--customize-hook=copy-in {_py_spy()} /toolbox/bin",
        f"--customize-hook=copy-in {_FINISH} /tmp",
        '--customize-hook=chroot "$1" sh /tmp/finish.sh',
        '--customize-hook=rm "$1/tmp/finish.sh"',
        RELEASE, str(files),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"the toolbox can't be built: {done.stderr.strip()[-600:]}")


def _py_spy() -> Path:
    """The wheel's program, which is linked statically."""
    program = Path(sys.executable).with_name("py-spy")
    if not program.exists():
        raise Missing("py-spy is missing: `make setup` installs it")
    return program


def _key() -> str:
    digest = hashlib.sha256(repr((RELEASE, platform.machine(), CONFIG, _LEFT_OUT)).encode())
    for path in (_PACKAGES, _FINISH, _py_spy()):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
