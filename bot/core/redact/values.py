"""What stands after a name and its separator: where a value begins and ends, and whether it is one at all.

Logs are read greedily: a value that goes on is hidden as far as it goes. A command is read as a shell would: what
a shell would run is never part of a value.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.core.pattern import compiled_bytes
from bot.core.redact.names import Rank

_QUOTE = compiled_bytes(
    r"""(?:string\(\d{1,6}\)[ \t]*|\[\]byte\(|\[\]string\{|(?:Secret|SecretStr|String|str|bytes|Some)\(|s:\d{1,6}:|<<|!!str[ \t]+|&[a-z]{1,20}[ \t]+)?"""
    r"""[bBuUrRfF]?(\\*)(["'`])"""
)
_JOINED = (b"'\\''", b"'\"'\"'")  # how a shell's quotes hold one of their own
_ENDS = compiled_bytes(
    r"""(?i)\s|[;,|](?:[ \t]|$|[a-z_][a-z0-9_.\-\[\] ]{0,60}=)|&(?:[ \t&]|$|amp;|[a-z_][a-z0-9_.\-\[\]]{0,60}=)"""
    r"""|["'`](?:[\s,;:}\])>]|$)|\\+["']|\\[nr](?:[a-z_][a-z0-9_.\-]*[=:]|\\|["'\s]|$)|</|[)\]}>]+(?:[\s,;.\"']|$)"""
)
_ENDS_IN_QUOTES = compiled_bytes(r"(?i)[;,|&] ?[a-z_][a-z0-9_.\-\[\]]{0,60}=|\\[nr]")
_CODE = compiled_bytes(
    r"(?:[A-Za-z_][A-Za-z0-9_]*\.)*[A-Za-z_][A-Za-z0-9_]*\(|[a-z_]+(?:\.[a-z_]+){2,}(?:[\s;,)]|$)|module\.|(?:var|local|process\.env|os|self|config|settings|secrets|data|env|ENV)[.\[]"
)
_SHELL_ENDS = compiled_bytes(r"[\s;&|<>()`$\"']")
_SHELL_QUOTED_ENDS = compiled_bytes(r"[`$\"]")
_ESCAPED_OPENS = compiled_bytes(r"(?i)(?:%20|\+)*(%22|%27)")
_ESCAPED_ENDS = compiled_bytes(r"(?i)[&\s\"'<>;,]|%26|%0[ad]|%3b")
_PLACEHOLDER = compiled_bytes(
    r"(?i)(?:true|false|yes|no|on|off|null|none|nil|undefined|\(null\)|<nil>|n/?a|-+|\*+|x{3,}|(?:\xe2\x80\xa2)+|\.{2,}|#+"
    r"|_+|\?+|\[?<?\(?(?:redacted|hidden|masked|filtered|removed|sensitive|censored|protected|omitted|obfuscated|scrubbed"
    r"|not shown|none|empty|unset|unknown|secret|changeme\?|password|token|set|your[-_ a-z]*)\)?>?\]?"
    r"|\[redacted: [0-9, a-z]*\]|<[a-z][a-z0-9 _.-]*>|\$\{[^}]*\}|\$(?-i:[A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]+|[a-z]+(?:_[a-z]+)*)|\$\([^)]*\)?|\{\{.*|%[a-z_]+%|%[svdqr]"
    r"|</?[a-z]+>|\\+|\[[a-z]+\]|\d+ ?bytes|\$\{?\{.*|[A-Z][a-z]+\.\.\.|\{[a-z_.]*\}|\$\d{1,2}|:[a-z_]+|@[a-z_]+|\.\.\.|\xe2\x80\xa6|https?://[^\s@]*|arn:aws:[a-z]+:.*|(?:ref\+)?vault:.*"
    r"|expired|invalid|missing|revoked|valid|rejected|absent|present|refreshed|required|unchanged|ok|eof|include|cached|canceled|cancelled"
    r"|(?-i:[A-Z][A-Za-z]+(?:Error|Exception|Impl)):?|http|ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-[a-z0-9]+)"
)
_PATH = compiled_bytes(r"(?:file:/*)?(?:\.{1,2}|~)?(?:/[a-z.][a-z0-9._-]*){2,}/?|[A-Z]:\\.*|(?:/[A-Za-z0-9._-]+){3,}/?")
_HUMP = compiled_bytes(r"[a-z][A-Z]")
_CLOSING = {b"[": b"]", b"(": b")", b"<": b">"}
_STATES = frozenset(
    b"""
    absent accepted any auto automatic bad basic bearer boolean bytes changed complete created creating creation
    default deleted denied destroying destruction disabled empty enabled encrypted error expired expired.
    expires failed found generated hidden include incorrect int integer invalid invalid. issued loaded malformed
    masked mismatch missing missing. modifying none number object ok omit optional present prompt provided read
    reading redacted refreshed refreshing refused rejected required required. reset revoked rotated same-origin
    set still stored str string success successful text unauthorized unavailable unbound unknown unset updated
    user valid varchar verified wrong
    """.split()
)
_PROSE = frozenset(
    b"""
    already are authentication be been called can't cannot changed characters complete could couldn't denied
    didn't does doesn't don't elapsed error errors exceeded exhausted expected expired expires failed failure
    forbidden found had has have incorrect invalid invalidated is least malformed mismatch missing must not
    permission permitted please provided refused rejected required returned revoked should skipped skipping
    specified succeeded successfully such timed timeout too unable unauthenticated unauthorized unavailable
    unbound unchanged undefined unexpected unset updated verified was were will without wrong
    """.split()
)
_LOWER = compiled_bytes(r"[a-z][a-z'-]*[.,:;!?)]?")
_RANDOM = compiled_bytes(r"[A-Za-z0-9+/=_.~!@#$%^&*:-]{8,}")
_PLAIN = compiled_bytes(
    r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9][0-9.,:TZ/+-]*[a-z%]{0,3}|[a-z]+://.*|.*/.*/.*"
    r"|[a-z-]+-?v?\d{1,3}|[a-z-]+-\d{1,12}|sha256:.*|[a-z][a-z-]*[:.][a-z0-9.:-]*"
)
_SCHEME = compiled_bytes(
    r"(?i)(?:bearer|basic|digest|negotiate|token|apikey|aws4-hmac-sha256|ntlm|hawk|bot|key|splunk)[ \t]+"
)
_AHEAD = 240


class Span(NamedTuple):
    """Which bytes of a line are a value."""

    start: int
    end: int


def quoted(line: bytes, at: int) -> tuple[Span, int] | None:
    """A value in quotes, of whichever depth of escaping, and where it is over; to the end where they never close."""
    opening = _QUOTE.match(line, at)
    if not opening:
        return None
    level, mark = len(opening[1]), opening[2]
    end = closing(line, opening.end(), mark, level)
    while mark == b"'" and (joined := next((it for it in _JOINED if line.startswith(it, end)), b"")):
        end = closing(line, end + len(joined), mark, level)
    return Span(opening.end(), end), min(len(line), end + level + 1)


def closing(line: bytes, at: int, mark: bytes, level: int) -> int:
    """Where quotes close that `level` backslashes stand before: a longer run of them is a quote inside the value."""
    start = at
    while (found := line.find(mark, at)) >= 0:
        slashes = 0
        while found - slashes > start and line[found - slashes - 1] == 0x5C:
            slashes += 1
        if level == 0 and found > start and line[found + 1 : found + 2] == mark and slashes % 2 == 0:
            at = found + 2  # doubled, as SQL and YAML write one
            continue
        if (level == 0 and slashes % 2 == 0) or (level and slashes <= level):
            return found - slashes if level else found
        at = found + 1
    return len(line)


def token(line: bytes, at: int, *, weak: bool = False) -> Span:
    """A value without quotes, as far as it goes: a sign that may end it does so only where something follows it.

    weak: it is looked at in passing, and not further than a name could be.
    """
    if line[at : at + 1] == b"{" and (end := line.find(b"}", at)) > 0 and line[end + 1 : end + 2] in (b";", b""):
        return Span(at, end + 1)  # ODBC's braces
    most = min(len(line), at + _AHEAD) if weak else len(line)
    ends = _ENDS.search(line, at, most)
    end = ends.start() if ends else most
    while end > at and line[end - 1 : end] in (b",", b";"):
        end -= 1
    return Span(at, end)


def escaped(line: bytes, at: int, *, weak: bool = False) -> Span:
    """A value in a percent-encoded text. weak: as of `token`."""
    most = min(len(line), at + _AHEAD) if weak else len(line)
    if opens := _ESCAPED_OPENS.match(line, at):
        end = line.lower().find(opens[1].lower(), opens.end(), most) if len(line) < 1 << 16 else -1
        return Span(opens.end(), most if end < 0 else end)
    ends = _ESCAPED_ENDS.search(line, at, most)
    return Span(at, ends.start() if ends else most)


def opens_object(line: bytes, at: int) -> bool:
    """Whether quotes hold an object or a list: what is in it has names of its own."""
    opening = _QUOTE.match(line, at)
    return opening is not None and line[opening.end() : opening.end() + 1] in (b"{", b"[")


def holds_several(text: bytes) -> bool:
    """Whether a bracket opens there and closes: what is in it is no value, or several. Alone it may begin one."""
    if text[:2] in (b"${", b"{{"):
        return True
    end = text.find(_CLOSING.get(text[:1], b"\n"), 0, _AHEAD)
    return end > 0 and not text[end + 1 : end + 2].isalnum()


def shell_token(line: bytes, at: int, *, weak: bool = False) -> Span:
    """A value as a shell ends it; what it would run or expand stands outside. weak: as of `token`."""
    mark = line[at : at + 1]
    most = min(len(line), at + _AHEAD) if weak else len(line)
    if mark == b"'" and (end := line.find(b"'", at + 1, most)) > 0:
        return Span(at + 1, end)
    pattern, at = (_SHELL_QUOTED_ENDS, at + 1) if mark == b'"' else (_SHELL_ENDS, at)
    ends = pattern.search(line, at, most)
    return Span(at, ends.start() if ends else most)


def after_scheme(line: bytes, span: Span) -> Span:
    """`Bearer` says how, and stays."""
    scheme = _SCHEME.match(line, span.start)
    return Span(scheme.end(), span.end) if scheme and scheme.end() < span.end else span


def is_code(value: bytes) -> bool:
    """Whether a program's text says where the value comes from."""
    return _CODE.match(value[:_AHEAD]) is not None


def in_quotes(line: bytes, at: int, before: bytes) -> Span | None:
    """A value whose name stands right behind an opening quote: it goes on to that quote's end."""
    mark = before[-1:]
    if mark not in (b'"', b"'"):
        return None
    end = closing(line, at, mark, len(before) - len(before[:-1].rstrip(b"\\")) - 1)
    ends = _ENDS_IN_QUOTES.search(line, at, end)
    return Span(at, ends.start() if ends else end)


def is_placeholder(value: bytes) -> bool:
    """Whether it stands for a value: `null`, `****`, `${TOKEN}`, `<hidden>`, a path or an address."""
    value = value[:_AHEAD].strip().rstrip(b",")
    return not value or _PLACEHOLDER.fullmatch(value) is not None or _is_path(value)


def _is_path(value: bytes) -> bool:
    """A key in base64 has slashes too: no folder is called as one of its pieces is."""
    return _PATH.fullmatch(value) is not None and not any(map(_is_base64, value.split(b"/")))


def _is_base64(part: bytes) -> bool:
    """Whether letters of both cases and digits stand in no order."""
    humps = len(_HUMP.findall(part))
    return len(part) > 9 and (humps > 2 or (humps > 0 and any(sign in b"0123456789" for sign in part)))


def is_prose(text: bytes) -> bool:
    """Whether what follows a colon is a sentence about the name: `is not set`, `permission denied`."""
    words = text[:_AHEAD].lower().split()
    if not words:
        return False
    if words[0].rstrip(b".,;:!)") in _STATES:
        return True
    return len(words) > 1 and any(word.strip(b".,;:!?()'\"`") in _PROSE for word in words[:12])


def is_sentence(text: bytes) -> bool:
    """Whether it begins with several plain words in a row."""
    words = text[:_AHEAD].split()
    return len(words) > 1 and all(_LOWER.fullmatch(word) for word in words[:2])


def looks_random(value: bytes) -> bool:
    """Whether nobody would choose it as a word: letters and digits mixed, of some length."""
    if not _RANDOM.fullmatch(value[:_AHEAD]) or _PLAIN.fullmatch(value[:_AHEAD]):
        return False
    return any(sign in b"0123456789" for sign in value) and value.lower() != value.upper()


def kept(line: bytes, span: Span, kind: Rank) -> Span | None:
    """The value, where it is one that hides something."""
    value = line[span.start : span.end]
    if is_placeholder(value) or (kind == "weak" and not looks_random(value)):
        return None
    return span
