"""`python -m deploy.demo.cluster up` starts a cluster that stays; `down` ends it; `images FILE` writes its images."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.demo.cluster.build import build
from deploy.demo.cluster.cluster import Cluster
from deploy.demo.cluster.images import write_images
from deploy.demo.cluster.space import Trace, end
from deploy.demo.engine import Missing


def main(words: list[str]) -> None:
    """Do what the word says; leave with 1 where that isn't possible and with 2 for another word."""
    if words == ["up"]:
        _up()
    elif words == ["down"]:
        _down()
    elif len(words) == 2 and words[0] == "images":
        write_images(Path(words[1]), build().pause)
    else:
        print("usage: python -m deploy.demo.cluster up | down | images FILE", file=sys.stderr)
        sys.exit(2)


def _state() -> Path:
    return Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / "cdebug-cluster.json"  # noqa: S108


def _up() -> None:
    if _state().exists():
        trace = Trace.load(_state())
        if trace.alive():
            print(f"export KUBECONFIG={trace.root}/admin.kubeconfig")
            return
        _down()
    try:
        cluster = Cluster(stays=True)
    except Missing as missing:
        sys.exit(f"cluster: {missing}")
    cluster.trace.save(_state())
    print(f"export KUBECONFIG={cluster.kubeconfig}")


def _down() -> None:
    if _state().exists():
        end(Trace.load(_state()))
        _state().unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
