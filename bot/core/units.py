"""Durations, times and sizes, as people write and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.errors import UsageError
from bot.core.pattern import compiled

_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_UNIT_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SPAN = compiled(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_SIZE = compiled(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_BARE, _CLOCK = compiled(r"\d{1,12}"), compiled(r"(\d{1,2})(:\d{2}(?::\d{2})?)")
_ENGINE_TIME = compiled(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")
_LONGEST_S = 10 * 365 * 86400.0


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `1h30m`, `2d` or `500ms`; a bare number is seconds, as docker has it.

    Raises UsageError for anything else, for zero and for more than ten years.
    """
    rest = text.strip().lower()
    parts = _SPAN.findall(rest)
    if "".join(number + unit for number, unit in parts) == rest and parts:
        seconds = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
    elif _BARE.fullmatch(rest):
        seconds = float(rest)
    else:
        raise UsageError("no such duration:", text, hint="Write it like `90s`, `10m`, `1h30m` or `2d`.")
    if not 0 < seconds <= _LONGEST_S:
        raise UsageError("a duration must be more than nothing and at most ten years:", text, hint="Try `10m`.")
    return timedelta(seconds=seconds)


def parse_when(text: str, now: datetime) -> datetime:
    """Read a moment: `10m` ago, `14:05` (UTC, the last one past), a date or an RFC 3339 time.

    Raises UsageError for anything else.
    """
    try:
        return now - parse_duration(text)
    except UsageError:
        pass
    if clock := _CLOCK.fullmatch(text):
        moment = _moment(f"{now:%Y-%m-%d}T{clock[1]:0>2}{clock[2]}")
        return moment if moment <= now else moment - timedelta(days=1)
    return _moment(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "no such time:", text, hint="Write `10m` (ago), `14:05` (UTC) or `2026-01-31T14:05:00Z`."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_size(text: str) -> int:
    """Read `50MiB`, `10MB` or `4096` as bytes. Raises UsageError for anything else."""
    match = _SIZE.fullmatch(text.strip().lower())
    if not match or match[2] not in _UNIT_BYTES:
        raise UsageError("no such size:", text, hint="Write it like `50MiB`.")
    return int(float(match[1]) * _UNIT_BYTES[match[2]])


def show_bytes(count: float) -> str:
    """1536 → `1.5 KiB`: binary units, as memory limits are set in."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def show_cpus(count: float) -> str:
    """0.25 → `250m`, 2.0 → `2`: as Kubernetes writes them."""
    return f"{count:g}" if count == round(count) else f"{count * 1000:.0f}m"


def show_duration(seconds: float) -> str:
    """0.04 → `40ms`, 3.21 → `3.2s`, 95 → `1m35s`, 200000 → `2d7h`: two units at most."""
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f}ms"
    if seconds < 10:
        return f"{max(seconds, 0):.1f}s"
    left = round(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2])


def show_age(then: datetime | None, now: datetime) -> str:
    """How long ago, in its largest unit: `5s`, `12m`, `3h`, `9d`."""
    if then is None:
        return "-"
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def parse_engine_time(text: str) -> datetime | None:
    """Read an engine's RFC 3339 time of up to nanoseconds; None for Go's zero time or nothing."""
    match = _ENGINE_TIME.match(text or "")
    if not match or text.startswith("0001-"):
        return None
    fraction = (match[2] or "0")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{match[1]}.{fraction}{(match[3] or 'Z').replace('Z', '+00:00')}")


def show_count(count: int, noun: str) -> str:
    """`1 pod`, `3 pods`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
