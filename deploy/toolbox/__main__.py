"""`python -m deploy.toolbox` builds the toolbox image and prints where its archive is: `docker load -i` takes it."""

from __future__ import annotations

import sys

from deploy.demo.engine import Missing
from deploy.toolbox.build import build

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{build()}\n")
    except Missing as missing:
        sys.exit(f"toolbox: {missing}")
