"""Kubernetes' quantities as numbers. Source: apimachinery, resource.Quantity."""

from __future__ import annotations

from bot.core.pattern import compiled

_SUFFIX = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = compiled(r"([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|([numkKMGTPE]i?))?")


def is_quantity(value: object) -> bool:
    """Whether it is one at all."""
    return isinstance(value, str) and _QUANTITY.fullmatch(value) is not None


def quantity(text: str) -> float:
    """`100m` → 0.1, `64Mi` → 67108864.0, `1e3` → 1000.0; what is none is 0."""
    found = _QUANTITY.fullmatch(text)
    if not found or found[3] not in (None, *_SUFFIX):
        return 0.0
    return float(found[1] + (found[2] or "")) * _SUFFIX[found[3] or ""]
