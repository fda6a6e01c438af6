"""Values that stand on other lines than their names: block scalars, quotes in threes, a pair's second line.

password: |          api_key = \"\"\"        - name: DB_PASSWORD      "password":
  two                two                     value: hunter2          "hunter2"
  lines              \"\"\"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.core.pattern import compiled_bytes
from bot.core.redact import keys
from bot.core.redact.names import HINTS, rank
from bot.core.redact.values import is_placeholder, is_prose

HIDDEN = b"[redacted]"
_WORDS = HINTS
_AT = rf"(?:{keys.TIME.pattern.decode()})?"
_NAME = r"[\"'\[]*([A-Za-z0-9_.\-]+)[\"'\]]*"
HINT = compiled_bytes(
    rf"(?im)^[^\n]*(?:{_WORDS})[^\n]*(?:[|>][+-]?\d?|\"\"\"[^\n]*|'''[^\n]*|[:=]>?|[\"',\\>]|\[)[ \t]*(?:#[^\n]*)?\r?$"
    rf"|^{_AT}[ \t]*(?:export[ \t]+)?[\"']?[a-z0-9_.\-]*(?:{_WORDS})[a-z0-9_.\-]*[\"']?[ \t]*[:=][ \t]*[\"'][^\"'\n]*$"
    rf"|^{_AT}[ \t{{+~\-]*(?:<[a-z]+[ \t]+)?[\"']?[a-z]*(?:name|key)[\"']?[ \t]*[:=>][ \t]*[\"']?[a-z0-9_.\-]*(?:{_WORDS})"
    rf"|^{_AT}[ \t]*(?:-[ \t]+)?[\"']?--?[a-z0-9_.\-]*(?:{_WORDS})[a-z0-9_.\-]*[\"']?,?[ \t]*\\?\r?$"
    rf"|^{_AT}[^\n]*(?:{_WORDS})[^\n]*\{{[ \t]*\r?$"
)
# In every name that is a secret's.
_STEM = compiled_bytes(r"(?i)pass|pw|secret|token|credential|key|cookie|auth|csrf|xsrf|signature|session")
_SCALAR = compiled_bytes(rf"([ \t]*(?:-[ \t]+)*){_NAME}:[ \t]*(?:![a-z!-]*[ \t]+)?[|>][+-]?\d?[ \t]*(?:#.*)?")
_TRIPLE = compiled_bytes(rf"[ \t]*{_NAME}[ \t]*[:=][ \t]*(\"\"\"|''')(.*)")
_ALONE = compiled_bytes(rf"([ \t]*(?:-[ \t]+)*){_NAME}[ \t]*[:=]>?[ \t]*")
_NAMED = compiled_bytes(
    r"(?i)([ \t]*(?:[-{+~][ \t]*|<[a-z]+[ \t]+)*)[\"']?[a-z]*(?:name|key)[\"']?[ \t]*[:=][ \t]*[\"']?([A-Za-z0-9_.\-]+)[\"']?[ \t]*,?"
)
_VALUE = compiled_bytes(
    r"(?i)([ \t]*(?:[+~-][ \t]*)?[\"']?(?:[a-z]*value|val|default)[\"']?[ \t]*[:=][ \t]*)([\"']?)(.*?)([\"']?[ \t]*,?[ \t]*(?:/>)?)"
)
_QUOTED = compiled_bytes(r"([ \t]*(?:string\(\d+\)[ \t]*)?)([\"'])(.*)([\"'],?[ \t]*)")
_LIST = compiled_bytes(rf"([ \t]*(?:-[ \t]+)*){_NAME}[ \t]*[:=][ \t]*(\[?)[ \t]*")
_ITEM = compiled_bytes(r"([ \t]*(?:-[ \t]+)?[\"']?)([^\s\"'\[\]{}][^\"']*?)([\"']?,?[ \t]*\\?)")
_ELEMENT = compiled_bytes(rf"([ \t]*)<{_NAME}>[ \t]*")
_UNCLOSED = compiled_bytes(rf"([ \t]*(?:(?:-|export)[ \t]+)*){_NAME}[ \t]*[:=][ \t]*([\"'])([^\"']+)")
_CONTINUED = compiled_bytes(rf"([ \t]*(?:export[ \t]+)?){_NAME}[ \t]*[:=].*\\")
_SETTING = compiled_bytes(r"[ \t]+[\"']?[A-Za-z_][A-Za-z0-9_]*[\"']?[ \t]*[:=]")
_PLAIN = compiled_bytes(r"([ \t]+)([^\s:#\-\[{\"'][^:\n]*)")
_OBJECT = compiled_bytes(rf"([ \t]*(?:-[ \t]+)*)(?:(?:variable|output)[ \t]+)?{_NAME}[ \t]*[:=]?[ \t]*\{{[ \t]*")
_KEY_ELEMENT = compiled_bytes(r"([ \t]*)<(?:key|name|param-name)>([A-Za-z0-9_.\-]+)</(?:key|name|param-name)>[ \t]*")
_VALUE_ELEMENT = compiled_bytes(r"([ \t]*<(?:string|value|param-value)>)()([^<]*)(<.*|)")
_FLAG = compiled_bytes(r"([ \t]*(?:-[ \t]+)?)[\"']?(--?[A-Za-z0-9_.\-]+)[\"']?,?[ \t]*\\?")
_FOLDED = compiled_bytes(r"[|>][+-]?\d?")
_LONGEST_LINE, _MOST_LINES, _MOST_BETWEEN, _MOST_QUOTED = 2_000, 200, 8, 20


_KINDS = (
    ("scalar", _SCALAR, 2), ("triple", _TRIPLE, 1), ("pair", _NAMED, 2), ("pair", _OBJECT, 2), ("pair", _KEY_ELEMENT, 2),
    ("list", _LIST, 2), ("alone", _ALONE, 2), ("flag", _FLAG, 2),
    ("element", _ELEMENT, 2), ("quote", _UNCLOSED, 2), ("continued", _CONTINUED, 2),
)  # fmt: skip


@dataclass
class _Open:
    """What the next lines may be. kind: as `_KINDS` has them."""

    kind: str
    indent: int
    mark: bytes = b""
    lines: int = 0
    shown: bool = False


class Spread:
    """One stream's values over several lines. `found` counts them."""

    def __init__(self) -> None:
        self._open: _Open | None = None
        self.found = 0

    @property
    def open(self) -> bool:
        return self._open is not None

    def lines(self, block: bytes) -> Iterator[bytes]:
        """The lines that may be shown, each with what is left of it."""
        for line in block.splitlines(keepends=True):
            text = line.rstrip(b"\r\n")
            time = keys.TIME.match(text)
            at = time.end() if time else 0
            shown = text[at:] if len(text) > _LONGEST_LINE else self._line(text[at:])
            if shown is not None:
                yield text[:at] + shown + line[len(text) :]

    def _line(self, text: bytes) -> bytes | None:
        if self._open:
            known = self._open
            known.lines += 1
            step: dict[str, Callable[[_Open, bytes], tuple[bool, bytes | None]]] = {
                "scalar": self._scalar, "triple": self._triple, "pair": self._pair, "alone": self._alone, "list": self._list,
                "quote": self._quote, "continued": self._continued, "element": self._element, "flag": self._flag,
            }  # fmt: skip
            taken, shown = step[known.kind](known, text)
            if known.lines > _MOST_LINES:
                self._open = None
            if taken:
                return shown
        self._begin(text)
        if self._open and self._open.kind == "triple" and (at := text.find(self._open.mark)) >= 0:
            return self._first_of_triple(text, at + 3)
        return text

    def _begin(self, text: bytes) -> None:
        if not _STEM.search(text):  # one look at most lines, not one for each kind
            return
        for kind, pattern, name in _KINDS:
            match = pattern.fullmatch(text)
            if match and rank(match[name].decode("ascii", "replace").lstrip("-")) in ("secret", "header"):
                if kind == "list" and not match[name].lower().endswith(b"passwords"):
                    continue
                mark = match[3] if kind == "quote" else match[2] if kind == "triple" else b""
                self._open = _Open(kind, len(match[1]) if kind != "triple" else 0, mark)
                return

    def _first_of_triple(self, text: bytes, at: int) -> bytes:
        assert self._open is not None
        end = text.find(self._open.mark, at)
        if end >= 0:
            self._open = None
        if not text[at : end if end >= 0 else None].strip():
            return text
        self.found += 1
        if self._open:
            self._open.shown = True
        return text[:at] + HIDDEN + (text[end:] if end >= 0 else b"")

    def _hide(self, known: _Open, before: bytes) -> bytes | None:
        if known.shown:
            return None
        known.shown = True
        self.found += 1
        return before + HIDDEN

    def _scalar(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        indent = len(text) - len(text.lstrip())
        if not text.strip():
            return True, text
        if indent <= known.indent:
            self._open = None
            return False, None
        return True, self._hide(known, text[:indent])

    def _triple(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        end = text.find(known.mark)
        if end < 0:
            return True, self._hide(known, b"") if text.strip() else text
        self._open = None
        return True, (self._hide(known, b"") or b"") + text[end:] if text[:end].strip() else text

    def _pair(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        match = _VALUE.fullmatch(text) or _VALUE_ELEMENT.fullmatch(text)
        if not match:
            if text.lstrip()[:1] in (b"}", b"]", b"-") or known.lines >= _MOST_BETWEEN or not text.strip():
                self._open = None
            return False, None
        self._open = None
        if _FOLDED.fullmatch(match[3]):
            self._open = _Open("scalar", len(match[1]) - len(match[1].lstrip()))
            return True, text
        if is_placeholder(match[3]):
            return True, text
        self.found += 1
        return True, match[1] + match[2] + HIDDEN + match[4]

    def _alone(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        """A value that stands under its name: in quotes, or further in and no name itself, or called `value` there."""
        self._open = None
        if _SETTING.match(text) and len(text) - len(text.lstrip()) > known.indent:
            self._open = _Open("pair", known.indent)
            return self._pair(self._open, text)
        quoted, plain = _QUOTED.fullmatch(text), _PLAIN.fullmatch(text)
        if quoted and not is_placeholder(quoted[3]):
            self.found += 1
            return True, quoted[1] + quoted[2] + HIDDEN + quoted[4]
        if plain and len(plain[1]) > known.indent and not is_placeholder(plain[2]) and not is_prose(plain[2]):
            self.found += 1
            return True, plain[1] + HIDDEN
        return False, None

    def _list(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        """Items of `passwords:`, one on a line, in either notation."""
        item = _ITEM.fullmatch(text)
        ends = not text.strip() or text.strip()[:1] in (b"]", b"}") or len(text) - len(text.lstrip()) < known.indent
        if ends or not item or (b":" in item[2] and not item[1].strip()):
            self._open = None
            return False, None
        if is_placeholder(item[2]):
            return True, text
        self.found += 1
        return True, item[1] + HIDDEN + item[3]

    def _quote(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        """Quotes that close on a later line; the first line's part was hidden as far as that line goes."""
        end = text.find(known.mark)
        if known.lines > _MOST_QUOTED or not text.strip():
            self._open = None
            return False, None
        known.shown = True  # counted with its first line
        if end < 0:
            return True, None
        self._open = None
        return True, HIDDEN + text[end:]

    def _continued(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        """A line that the one before goes on in."""
        if not text.endswith(b"\\"):
            self._open = None
        return True, text[: len(text) - len(text.lstrip())] + HIDDEN if text.strip() else text

    def _flag(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        """The word after a flag, where each stands on a line: a list of arguments."""
        self._open = None
        item = _ITEM.fullmatch(text)
        several = item and b" " in item[2] and item[1].strip()[-1:] not in (b'"', b"'")
        if not item or several or item[2].startswith(b"-") or is_placeholder(item[2]):
            return False, None
        self.found += 1
        return True, item[1] + HIDDEN + item[3]

    def _element(self, known: _Open, text: bytes) -> tuple[bool, bytes | None]:
        self._open = None
        value = text.strip()
        if not value or value.startswith(b"<") or is_placeholder(value):
            return False, None
        self.found += 1
        return True, text[: len(text) - len(text.lstrip())] + HIDDEN
