"""The one tokenizer for name, separator and value, in every quoting that logs, files and commands use.

    NAME=value   name: value   "name": "value"   \\"name\\":\\"value\\"   'name' => 'value'   name := value
    <name>value</name>   name="value"   name%3Dvalue   --name value   curl -u user:value
    {"name": "DB_PASSWORD", "value": "…"}   Cookie: value

Each value is found once. Everything here is linear in the length of a line: what looks around looks a few hundred
bytes far.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bot.core.pattern import compiled_bytes
from bot.core.redact import values
from bot.core.redact.names import Rank, rank
from bot.core.redact.unquoted import find
from bot.core.redact.values import Span, kept

_CURL = r"-[a-zA-Z]{0,6}u[ \t]*|--user[ \t=]|--proxy-user[ \t=]"
_WORDS = "pass|pwd|_pw|rootpw|secret|token|credential|key|cookie|auth|csrf|xsrf|amz-signature|x-[a-z-]*session"
_NAME = rf"[a-z0-9_.\-]*(?:(?:api|access|secret|private|auth)[ ]key|{_WORDS})[a-z0-9_.\-]*"
_CLOSERS = r"\\*(?:[\"'`]|%22|%27|%5d)?[\])}]?[ \t]*"
_SEPARATORS = r"=>|:=|[:=,}>]|%3d|%3a|&gt;|/>|</|;s:\d{1,6}:|(?:value|val)\\*[\"'=:]|\(?\\*[\"']|[^<>\n=:;,]{0,12} [a-z]+=[^<>\n]{1,200}>"
_CANDIDATE = compiled_bytes(
    rf"(?im)({_NAME})({_CLOSERS})({_SEPARATORS})"
    rf"|(?:^|[\s\"'`(\[,=])(--?{_NAME})[ \t]+[^\s-]"
    rf"|(?:^|\s)(?:{_CURL})([\"']?)[^\s:\"'/]{{1,64}}:"
    rf"|(?:^|[\s\"'])(?:(?:env|arg|setx|configure set|add_header|proxy_set_header|fastcgi_param|setenv)[ \t]+{_NAME}|requirepass|masterauth|rootpw|login[ \t]+\S+[ \t]+password)[ \t]+([^\s=:-])"
    rf"|^[ \t]*password[ \t]+(\S+)[ \t]*$"
)
_KEY_BEFORE = compiled_bytes(
    r"(?i)(?:(?:\b|[a-z])(?:name|key|variable|property|parameter|param|field|header|setting)|\b(?:id|k|env))\\*[\"']?[ \t]*"
    r"(?:=>|[:=])[ \t]*\\*[\"']?$|<(?:name|key)>$"
)
_VALUE_KEY = compiled_bytes(
    r"(?i)\\*[\"']?\b(?:[a-z]*value|val|v|secret_?string|content|data)\\*[\"']?[ \t]*(?:=>|[:=])[ \t]*|<(?:value|string)(?: [^>\n]*)?>"
)
_CALL_BEFORE = compiled_bytes(
    r"(?:\b(?:env|define|[gs]et_?[eE]?nv|putenv|config|setting|Setenv)\([ \t]*\\*[\"']|(?:^|[\[,({])[ \t]*\([ \t]*[\"']|\{)$"
)
_COMMA = compiled_bytes(r"[\"']?[ \t]*,[ \t]*(?:<<)?")
_ARROW = compiled_bytes(r"\"?[ \t]*->[ \t]*\"")
_NAMED = (b"password", b"passwd", b"passphrase")
_BEGINS = compiled_bytes(r"[ \t]*(?:-[ \t]+)*[\"']?")
_ELEMENT_ENDS = (b"</", b"&lt;/")
_SEVERAL = compiled_bytes(r"[;|&\n]")
_NUMBER = compiled_bytes(r"(?:0x[0-9a-f]{1,16}|\d{1,10})(?:[\s,;)]|$)")
_USAGE = compiled_bytes(r"[A-Z][A-Z_]+(?:[\s\]),]|$)")
# What comes before a name where its fate is told, and not its value.
_VERB = compiled_bytes(
    r"(?i)\b(?:unexpected|expected|illegal|reserved|stray|unknown|non-existent|missing|no such|next|current"
    r"|(?:get|fetch|decod|pars|retriev|load|validat|verify|refresh|creat|delet|mount|find|resolv|obtain|updat|read)(?:e|ing)?)"
    r"[ \t](?:(?:the|a|an|k8s|kubernetes|tls|access|api|auth|bearer|refresh) ){0,2}$"
)
_LEXED = compiled_bytes(
    r"[ \t]*(?:['\"]?(?:[A-Z][A-Z_]{1,30}|[^\w\s'\"]{1,2})['\"]?(?:[\s,;)'\"]|$)|JsonToken\.|0x[0-9a-f]{1,4}\b)"
)
_REFERENCE = compiled_bytes(
    r"[ \t]*\\*[\"']?(?:[a-z][a-z-]*/[a-z0-9][a-z0-9.-]*|[a-z]+(?:-[a-z]+)+)(?:[\"'\s,;:)\]}\\]|$)"
)
_NEAR, _FAR, _AHEAD, _LONG = 48, 400, 512, 1 << 16


def spans(block: bytes, *, command: bool = False) -> list[Span]:
    """The values of secret names in a block of lines, in their order."""
    found: list[Span] = []
    at = 0
    while match := _CANDIDATE.search(block, at):
        start = block.rfind(b"\n", 0, match.start() + 1) + 1
        end = block.find(b"\n", match.end())
        end = len(block) if end < 0 else end
        found += (Span(start + span.start, start + span.end) for span in _of_line(block[start:end], command=command))
        at = end
    return found


def _of_line(line: bytes, *, command: bool) -> Iterator[Span]:
    at = taken = 0
    while match := _CANDIDATE.search(line, at):
        end = match.end(1) if match[1] else match.end(4) if match[4] else match.end()
        for span in _values(line, match, taken, command=command):
            if span.end > span.start >= taken:
                if end < span.start <= end + _FAR + _NEAR:  # the value of a pair: what stands before it is read too
                    yield from (Span(end + it.start, end + it.end) for it in _of_gap(line[end : span.start], command))
                yield span
                end = taken = max(end, span.end)
        at = end


def _of_gap(piece: bytes, command: bool) -> list[Span]:
    return list(_of_line(piece, command=command)) if b'"' in piece and len(piece) > 4 else []


def _values(line: bytes, match: Any, since: int, *, command: bool) -> Iterator[Span]:
    span = _value(line, match, since, command=command)
    if span is None:
        return
    yield span
    if not command and (arrow := _ARROW.match(line, span.end)):  # a plan's old value and its new one
        yield Span(arrow.end(), values.closing(line, arrow.end(), b'"', 0))


def _value(line: bytes, match: Any, since: int, *, command: bool) -> Span | None:
    """since: what stands before it was hidden, or looked at."""
    if match[1] is None:
        return _without_separator(line, match, command=command)
    before = line[max(0, match.start(1) - _NEAR) : match.start(1)]
    separator = match[3].lower()
    if not command and _KEY_BEFORE.search(before) and separator not in (b"=", b":", b"=>", b":="):
        return _of_pair(line, match, since)
    if separator == b",":
        return _after_comma(line, match, before)
    if separator in (b"}", b"/>", b"</") or separator.startswith(b"val"):
        return None
    return _of_name(line, match, before, separator, command=command)


def _without_separator(line: bytes, match: Any, *, command: bool) -> Span | None:
    """A flag and its value, a user and their password, a keyword and what follows it."""
    if match[4] is not None:
        return _of_flag(line, match.end() - 1, match[4], command=command)
    if match[6] is not None or match[7] is not None:
        at = match.start(6) if match[6] is not None else match.start(7)
        if command:
            return None  # a word after a word: it may be what runs
        if found := values.quoted(line, at):
            return kept(line, found[0], "secret")
        prose = values.is_prose(_ahead(line, at)) or values.is_sentence(_ahead(line, at))
        return None if prose else kept(line, values.token(line, at), "secret")
    return _of_curl(line, match)


def _after_comma(line: bytes, match: Any, before: bytes) -> Span | None:
    """The next word of a list, or of a call: `["--password", "…"]`, `define('DB_PASSWORD', '…')`, `{password, "…"}`."""
    flag = match[1].startswith(b"-")
    if _rank(match[1]) != "secret" or not (flag or _CALL_BEFORE.search(before)):
        return None
    comma = _COMMA.match(line, match.end(1))
    if not comma:
        return None
    if found := values.quoted(line, comma.end()):
        return _of_quotes(line, found[0], "secret")
    return kept(line, values.token(line, comma.end()), "secret") if flag and b"[" in before else None


def _of_name(line: bytes, match: Any, before: bytes, separator: bytes, *, command: bool) -> Span | None:
    kind, at = _rank(match[1]), match.end()
    if not kind or _is_spoken_of(line, match[1], at, before, separator):
        return None
    if separator[-1:] in (b'"', b"'"):
        return _of_statement(line, match, kind, command=command)
    if separator.endswith((b">", b"&gt;")) and separator != b"=>":
        return _of_element(line, at, kind) if before.endswith((b"<", b":", b"&lt;")) else None
    if separator.startswith(b"%3"):
        near = values.escaped(line, at, weak=True)
        return kept(line, values.escaped(line, at), kind) if kept(line, near, kind) else None
    while line[at : at + 1] in (b" ", b"\t"):
        at += 1
    if command:
        return _of_setting(line, match, at, kind)
    if values.opens_object(line, at):
        return None
    if found := values.quoted(line, at):
        return _of_quotes(line, found[0], kind)
    if line[at : at + 1] in (b"{", b"[") and (span := _in_brackets(line, at, kind)):
        return span
    return _of_header(line, at, before) if kind == "header" else find(line, match, at, kind, before)


def _of_setting(line: bytes, match: Any, at: int, kind: Rank) -> Span | None:
    """In a command. What follows `NAME=` and a space is what a shell runs; after a colon it may be a header's value."""
    if at > match.end() and not (
        match[3] == b":" and (_BEGINS.fullmatch(line[: match.start(1)]) or line[match.start(1) - 1] in b"\"'")
    ):
        return None
    at = values.after_scheme(line, Span(at, len(line))).start
    if not _of_shell(line, values.shell_token(line, at, weak=True), kind):
        return None
    return _of_shell(line, values.shell_token(line, at, weak=kind == "weak"), kind)


