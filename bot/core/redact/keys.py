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
_PRIVATE = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
_ENDS = r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----"
_OTHER = r"-{4,5} ?(?:BEGIN|END) [A-Za-z0-9 ]+ ?-{4,5}"
_PUTTY = r"Private-Lines: \d{1,4}|Private-MAC: \S+|Private-Hash: \S+"
_MARKER = compiled_bytes(rf"({_PRIVATE})|({_ENDS})|({_OTHER})|({_PUTTY})")
TIME = compiled_bytes(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* ")
# A whole line of base64 of a length that key files have, at most one shorter line after it.
_BODY = compiled_bytes(r"(?:[A-Za-z0-9+/]{4}){15,19}(?:[A-Za-z0-9+/]{2})?|[A-Za-z0-9+/]{70}")
_REST = compiled_bytes(r"[A-Za-z0-9+/]{1,76}={0,2}|=[A-Za-z0-9+/]{4}")
# What may hold any of this; asked of a block first.
HINTS = (
    r"-{4,5} ?(?:BEGIN|END) |Private-(?:Lines|MAC|Hash): "
    r"|(?m:^(?:\d{4}-\d\d-\d\d[T ]\S+ )?[ \t]*[A-Za-z0-9+/]{60,78}\r?$)"
)
HINT = compiled_bytes(HINTS)
_KEYISH = compiled_bytes(
    r"[A-Za-z0-9+/=_-]{24,}|^[^:]{0,60}\b(?:Proc-Type|DEK-Info|Comment|Version|Hash|Key|Info): |^\s*[A-Za-z0-9+/]{1,76}={0,2}\s*$"
)
_LONGEST_KEY, _LONGEST_LINE = 500, 512  # lines; bytes
_MOST_OTHER = 8  # lines that others write into a key's; more than these, and it was only spoken of


class Keys:
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
        shown, at, inside = b"", 0, bool(self._left) or self._body
        hidden = inside
        self._body = False
        for match in markers:
            start, end = match.start(), match.end()  # type: ignore[attr-defined]
            piece = line[at:start]
            inside = inside or bool(self._left)
            shown += b"" if inside else piece
            shown, inside = self._at_marker(match, shown, line[start:end], inside)
            hidden |= inside
            at = end
        if self._left and line[at:].strip():
            return shown + b"\n" if shown.strip() else None
        shown += b"\n" if self._left else line[at:]
        return shown if shown.strip() or not hidden else None

    def _at_marker(self, match: object, shown: bytes, marker: bytes, inside: bool) -> tuple[bytes, bool]:
        begins, ends, other, putty = (match[at] is not None for at in range(1, 5))  # type: ignore[index]
        if begins:
            self._left, self._public, self._other = _LONGEST_KEY, 0, 0
            self.found += 1
            return shown + marker + HIDDEN, True
        if putty:
            return self._at_putty(shown, marker)
        if ends:
            known, self._left = self._left, 0
            return (shown if known else shown + marker), False
        if other and not self._left:
            alone = not TIME.sub(b"", shown).strip(b" \t\"'")
            self._public = _LONGEST_KEY if b"BEGIN" in marker and alone else 0
            return shown + marker, False
        return shown, inside

    def _at_putty(self, shown: bytes, marker: bytes) -> tuple[bytes, bool]:
        name, _, value = marker.partition(b": ")
        if name == b"Private-Lines":
            self._left, self._public = min(_LONGEST_KEY, int(value) + 1), 0
            self.found += 1
            return shown + marker + b" " + HIDDEN, True
        self._left = 0
        return shown + name + b": " + HIDDEN, False

    def _without(self, line: bytes) -> bytes | None:
        if self._left:
            self._other = 0 if _KEYISH.search(line) or len(line.strip()) < 2 else self._other + 1
            self._left = self._left - 1 if self._other < _MOST_OTHER else 0
            return None if self._left else line
        if self._public:
            self._public -= 1
            return line
        return self._perhaps_body(line)

    def _perhaps_body(self, line: bytes) -> bytes | None:
        """A line of a key whose beginning nobody saw."""
        text = line.strip()
        if time := TIME.match(text):
            text = text[time.end() :]
        if _is_body(text):
            self.found += not self._body
            first, self._body = not self._body, True
            return line[: line.find(text)] + HIDDEN + b"\n" if first else None
        if self._body:
            self._body = False
            if _REST.fullmatch(text):
                return None
        return line


def _is_body(text: bytes) -> bool:
    """Base64 of a key file's line length; a digest has letters of one case, an identifier no such length."""
    if not 60 <= len(text) <= 78 or not _BODY.fullmatch(text):
        return False
    return text.lower() != text and text.upper() != text and any(sign in b"0123456789+/" for sign in text)


def bodies_said(block: bytes) -> Iterator[bytes]:
    """The lines of a command's input with those of a key's body told by their length. Nothing else goes: what stands
    between two markers may be what runs.
    """
    inside = False
    for line in block.splitlines(keepends=True):
        text = line.strip()
        body = _is_body(text) and not text.startswith(b"/")  # a path may be what runs
        if body or (inside and len(text) > 1 and _REST.fullmatch(text) and not text.islower() and b"/" not in text[:1]):
            yield line.replace(text, b"[redacted: %d characters]" % len(text))
        else:
            yield line
        inside = body
