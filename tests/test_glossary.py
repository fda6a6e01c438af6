"""One meaning for each word: no two public classes of one name, and a glossary that names what is there."""

from __future__ import annotations

import ast
from collections import Counter

from bot.core.pattern import compiled
from tests.harness import ROOT
from tests.trace import PAGE, renewed, stops

_ROW = compiled(r"(?m)^\| ((?:`[A-Z][A-Za-z]+`(?:, )?)+) \| .+ \|$")
_TERM = compiled(r"`([A-Z][A-Za-z]+)`")


def public_names() -> Counter[str]:
    """Classes of `bot/`, and the names that stand for several of them."""
    names: Counter[str] = Counter()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                names[node.name] += 1
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
                names.update(
                    target.id for target in node.targets if isinstance(target, ast.Name) and target.id.istitle()
                )
    return names


def terms() -> list[str]:
    """Those that the glossary defines."""
    section = (ROOT / "docs" / "design.md").read_text().partition("## Words\n")[2].partition("\n## ")[0]
    return [term[1] for row in _ROW.finditer(section) for term in _TERM.finditer(row[1])]


def test_no_two_public_classes_have_one_name():
    assert {name: count for name, count in public_names().items() if count > 1} == {}


def test_each_term_is_defined_once_and_is_there():
    known = terms()
    assert len(known) > 20
    assert len(known) == len(set(known))
    names = public_names()
    assert [term for term in known if term not in names] == []


def test_the_trace_of_a_command_points_at_what_it_names():
    page = PAGE.read_text()
    assert len(stops(page)) > 15
    assert page == renewed(page), "`make docs` renews the lines"
