"""Editing code in a running container: recognised, and advised against. Advice, not a control."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.pattern import compiled

_EDITORS = frozenset({"vi", "vim", "nvim", "nano", "emacs", "ed", "pico", "joe"})
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "busybox"})
_WRITES = compiled(r"(?:(?:^|[^0-9&<>])>>?|\btee\b)[ \t]*([^\s]*)")
_NOWHERE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/", "&", "(")
_IN_PLACE = compiled(r"\bsed\s+(?:-[a-zA-Z]*i|--in-place)|\b(?:vi|vim|nano)\s")
_SED_FLAG = compiled(r"-[a-zA-Z]*i|--in-place")
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
    edits |= program == "sed" and any(_SED_FLAG.match(word) for word in argv[1:])
    edits |= program in _SHELLS and any(edits_by_line(word) for word in argv[1:])
    return (ADVICE,) if edits else ()


def edits_by_line(line: str) -> bool:
    """Whether a line of shell writes to a file or opens an editor."""
    written = (match[1] for match in _WRITES.finditer(line))
    return any(place and not place.startswith(_NOWHERE) for place in written) or bool(_IN_PLACE.search(line))