def _is_spoken_of(line: bytes, name: bytes, at: int, before: bytes, separator: bytes) -> bool:
    """A place and what is said of it (`secret://…`, an ARN, `/run/secrets/api_token: permission denied`), which secret a
    controller speaks of (`secret=default/db-creds`), what a parser met (`token: EOF`), and what went wrong with one
    (`failed to get secret: Get "https://…"`).
    """
    word = name.lower()
    if b"arn:" in before or (word == b"secret" and _REFERENCE.match(line, at)):
        return True
    if word == b"token" and _LEXED.match(line, at):
        return True
    if separator != b":":
        return False
    if line[at : at + 2] == b"//" or (_VERB.search(before) and not _looks_random(line, at)):
        return True
    spaced = line[at : at + 1] in (b" ", b"\t", b"")
    return before.endswith((b"/", b"\\")) and bool(spaced or before[-2:-1].strip())


def _looks_random(line: bytes, at: int) -> bool:
    words = line[at : at + _AHEAD].split(maxsplit=1)
    return bool(words) and values.looks_random(words[0])


def _of_statement(line: bytes, match: Any, kind: Rank, *, command: bool) -> Span | None:
    """SQL's `PASSWORD '…'` and `PASSWORD('…')`; of a flag, its value."""
    if match[1].startswith(b"-"):
        return _of_flag(line, match.start(3), match[1], command=command)
    called = match[3].startswith(b"(")
    if command or not match[1].lower().endswith(_NAMED) or not (called or match[2][-1:] in (b" ", b"\t")):
        return None
    found = values.quoted(line, match.start(3) + called)
    return _of_quotes(line, found[0], kind) if found else None


