"""`make check`: each kind of message, held against Slack's own types by the TypeScript compiler; where Node is at hand.

Source: https://www.npmjs.com/package/@slack/types
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.demo.cluster.build import cache
from tests.slack.samples import messages, windows

_PACKAGES = ("@slack/types@3.2.0", "typescript@5.9.3")
_PATIENCE_S = 120


def main() -> int:
    """0 where they fit, and where there is no Node to tell."""
    folder = cache() / "slack-types"
    compiler = _installed(folder)
    if compiler is None:
        print("Slack's types: not checked, npm is not here or does not answer")
        return 0
    source = folder / "messages.ts"
    source.write_text(
        'import type { KnownBlock, ModalView } from "@slack/types";\n'
        f"export const messages: KnownBlock[][] = {json.dumps(messages(), indent=1)};\n"
        f"export const windows: ModalView[] = {json.dumps(windows(), indent=1)};\n"
    )
    command = [str(compiler), "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node", str(source)]
    return subprocess.run(command, cwd=folder, check=False).returncode


def _installed(folder: Path) -> Path | None:
    compiler, done = folder / "node_modules/.bin/tsc", folder / "installed"
    if done.exists() and done.read_text() == " ".join(_PACKAGES):
        return compiler
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    command = [npm, "install", "--silent", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", *_PACKAGES]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_PATIENCE_S)
    except (subprocess.SubprocessError, OSError):
        return None
    done.write_text(" ".join(_PACKAGES))
    return compiler


if __name__ == "__main__":
    sys.exit(main())
