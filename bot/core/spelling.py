"""Signs that hide, move or end a line, spelt out: what is read is what was written.

By Unicode category: controls, formats (direction marks, joiners, tags), private and unassigned ones, line and paragraph
separators, spaces that aren't the space, and the few letters and marks that show nothing.
Source: Unicode 15, UnicodeData (general category) and DerivedCoreProperties (Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from bot.core.pattern import compiled

_BLANK = (
    r"\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{2800}\x{3164}"
    r"\x{fe00}-\x{fe0f}\x{ffa0}\x{e0100}-\x{e01ef}\x{2065}\x{1d159}\x{16fe4}"
)
_SPACES = r"\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"
_UNASSIGNED = r"\x{e0000}-\x{e0fff}\x{fff0}-\x{fff8}\x{fdd0}-\x{fdef}\x{ffff}\x{fffe}"
_SIGNS = rf"\p{{Cc}}\p{{Cf}}\p{{Co}}\p{{Zl}}\p{{Zp}}{_BLANK}{_SPACES}{_UNASSIGNED}"
_HIDING = compiled(rf"[{_SIGNS}]")
_OURS = compiled(rf"(\\*)([\x{{2400}}-\x{{243f}}{_SIGNS}])|(\\+)(u[0-9a-f]{{4}}|U[0-9a-f]{{8}})")
_EMOJI_STYLE = "\ufe0f"
_MEANT = frozenset("\n\t")
_PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {127: "␡"}


def spell_out(text: str) -> str:
    """Newlines and tabs stay, other controls become a visible sign (`␇`), the rest its code point (`\\u202e`)."""
    if text.isascii() and text.isprintable():
        return text
    text = text.encode("utf-8", "backslashreplace").decode()  # half of a surrogate pair can't be sent
    return str(_HIDING.sub(_spelt, text))


def in_one_line(text: str) -> str:
    """The same, with newlines and tabs spelt out too."""
    return spell_out(text).replace("\n", "␤").replace("\t", "␉")


def quoted(text: str) -> str:
    """In one line, for between backticks: nothing in it ends the quotes that it stands in."""
    return in_one_line(text).replace("`", "ˋ")


def to_the_letter(text: str) -> str:
    """In one line, and no two texts alike: a sign that we spell others by is spelt out where somebody typed it, and so
    are spaces at the end, which nobody sees.
    """
    shown = in_one_line(_OURS.sub(_escaped, text.encode("utf-8", "backslashreplace").decode()))
    begins, ends = len(shown) - len(shown.lstrip(" ")), len(shown) - len(shown.rstrip(" "))
    return "␣" * begins + shown.strip(" ") + ("␣" * ends if begins < len(shown) else "")


def _escaped(match: Any) -> str:
    """Backslashes are doubled where what follows them is a code point, or will be spelt as one."""
    if match[3]:
        return f"{match[3] * 2}{match[4]}"
    sign = match[2]
    spelt = f"\\u{ord(sign):04x}" if 0x2400 <= ord(sign) < 0x2440 else _name(sign)
    return f"{match[1] * 2}{spelt}" if spelt.startswith("\\") and (match[1] or sign != _EMOJI_STYLE) else str(match[0])


def _spelt(match: Any) -> str:
    sign, at = match[0], match.start()
    if sign in _MEANT:
        return str(sign)
    if sign == _EMOJI_STYLE and at and _is_emoji(match.string[at - 1]):
        return str(sign)  # ⚠ and its coloured form look different: nothing is hidden
    return _name(sign)


def _is_emoji(sign: str) -> bool:
    return unicodedata.category(sign) == "So" and (0x2600 <= ord(sign) < 0x27C0 or ord(sign) >= 0x1F000)


@lru_cache(maxsize=4_096)
def _name(sign: str) -> str:
    code = ord(sign)
    if code in _PICTURES:
        return _PICTURES[code]
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
