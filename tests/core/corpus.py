"""The corpus of lines that redaction is measured by, and what it makes of them.

secrets.txt and blocks.txt mark each secret by ⟦ and ⟧; harmless.txt holds none. They were written without a look at
the patterns. Source of their forms: the logs and files of the programs that on-call people read.
"""

from __future__ import annotations

import re
from pathlib import Path

from bot.core.redact import Redactor, Scrubber

FOLDER = Path(__file__).parents[1] / "corpus"
_MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)
_REDACTOR = Redactor()


def samples(name: str) -> list[str]:
    """Marked texts: lines, or blocks of lines."""
    text = (FOLDER / name).read_text()
    return text.removesuffix("\n").split("\n====\n") if name == "blocks.txt" else text.splitlines()


def shown(text: str) -> str:
    """A text after redaction, as a stream of its own."""
    scrubber = Scrubber(_REDACTOR)
    return (scrubber.push(f"{text}\n".encode()) + scrubber.close()).decode().removesuffix("\n")


def unmarked(sample: str) -> str:
    return sample.replace("⟦", "").replace("⟧", "")


def missed(sample: str) -> list[str]:
    """The secrets of a sample that can still be read, or a part of one that is long enough to matter."""
    text = shown(unmarked(sample))
    harmless = _MARKED.sub("\0", sample)
    return [secret for secret in _MARKED.findall(sample) if _leaks(secret, text, harmless)]


def _leaks(secret: str, text: str, harmless: str) -> bool:
    pieces = {secret} | {secret[at : at + 6] for at in range(max(1, len(secret) - 5))}
    return any(
        piece.strip() and len(piece) >= min(len(secret), 6) and piece in text and piece not in harmless
        for piece in pieces
    )


def lost(sample: str) -> list[str]:
    """The words outside its secrets that can't be read any more."""
    text = shown(unmarked(sample))
    return [word for word in _MARKED.sub(" ", sample).split() if word.strip("\"'`,;:)}]>([{<\\=&|") not in text]