def _in_brackets(line: bytes, at: int, kind: Rank) -> Span | None:
    """An object that calls one of its members `value`; a list, of which all goes with its first item."""
    if line[at : at + 1] == b"{":
        inner = _VALUE_KEY.search(line, at, _end_of_object(line, at))
        return _of_value_key(line, inner.end(), kind) if inner else None
    found = values.quoted(line, at + 1)
    first = _of_quotes(line, found[0], kind) if found else None
    return Span(first.start, _end_of_list(line, first.end)) if first else None


def _end_of_object(line: bytes, at: int) -> int:
    end = line.find(b"}", at, at + _FAR)
    return min(len(line), at + _FAR) if end < 0 else end


def _end_of_list(line: bytes, at: int) -> int:
    end = line.find(b"]", at, at + _LONG)
    return len(line) if end < 0 else max(at, end - 1)


def _rank(name: bytes) -> Rank:
    return rank(name.lstrip(b"-.").decode("ascii", "replace"))


def _of_quotes(line: bytes, span: Span, kind: Rank) -> Span | None:
    span = values.after_scheme(line, span)
    value = line[span.start : span.end]
    if values.is_prose(value) or (kind == "bare" and value.isdigit()) or value[:1] in (b"{", b"["):
        return None
    return kept(line, span, kind)


