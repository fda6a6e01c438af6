"""The order of a column as people mean it: sizes by their size, times by their length, `web-9` before `web-10`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.core.pattern import compiled

Key = tuple[float, tuple[tuple[int, str], ...]]

_QUANTITY = compiled(r"(-?\d{1,30}(?:\.\d+)?)(m|[kKMGTPE]i?)?B?(?:[ (/].*)?")
_TIME = compiled(r"(?:(\d{1,9})y)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?")
_SECONDS = (365 * 86_400, 86_400, 3_600, 60, 1)
_PARTS = compiled(r"(\d{1,18})|([^\d]+|\d{19,})")
_POWERS = "kMGTPE"
_LAST = float("inf")  # what is no number stands behind those that are


def key_of(cells: Sequence[str]) -> Callable[[str], Key]:
    """How to sort these. `5m` is five minutes where others are times, too, and five thousandths elsewhere."""
    times = any(_TIME.fullmatch(cell) and cell[-1:] in ("s", "h", "d", "y") for cell in cells)
    return lambda cell: (_seconds(cell) if times else _size(cell), natural(cell))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Numbers in a name by their value."""
    return tuple((int(number or 0), word.lower()) for number, word in _PARTS.findall(text))


def _seconds(cell: str) -> float:
    found = _TIME.fullmatch(cell)
    if not found or not cell:
        return _LAST
    return float(sum(int(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)))


def _size(cell: str) -> float:
    found = _QUANTITY.fullmatch(cell)
    if not found:
        return _LAST
    number, unit = float(found[1]), found[2] or ""
    if unit == "m":
        return number / 1_000
    base = 1_024 if unit.endswith("i") else 1_000
    return number * float(base ** (_POWERS.index(unit[0].replace("K", "k")) + 1)) if unit else number
