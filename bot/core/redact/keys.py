"""Private keys over any number of lines: PEM, PGP, SSH2, PuTTY; also where a stream begins inside one.

Rules of this file:
- all markers of a line count, in their order: a line may end one key and begin the next
- a line that is nothing but a key's body is hidden wherever it stands, unless what began there is public
- a beginning without an end hides no log for ever
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.pattern import compiled_bytes

HIDDEN = b"[redacted]"
_PRIVATE = r"-----BEGIN (?:[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
_ENDS = (
    r"-----END (?:[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----"
)
_OTHER = r"-{4,5} ?(?:BEGIN|END) [A-Za-z0-9 ]+ ?-{4,5}"
_PUTTY = r"Private-Lines: \d{1,4}|Private-MAC: \S+|Private-Hash: \S+"
_MARKER = compiled_bytes(rf"({_PRIVATE})|({_ENDS})|({_OTHER})|({_PUTTY})")
TIME = compiled_bytes(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* ")
# A whole line of base64 of a length that key files have, at most one shorter line after it.
_BODY = compiled_bytes(r"(?:[A-Za-z0-9+/]{4}){15,19}(?:[A-Za-z0-9+/]{2})?|[A-Za-z0-9+/]{70}")
_REST = compiled_bytes(r"[A-Za-z0-9+/]{1,76}={0,2}|=[A-Za-z0-9+/]{4}")
# What a log, a diff or a program's source puts before and behind each line of a key.
_BEFORE, _BEHIND = r"(?:^[ \t]*[\"'+>#-]?|[ \t][\"']?)", r"[\"',\\n+ \t]*\r?$"
_EDGE = "A-Za-z0-9+/=._%-"
_RUN = rf"(?:^|[^{_EDGE}])([A-Za-z0-9+/]{{64}}|[A-Za-z0-9+/]{{70}}|[A-Za-z0-9+/]{{76}})(?:[^{_EDGE}]|$)"
_WRAPPED_RUN = compiled_bytes(rf"(?m){_RUN}")
# What may hold any of this; asked of a block first.
HINTS = (
    r"-{4,5} ?(?:BEGIN|END) |Private-(?:Lines|MAC|Hash): "
    rf"|(?m:{_BEFORE}[A-Za-z0-9+/]{{60,78}}{_BEHIND}|{_RUN})"
)
HINT = compiled_bytes(HINTS)
_KEYISH = compiled_bytes(
    r"^[^:]{0,60}\b(?:Proc-Type|DEK-Info|Comment|Version|Hash|Key|Info): |^\s*[A-Za-z0-9+/]{1,76}={0,2}\s*$"
)
_LONG_RUN = compiled_bytes(r"([A-Za-z0-9+/]{40,})")  # in whatever a log wraps each line of a key
_LAST = compiled_bytes(rf"(?m){_BEFORE}([A-Za-z0-9+/=]{{24,}}){_BEHIND}")
_LONGEST_KEY, _LONGEST_LINE = 500, 512  # lines; bytes
_SHORTEST_REST = 20  # bytes: what is shorter may be the name of something that runs, and is little of a key
_WRAPPED = (64, 70, 76)  # bytes that a key file's lines have: behind something else nothing but these is taken for one
_FEW_DIGITS = 3  # that a path or a name of that length has; one in a hundred lines of base64 has no more, and no +
_MARGIN = 120  # bytes that may stand before a marker that begins a line
_MOST_OTHER = 8  # lines that others write into a key's; more than these, and it was only spoken of


class PrivateKeys:
    """One stream's keys. `open` is true while a line's fate hangs on the lines before it; `found` counts them."""

    def __init__(self) -> None:
        self._left = 0  # lines that the open private key may still have
        self._public = 0
        self._other = 0  # lines since one that a key may have
        self._body = False
        self.found = 0

    @property
    def open(self) -> bool:
        return bool(self._left or self._public or self._body)

    def lines(self, block: bytes) -> Iterator[bytes]:
        """The lines that may be shown, each with what is left of it."""
        for line in block.splitlines(keepends=True):
            if (shown := self._line(line)) is not None:
                yield shown

    def _line(self, line: bytes) -> bytes | None:
        if len(line) > _LONGEST_LINE and not _MARKER.search(line):
            return None if self._goes_on() else line
        markers = list(_MARKER.finditer(line))
        return self._with_markers(line, markers) if markers else self._without(line)

    def _goes_on(self) -> bool:
        self._body = False
        self._public = max(0, self._public - 1)
        self._left = max(0, self._left - 1)
        return bool(self._left)

    def _with_markers(self, line: bytes, markers: list[object]) -> bytes | None:
        """Piece by piece: what stands inside a key goes, its markers stay."""
        parts, at, inside = list[bytes](), 0, bool(self._left) or self._body
        hidden = inside
        self._body = False
        for match in markers:
            start, end = match.start(), match.end()  # type: ignore[attr-defined]
            inside = inside or bool(self._left)
            parts += [] if inside else [line[at:start]]
            alone = not TIME.sub(b"", line[:start]).strip(b" \t\"'") if start < _MARGIN else False
            said, inside = self._at_marker(match, line[start:end], inside, alone=alone)
            parts.append(said)
            hidden |= inside
            at = end
        if self._left and line[at:].strip():
            shown = b"".join(parts)
            return shown + b"\n" if shown.strip() else None
        shown = b"".join([*parts, b"\n" if self._left else line[at:]])
        return shown if shown.strip() or not hidden else None

    def _at_marker(self, match: object, marker: bytes, inside: bool, *, alone: bool) -> tuple[bytes, bool]:
        """What is shown of a marker, and whether a key goes on behind it. alone: nothing but a time stands before it."""
        begins, ends, other, putty = (match[at] is not None for at in range(1, 5))  # type: ignore[index]
        if begins:
            self._left, self._public, self._other = _LONGEST_KEY, 0, 0
            self.found += 1
            return marker + HIDDEN, True
        if putty:
            return self._at_putty(marker)
        if ends:
            known, self._left = self._left, 0
            return (b"" if known else marker), False
        if other and not self._left:
            self._public = _LONGEST_KEY if b"BEGIN" in marker and alone else 0
            return marker, False
        return b"", inside

    def _at_putty(self, marker: bytes) -> tuple[bytes, bool]:
        name, _, value = marker.partition(b": ")
        if name == b"Private-Lines":
            self._left, self._public = min(_LONGEST_KEY, int(value) + 1), 0
            self.found += 1
            return marker + b" " + HIDDEN, True
        self._left = 0
        return name + b": " + HIDDEN, False

    def _without(self, line: bytes) -> bytes | None:
        if self._left:
            self._other = 0 if _is_keyish(line) or len(line.strip()) < 2 else self._other + 1
            self._left = self._left - 1 if self._other < _MOST_OTHER else 0
            return None if self._left else line
        if self._public and (_is_keyish(line) or not line.strip()):
            self._public -= 1
            return line
        self._public = 0  # what began there was only spoken of
        return self._perhaps_body(line)

    def _perhaps_body(self, line: bytes) -> bytes | None:
        """A line of a key whose beginning nobody saw."""
        last = _LAST.search(line)
        text = last[1] if last else line.strip()
        if _is_body(text) and (len(text) in _WRAPPED or text == line.strip()):
            first = self._body_begins()
            return line[: line.rfind(text)] + HIDDEN + b"\n" if first else None
        if (run := _WRAPPED_RUN.search(line)) and _is_body(run[1]):  # a log says more of each line
            self._body_begins()
            return line[: run.start(1)] + HIDDEN + line[run.end(1) :]
        if self._body:
            self._body = False
            if _REST.fullmatch(text):
                return None
        return line

    def _body_begins(self) -> bool:
        """Whether it is the first line that was taken for one."""
        first, self._body = not self._body, True
        self.found += first
        return first


def _is_body(text: bytes) -> bool:
    """Base64 of a key file's line length; a digest has letters of one case, an identifier no such length."""
    if not 60 <= len(text) <= 78 or not _BODY.fullmatch(text):
        return False
    if text.lower() == text or text.upper() == text:
        return False
    return b"+" in text or sum(sign in b"0123456789" for sign in text) > _FEW_DIGITS


def _is_keyish(line: bytes) -> bool:
    """Whether a line may be one of a key that began before it, behind whatever a log puts before each."""
    if _KEYISH.search(line):
        return True
    last = _LAST.search(line) or _LONG_RUN.search(line)
    return last is not None and last[1].lower() != last[1] and any(sign in b"0123456789+/" for sign in last[1])


def bodies_said(block: bytes) -> Iterator[bytes]:
    """The lines of a command's input with those of a key's body, between its markers, told by their length. Nothing else
    goes: what stands between two markers may be what runs, and what goes on from the line before is part of that.
    """
    inside = went_on = False
    for line in block.splitlines(keepends=True):
        text = line.strip()
        if markers := list(_MARKER.finditer(line)):
            inside = markers[-1][1] is not None
        rest = len(text) > _SHORTEST_REST and _REST.fullmatch(text) and not text.islower()
        hides = inside and not went_on and not markers and (_is_body(text) or rest) and not text.startswith(b"/")
        yield line.replace(text, b"[redacted: %d characters]" % len(text)) if hides else line
        went_on = text.endswith(b"\\")