def _of_header(line: bytes, at: int, before: bytes) -> Span | None:
    """To the end of the line, or of the quotes that the whole header stands in."""
    if values.is_prose(_ahead(line, values.after_scheme(line, Span(at, len(line))).start)) or _NUMBER.match(line, at):
        return None
    mark = before[-1:]
    end = (
        values.closing(line, at, mark, len(before) - len(before[:-1].rstrip(b"\\")) - 1) if mark in (b'"', b"'") else -1
    )
    span = Span(at, len(line.rstrip()) if end < 0 else end)
    return kept(line, values.after_scheme(line, span), "header")


def _ahead(line: bytes, at: int) -> bytes:
    return line[at : at + _AHEAD]


def _of_element(line: bytes, at: int, kind: Rank) -> Span | None:
    """`<password>…</password>`, also where its signs are written as entities, or it holds CDATA."""
    if line.startswith(b"<![CDATA[", at):
        end = line.find(b"]]>", at)
        return Span(at + 9, len(line) if end < 0 else end)
    most = at + _FAR if kind == "weak" else len(line)
    ends = [line.find(sign, at, most) for sign, last in zip(_ELEMENT_ENDS, _last_ends(line), strict=True) if at <= last]
    ends = [end for end in ends if end >= 0]
    if not ends:
        return None
    return kept(line, Span(at, min(ends)), kind) if line[at : min(ends)].strip() else None


@lru_cache(maxsize=1)
def _last_ends(line: bytes) -> tuple[int, ...]:
    """Looked for once: a line of beginnings has thousands, and no search may go to its end for nothing."""
    return tuple(line.rfind(sign) for sign in _ELEMENT_ENDS)


def _of_flag(line: bytes, at: int, flag: bytes, *, command: bool) -> Span | None:
    kind = _rank(flag)
    if kind not in ("secret", "header"):
        return None
    if command:
        return _of_shell(line, values.shell_token(line, at), kind)
    if found := values.quoted(line, at):
        return _of_quotes(line, found[0], kind)
    tail = _ahead(line, at)
    if values.is_sentence(tail) or values.is_prose(tail) or values.holds_several(tail) or _USAGE.match(tail):
        return None
    return None if line[at - 2 : at].isspace() else kept(line, values.token(line, at), kind)  # a column of a help text


def _of_curl(line: bytes, match: Any) -> Span | None:
    at, mark = match.end(), match[5]
    before = line[max(0, match.start() - _AHEAD) : match.start() + 1]
    if b"curl" not in _SEVERAL.split(before)[-1] and not (line[: match.start() + 1].isspace() and line[-1:] == b"\\"):
        return None
    if mark:
        return kept(line, Span(at, values.closing(line, at, mark, 0)), "secret")
    if found := values.quoted(line, at):
        return kept(line, found[0], "secret")
    end = min((end for sign in b" \t\"'" if (end := line.find(bytes([sign]), at)) >= 0), default=len(line))
    return kept(line, Span(at, end), "secret")


def _of_shell(line: bytes, span: Span, kind: Rank) -> Span | None:
    return kept(line, span, kind if kind != "bare" else "secret")


def _of_pair(line: bytes, match: Any, since: int) -> Span | None:
    """The name is itself a value: `{"name": "DB_PASSWORD", "value": "…"}`, in either order."""
    kind = _rank(match[1])
    if kind not in ("secret", "header"):
        return None
    if match[3] == b">" and line[match.end() : match.end() + 1] != b"<":
        return _of_element(line, match.end(), kind)
    after = _VALUE_KEY.search(line, match.end(1), match.end(1) + _FAR)
    if after and b"{" not in line[match.end(1) : after.start()]:
        return _of_value_key(line, after.end(), kind)
    start = max(since, match.start(1) - _FAR)
    opened = max(start, line.rfind(b"{", start, match.start(1)))
    behind = list(_VALUE_KEY.finditer(line, opened, match.start(1)))
    return _of_value_key(line[: match.start(1)], behind[-1].end(), kind) if behind and match.start(1) < _LONG else None


def _of_value_key(line: bytes, at: int, kind: Rank) -> Span | None:
    if line[at - 1 : at] == b">":
        return _of_element(line, at, kind)
    found = values.quoted(line, at)
    return kept(line, found[0] if found else values.token(line, at), kind)
