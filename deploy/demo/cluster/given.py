"""A cluster that is at hand already, and that somebody said may be used: the shop is put into it and taken out again.

`CDEBUG_TEST_KUBECONFIG` names its kubeconfig, or a `kind` cluster called `cdebug` is there. `KUBECONFIG` alone is not
taken as leave: cluster roles are made, and it may be anybody's production. The images must be in it:
`python -m deploy.demo.cluster images FILE`, then `kind load image-archive FILE --name cdebug`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.demo.cluster.kubectl import Administered
from deploy.demo.engine import Missing

_KIND = "cdebug"
_MADE = ("namespace/shop", "namespace/vault", "namespace/cdebug")
_ROLES = ("shop-responder", "cluster-reader", "cdebug")


class Given(Administered):
    """It goes on after us."""

    def __init__(self, kubeconfig: Path) -> None:
        """Raises Missing where it can't be administered."""
        program = shutil.which("kubectl")
        if not program:
            raise Missing("kubectl is not on the PATH: it is needed for a cluster that is at hand")
        self.kubeconfig, self.kubectl = kubeconfig, Path(program)
        try:
            self.run_kubectl("get", "--raw", "/readyz", timeout_s=15)
        except (subprocess.SubprocessError, OSError) as error:
            raise Missing(f"the cluster of {kubeconfig} does not answer") from error

    def clear(self) -> None:
        """Remove what the shop and the bot's account are."""
        self.run_kubectl("delete", "--ignore-not-found", "--wait=false", *_MADE)
        for kind in ("clusterrolebinding", "clusterrole"):
            self.run_kubectl("delete", kind, "--ignore-not-found", *_ROLES)


@contextmanager
def given() -> Iterator[Given | None]:
    """The cluster at hand; None where nobody named one. Raises Missing for one that does not answer."""
    named = os.environ.get("CDEBUG_TEST_KUBECONFIG", "")
    with tempfile.TemporaryDirectory(prefix="cdebug-given-") as folder:
        kubeconfig = Path(named) if named else _of_kind(Path(folder) / "kubeconfig")
        if kubeconfig is None:
            yield None
            return
        found = Given(kubeconfig)
        try:
            yield found
        finally:
            found.clear()


def _of_kind(path: Path) -> Path | None:
    if not shutil.which("kind"):
        return None
    said = subprocess.run(["kind", "get", "kubeconfig", "--name", _KIND], capture_output=True, check=False)
    if said.returncode:
        return None
    path.write_bytes(said.stdout)
    return path
