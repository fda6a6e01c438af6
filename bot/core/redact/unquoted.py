"""A value without quotes: how far it goes depends on the line that it stands in.

A line of `env` ends with its value, and so does a setting in YAML; in braces a comma ends it; in a sentence it is none.
"""

from __future__ import annotations

from typing import Any

from bot.core.pattern import compiled_bytes
from bot.core.redact import values
from bot.core.redact.names import Rank
from bot.core.redact.values import Span, kept

_YAML = compiled_bytes(r"[ \t]*(?:-[ \t]+)*[\"']?")
_ENVIRONMENT = compiled_bytes(r"[ \t]*(?:(?:export|-|[0-9TZ:.+-]{20,40})[ \t]+)*")
_NO_SETTING = compiled_bytes(r"[;&|,][a-z_][a-z0-9_]*=")
_SPACE = compiled_bytes(r"\s")
_NEAR, _FAR, _AHEAD = 48, 400, 512


def find(line: bytes, match: Any, start: int, kind: Rank, before: bytes) -> Span | None:
    """match: the name is its group 1, the separator its group 3. start: where the value would begin."""
    separator, tail = match[3], line[start : start + _AHEAD]
    spaced = separator == b":" and line[match.end() : match.end() + 1] in (b" ", b"\t")
    if _is_other(tail, separator, spaced, apart=match[2][-1:] == b" "):
        return None
    if kind == "secret" and not spaced and (whole := values.in_quotes(line, start, before)):
        return kept(line, whole, kind)
    first = values.token(line, start, weak=True)  # so far every placeholder shows what it is
    if kept(line, first, kind) is None:
        return None
    first = values.token(line, start, weak=kind == "weak")
    if kind == "bare" and not _means_password(line, match, line[first.start : first.end], separator):
        return None
    if kind != "weak":
        first = _in_yaml(line, match.start(1), first) if spaced else _in_environment(line, match, first)
    value = line[first.start : first.end]
    span = kept(line, first, kind) if len(value) >= 3 and not (value.isdigit() and len(value) < 4) else None
    return values.token(line, start) if span and kind == "weak" else span


def _is_other(tail: bytes, separator: bytes, spaced: bool, *, apart: bool) -> bool:
    """Whether what follows is a structure, a sentence or a program's text. apart: a space stands before the separator."""
    if values.holds_several(tail) or (tail[:1] == b"{" and separator != b"="):
        return True
    if spaced and values.is_prose(tail):
        return True
    return (apart or separator in (b":=", b"=>") or spaced) and values.is_code(tail)


def _in_environment(line: bytes, match: Any, first: Span) -> Span:
    """In a line of `env`, `;x=` is part of the value, unless a setting is called so."""
    is_line = match[3] == b"=" and match[1].isupper() and _ENVIRONMENT.fullmatch(line[: match.start(1)][-_NEAR:])
    if not is_line or not _NO_SETTING.match(line, first.end):
        return first
    end = _SPACE.search(line, first.end)
    return Span(first.start, end.start() if end else len(line))


def _in_yaml(line: bytes, name: int, first: Span) -> Span:
    """name: where it begins. Of a sentence, nothing."""
    if name < _FAR and _YAML.fullmatch(line[:name]):
        return Span(first.start, max(first.end, _without_comment(line)))
    if line.rfind(b"{", max(0, name - _AHEAD), name) >= 0:
        return _in_flow(line, first)
    return Span(first.start, first.start) if values.is_sentence(line[first.start : first.start + _AHEAD]) else first


def _without_comment(line: bytes) -> int:
    end = line.find(b" #")
    return len((line if end < 0 else line[:end]).rstrip())


def _in_flow(line: bytes, first: Span) -> Span:
    """In `{password: two words, user: bob}` a comma or the brace ends it."""
    ends = [end for sign in (b", ", b"}") if (end := line.find(sign, first.start, first.start + _AHEAD)) >= 0]
    return Span(first.start, min(ends)) if ends else first


def _means_password(line: bytes, match: Any, value: bytes, separator: bytes) -> bool:
    """`pass=…` and `pwd=…`, and not what tests and shells say."""
    alone = line[match.end() : match.end() + _AHEAD].split() == [value] and not match[1].isupper()
    glued = separator == b":" and line[match.end() : match.end() + 1].strip() != b"" and not match[1].isupper()
    return (
        (separator in (b"=", b"=>", b":=") or alone or glued)
        and value[:1] not in (b"/", b"~", b".")
        and not value.isdigit()
    )
