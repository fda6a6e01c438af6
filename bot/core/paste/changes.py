"""What a pasted `kubectl scale`, `set` or `rollout` line means here: the same, planned and approved first.

Source: `kubectl COMMAND --help` of 1.32.
"""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.paste.reading import IDLE, Instead, Make, Meaning, Pasted, PastedCommand

_FILES = Instead("cdebug reads no files: name what you mean, as `scale deploy/web --replicas 3`.")
_ALL = Instead("Name one, as `deploy/web`: a change is approved for one object.")
_DRY = Instead("Leave it out: `scale`, `set` and `rollout` show on a card what the server's dry run says, before.")
_OUTPUT: dict[str, Meaning] = {
    "--allow-missing-template-keys": IDLE,
    "-o --output FORMAT": IDLE,
    "--show-managed-fields": IDLE,
    "--template TEMPLATE": IDLE,
}
_FROM_FILES: dict[str, Meaning] = {
    "-f --filename PATH": _FILES,
    "-k --kustomize PATH": _FILES,
    "-R --recursive": _FILES,
}
_SET: dict[str, Meaning] = {
    **_OUTPUT,
    **_FROM_FILES,
    "--all": _ALL,
    "--dry-run STRATEGY": _DRY,
    "--field-manager NAME": IDLE,
    "--local": _DRY,
    "-l --selector LABELS": _ALL,
}
_NOW = Instead("Leave it out: the card of `scale` shows what is there, and it must be so still when it is changed.")
_LAST = Instead("`rollout status` follows the last one; `rollout history --revision NUMBER` shows another.")
_LIST = Instead("`describe KIND/NAME` lists the variables, `inspect` their values.")
_FROM = Instead("Write `NAME=VALUE`; what stands in a configmap or a secret isn't copied.")


def _overwrite(value: str) -> list[str]:
    if value != "true":
        raise UsageError("nothing here keeps a variable that is there", hint="The card shows what it is now.")
    return []


def _of_one(*words: str) -> Make:
    """kubectl takes several objects at once; each is a change of its own here."""

    def make(pasted: Pasted) -> list[str]:
        named = [it for it in pasted.operands if "=" not in it and not it.endswith("-")]
        if len(named) > 2 or (len(named) == 2 and "/" in named[0]):
            raise pasted.refused("take several objects at once", "Send a command for each: each is approved by itself.")
        return [*words, *pasted.operands, *pasted.flags]

    return make


_PLACES: dict[str, Meaning] = {**_FROM_FILES, "-l --selector LABELS": _ALL}

CHANGES = {
    "scale": PastedCommand(
        _of_one("scale"),
        {
            **_OUTPUT,
            **_PLACES,
            "--all": _ALL,
            "--current-replicas COUNT": _NOW,
            "--dry-run STRATEGY": _DRY,
            "--replicas COUNT": "--replicas",
            "--resource-version VERSION": _NOW,
            "--timeout TIME": IDLE,
        },
    ),
    "set image": PastedCommand(_of_one("set image"), _SET),
    "set env": PastedCommand(
        _of_one("set env"),
        {
            **_SET,
            "-c --containers NAME": "--container",
            "-e --env VARIABLE": lambda value: [value],
            "--from SOURCE": _FROM,
            "--keys NAMES": _FROM,
            "--list": _LIST,
            "--overwrite": _overwrite,
            "--prefix TEXT": _FROM,
            "--resolve": _LIST,
        },
    ),
    "set resources": PastedCommand(
        _of_one("set resources"),
        {
            **_SET,
            "-c --containers NAME": "--container",
            "--limits QUANTITIES": "--limits",
            "--requests QUANTITIES": "--requests",
        },
    ),
    "rollout status": PastedCommand(
        _of_one("rollout status"),
        {**_PLACES, "--revision NUMBER": _LAST, "--timeout TIME": "--timeout", "-w --watch": IDLE},
    ),
    "rollout history": PastedCommand(
        _of_one("rollout history"), {**_OUTPUT, **_PLACES, "--revision NUMBER": "--revision"}
    ),
    "rollout undo": PastedCommand(
        _of_one("rollout undo"),
        {**_OUTPUT, **_PLACES, "--dry-run STRATEGY": _DRY, "--to-revision NUMBER": "--to-revision"},
    ),
    **{
        f"rollout {word}": PastedCommand(
            _of_one(f"rollout {word}"), {**_OUTPUT, **_PLACES, "--field-manager NAME": IDLE}
        )
        for word in ("restart", "pause", "resume")
    },
}  # fmt: skip
