"""What a person typed, with what Slack and their keyboard made of it undone exactly once.

Clients turn quotes curly and `--` into a dash, and link what looks like an address; Slack escapes
`&`, `<` and `>` in all text, code included. In a code span only that escape is undone: the rest is
verbatim. It runs before anybody was admitted, so each sign is looked at once.
Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.pattern import compiled

_FENCE = "```"
# The shapes that Slack makes: an address with its scheme, and what names people, channels and groups.
_LINK = compiled(r"<((?:[a-z][a-z0-9+.-]*://|mailto:|tel:|[@#!])[^<>|]*)(?:\|([^<>]*))?>")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "\u00a0": " "})
_EN_DASH = compiled(r"–([A-Za-z]{2})")


def parted(text: str) -> tuple[str, str]:
    """The command, and the code block after it: that is the command's standard input, to the letter."""
    whole = text.rstrip()
    opened = whole.rfind(_FENCE, 0, len(whole) - len(_FENCE)) if whole.endswith(_FENCE) else -1
    stdin = whole[opened + len(_FENCE) : -len(_FENCE)].removeprefix("\n")
    if opened < 0 or not whole[:opened].strip() or not stdin or stdin.startswith("`"):
        return clean(text), ""
    return clean(whole[:opened]), _unescape(stdin)


def clean(text: str) -> str:
    """The text as it was meant."""
    return "".join(_unescape(part) if code else _prose(part) for part, code in _spans(text)).strip()


def _spans(text: str) -> Iterator[tuple[str, bool]]:
    """Parts of a text, and whether each is code, without its marks."""
    at = start = 0
    fences = True
    while (mark := text.find("`", at)) >= 0:
        end, width = -1, 1
        if fences and text.startswith(_FENCE, mark):
            end, width = text.find(_FENCE, mark + len(_FENCE) + 1), len(_FENCE)
            fences = end >= 0  # where one never closes, none after it does
        if end < 0:
            end, width = text.find("`", mark + 1), 1
        code = text[mark + width : end] if end >= 0 else ""
        if code and (width > 1 or "\n" not in code):
            yield text[start:mark], False
            yield code, True
            at = start = end + width
        else:
            at = mark + 1
    yield text[start:], False


def _prose(text: str) -> str:
    text = _LINK.sub(_unlink, text).translate(_QUOTES)
    return _unescape(_EN_DASH.sub(r"--\1", text).replace("—", "--").replace("–", "-"))


def _unlink(link: Any) -> str:
    """`<http://a.b|a.b>` was typed as `a.b`; mentions of people and channels stay as they are."""
    address, label = link[1], link[2]
    if address[0] in "@#!":
        return str(link[0])
    return str(label) if label else str(address).removeprefix("mailto:").removeprefix("tel:")


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
