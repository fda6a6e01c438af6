"""What a person typed, with what Slack and their keyboard made of it undone exactly once.

Clients turn quotes curly and `--` into a dash, and link what looks like an address; Slack escapes
`&`, `<` and `>` in all text, code included. In a code span only that escape is undone: the rest is
verbatim. Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "\u00a0": " "})
_EN_DASH = re.compile(r"–(?=[A-Za-z]{2})")


_INPUT = re.compile(r"^(?P<words>.*\S)\s*```\n?(?P<input>[^`].*?)```\s*$", re.DOTALL)


def parted(text: str) -> tuple[str, str]:
    """The command, and the code block after it: that is the command's standard input, to the letter."""
    found = _INPUT.match(text)
    if not found:
        return clean(text), ""
    return clean(found["words"]), _unescape(found["input"])


def clean(text: str) -> str:
    """The text as it was meant."""
    parts, at = [], 0
    for span in _CODE.finditer(text):
        parts += [_prose(text[at : span.start()]), _unescape(span[1] or span[2])]
        at = span.end()
    return "".join([*parts, _prose(text[at:])]).strip()


def _prose(text: str) -> str:
    text = _LINK.sub(_unlink, text).translate(_QUOTES)
    return _unescape(_EN_DASH.sub("--", text).replace("—", "--").replace("–", "-"))


def _unlink(link: re.Match[str]) -> str:
    """`<http://a.b|a.b>` was typed as `a.b`; mentions of people and channels stay as they are."""
    address, label = link[1], link[2]
    if address[0] in "@#!":
        return link[0]
    return label or address.removeprefix("mailto:")


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
