"""Every line that a person can read, out of the source: errors, hints, notes, labels, help.

`python -m tests.words` writes them to tests/words.txt, which reviewers read as one text. Names that are filled in stand
in braces. Left out is what only the log, Redis, an engine or a pattern reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.core.pattern import compiled
from tests.harness import ROOT

WORDS = ROOT / "tests" / "words.txt"
_UNREAD_CALLS = frozenset({
    "compiled", "compiled_bytes", "register_script", "info", "warning", "error", "exception", "getLogger", "Key",
    "Histogram", "Counter", "Gauge", "Chore",
})  # fmt: skip
_UNREAD_FILES = ("core/redact/", "core/pattern.py", "store/", "core/kinds.py", "telemetry.py", "core/text.py")
_READ_CALLS = frozenset({"Button", "option", "Shown", "Table", "Parameter"})
_LABELS = ("actions/", "pipeline/decide/cards.py", "core/plan.py")


def lines() -> list[str]:
    """Sorted, each once."""
    found: set[str] = set()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        name = str(path.relative_to(ROOT / "bot"))
        if not name.startswith(_UNREAD_FILES):
            found.update(_of_file(ast.parse(path.read_text()), labels=name.startswith(_LABELS)))
    return sorted(filter(_is_prose, found), key=lambda line: (line.lower(), line))


# How a line begins that a shell, a schema or a server reads.
_CODE = (
    "entity ", 'action "', "appliesTo ", "channel: {", "context: String", "id: String", "elif ", "else exit", "if [",
    "if tr ", "for folder", "done'", "echo ", 'cd "$1"', "stty ", "Content-", "Connection: ", "Upgrade: ", "Host: ",
    "POST ", "own=$", "grep -qF", 'ls "$folder',
)  # fmt: skip


def _is_prose(line: str) -> bool:
    """Whether there are words in it beside what is filled in."""
    return compiled(r"[A-Za-z]{2}").search(compiled(r"\{[^}]*\}+").sub("", line)) is not None and not line.startswith(
        (*"/-%[^", *_CODE)
    )


def _of_file(tree: ast.Module, *, labels: bool) -> Iterator[str]:
    unread = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _UNREAD_CALLS:
            unread.update(id(part) for part in ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            unread.update(id(part) for part in node.values)
        if isinstance(node, ast.ClassDef) and any(keyword.arg == "verb" for keyword in node.keywords):
            yield from _sentences(ast.get_docstring(node) or "")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _READ_CALLS:
            yield from (text for each in (*node.args, *(it.value for it in node.keywords)) for text in _texts(each))
        if labels and isinstance(node, ast.Tuple) and node.elts and id(node) not in unread:
            yield from (text for text in _texts(node.elts[0]) if len(node.elts) == 2 and text)
        if id(node) not in unread and isinstance(node, ast.Constant | ast.JoinedStr):
            yield from (text for text in _texts(node) if " " in text.strip() and any(map(str.isalpha, text)))


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _sentences(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield from _sentences("".join(_part(part) for part in node.values))


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{ast.unparse(part.value)}}}"
    return str(part.value) if isinstance(part, ast.Constant) else ""


def _sentences(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def main() -> None:
    """Write them down."""
    WORDS.write_text("".join(f"{line}\n" for line in lines()))


if __name__ == "__main__":
    main()
