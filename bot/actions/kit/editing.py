"""Editing code in a running container: recognised, and advised against. Advice, not a control."""

from __future__ import annotations

import re
from collections.abc import Sequence

_EDITORS = frozenset({"vi", "vim", "nvim", "nano", "emacs", "ed", "pico", "joe"})
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "busybox"})
_REDIRECTION = re.compile(r"(?<![0-9&<>])>>?\s*(?!/dev/(?:null|stdout|stderr|fd/)|&|\s*$)\S|\btee\b(?!\s+/dev/)")
_IN_PLACE = re.compile(r"\bsed\s+(?:-[a-zA-Z]*i|--in-place)|\b(?:vi|vim|nano)\s")
ADVICE = (
    "This edits files of a running container: the change is lost when it restarts, and no other replica has it. "
    "Build a new image instead."
)


def advice(argv: Sequence[str]) -> tuple[str, ...]:
    """What to say before such a command runs; nothing for any other."""
    if not argv:
        return ()
    program = argv[0].rpartition("/")[2]
    edits = program in _EDITORS
    edits |= program == "sed" and any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in argv[1:])
    edits |= program in _SHELLS and any(edits_by_line(word) for word in argv[1:])
    return (ADVICE,) if edits else ()


def edits_by_line(line: str) -> bool:
    """Whether a line of shell writes to a file or opens an editor."""
    return bool(_REDIRECTION.search(line) or _IN_PLACE.search(line))
