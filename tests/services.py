"""What the tests need of a machine, installed where it is missing: `python -m tests.services`.

A Docker Engine, a redis-server and a Chromium with fonts, from the distribution's packages; the toolbox image; a
Kubernetes cluster's servers, built from source: minutes here, so that no test's timeout meets them.
"""

from __future__ import annotations

import sys

from deploy.demo.cluster.cluster import prepare
from deploy.demo.engine import Missing, install
from deploy.toolbox.build import build

NEEDED = {
    "dockerd": ("docker.io", "iptables", "iproute2"),
    "busybox": ("busybox-static",),
    "redis-server": ("redis-server",),
    "chromium": ("chromium", "fonts-dejavu-core"),
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf": ("fonts-noto-color-emoji",),
    "docker": ("docker.io",),
}


def main() -> None:
    """Install; say what is missing and leave with 1 where that isn't possible."""
    try:
        for program, packages in NEEDED.items():
            install(*packages, program=program)
        prepare()
        build()
    except Missing as missing:
        sys.exit(f"tests: {missing}")


if __name__ == "__main__":
    main()
