"""An image: what it is called, what a container of it runs, and which ones do."""

from __future__ import annotations

import shlex
from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, pairs, several
from bot.core.facts.images import ImageFacts
from bot.core.output import Card
from bot.core.units import show_age, show_bytes


def image_card(facts: ImageFacts, name: str, now: datetime) -> Card:
    groups: Groups = [("Image", _image(facts, now)), ("A container of it", _runs(facts))]
    return Card(f"image/{name}", groups)


def _image(facts: ImageFacts, now: datetime) -> Rows:
    rows: Rows = [
        ("names", several(facts.names)),
        ("id", facts.id),
        ("size", f"{show_bytes(facts.size)} in {facts.layers} layers"),
        ("platform", facts.platform or "-"),
        ("built", f"{show_age(facts.created, now)} ago" if facts.created else "-"),
    ]
    rows += [("digest", it) for it in facts.digests]
    rows += [("labels", pairs(dict(facts.labels)))] if facts.labels else []
    return [*rows, ("used by", several(facts.used_by))]


def _runs(facts: ImageFacts) -> Rows:
    rows: Rows = [
        ("entrypoint", shlex.join(facts.entrypoint) or "none"),
        ("command", shlex.join(facts.command) or "none"),
        ("user", facts.user or "root (the image names none)"),
        ("workdir", facts.workdir or "/"),
    ]
    rows += [("ports", several(facts.ports))] if facts.ports else []
    rows += [("volumes", several(facts.volumes))] if facts.volumes else []
    rows += [("environment", several(facts.environment))] if facts.environment else []
    return rows + ([("health check", facts.check)] if facts.check else [])
