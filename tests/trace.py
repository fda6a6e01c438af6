"""One command's way through the code, in docs/design.md, with the lines where it passes.

`python -m tests.trace` renews the lines; a test holds them to the source.
"""

from __future__ import annotations

import ast
from pathlib import Path

from bot.core.pattern import compiled
from tests.harness import ROOT

PAGE = ROOT / "docs" / "design.md"
_STOP = compiled(r"`(bot/[a-z_/]+\.py):(\d+)` `([A-Za-z_.]+)`")


def stops(text: str) -> list[tuple[str, int, str]]:
    """(file, line, name) of each place that the page names."""
    return [(match[1], int(match[2]), match[3]) for match in _STOP.finditer(text)]


def line_of(file: str, name: str) -> int:
    """Where a class, function or method begins. Raises LookupError."""
    body: list[ast.stmt] = ast.parse((ROOT / file).read_text()).body
    line = 0
    for part in name.split("."):
        found = next((node for node in body if getattr(node, "name", "") == part), None)
        if found is None:
            raise LookupError(f"{file} has no {name}")
        line = found.lineno
        body = getattr(found, "body", [])
    return line


def renewed(text: str) -> str:
    """The page with the lines as they are."""
    return str(_STOP.sub(lambda at: f"`{at[1]}:{line_of(at[1], at[3])}` `{at[3]}`", text))


def main(page: Path = PAGE) -> None:
    """Write the lines anew."""
    page.write_text(renewed(page.read_text()))


if __name__ == "__main__":
    main()
