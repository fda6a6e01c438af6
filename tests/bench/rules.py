"""What safety costs: a decision of policy, redaction of a log, the audit's part of a command's time."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cedarpy

from bot.actions import catalog
from bot.app import SHIPPED_POLICY
from bot.core.audit import Entry
from bot.core.person import Channel, Person
from bot.core.policy import Policy, schema_of
from bot.core.redact import Redactor, Scrubber
from bot.core.subject import Subject
from bot.core.target import Container, Scope
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.store.journal import RedisJournal
from tests.bench import answers
from tests.bench.acknowledge import percentiles
from tests.bench.throughput import LINE

Row = tuple[str, str, str, str, str]
ROUNDS = 2_000
WRITES = 300
LINES = 1_000_000
PERSON = Person("T0", "U0ANN", "ann", roles=frozenset({"responder"}))
WEB = Container(Scope("local", "docker", "shop"), "id", "web", "web:1", labels={"tier": "front"})
HERE = Channel("C0", "channel")


def compare(folder: Path, engine: str) -> list[Row]:
    """Rows of the table: what, ours, theirs, ratio, goal."""
    return [*_decisions(), _redaction(folder), _audit(folder)]


def _decisions() -> list[Row]:
    """Against the same question put to Cedar from text, as its one-call interface is used."""
    shipped = SHIPPED_POLICY.read_text()
    more = "\n".join(
        f'@id("more-{n}") forbid (principal, action, resource) when {{ resource.hasTag("team") '
        f'&& resource.getTag("team") == "team-{n}" && !(principal in Role::"team-{n}") }};'
        for n in range(200 - shipped.count("@id("))
    )
    rows = []
    for name, text in (("the shipped policy", shipped), ("200 policies", f"{shipped}\n{more}")):
        policy = Policy(text, catalog())
        ours = percentiles([_timed(partial(policy.decide, PERSON, HERE, "exec", WEB)) for _ in range(ROUNDS)])
        theirs = percentiles([_timed(partial(_from_text, text)) for _ in range(100)])
        for point, mine, other in zip(("p50", "p99"), ours, theirs, strict=True):
            rows.append(
                (f"a decision, {name}, {point}", f"{mine:.2f} ms", f"{other:.2f} ms", f"{mine / other:.2f}×", "-")
            )
    return rows


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _from_text(text: str) -> None:
    """Schema, policies and entities parsed anew, as a caller does who keeps no handle."""
    attrs = {"team": "T0", "guest": False, "bot": False, "stranger": False}
    of_object: dict[str, object] = dict.fromkeys(("context", "namespace", "engine", "name", "image", "state"), "x")
    of_object["protected"] = False
    channel = {"id": "C0", "kind": "channel", "shared": False, "guests": True, "listed": False}
    cedarpy.is_authorized(
        {
            "principal": 'Person::"a"',
            "action": 'Action::"exec"',
            "resource": 'Container::"b"',
            "context": {"channel": channel, "approvals": 0, "binary": False},
        },
        text,
        [
            {"uid": {"type": "Person", "id": "a"}, "attrs": attrs, "parents": []},
            {
                "uid": {"type": "Container", "id": "b"},
                "attrs": {**of_object, "protected": False},
                "parents": [],
                "tags": {},
            },
        ],
        schema_of(catalog()),
    )


def _redaction(folder: Path) -> Row:
    """100 MB of log without a secret, in blocks as they come from an engine; the peer looks for one pattern."""
    file = folder / "log"
    block = f"{LINE}\n".encode() * 2_500
    with file.open("wb") as out:
        for _ in range(LINES // 2_500):
            out.write(block)
    size = file.stat().st_size / 1e6
    scrubber = Scrubber(Redactor())
    ours = []
    for _ in range(3):
        started = time.perf_counter()
        with file.open("rb") as source:
            while data := source.read(len(block)):
                scrubber.push(data)
        ours.append(time.perf_counter() - started)
    grep = ["grep", "-c", "AKIA[A-Z0-9]\\{16\\}", str(file)]
    theirs = [_timed(partial(subprocess.run, grep, check=False, capture_output=True)) for _ in range(3)]
    mine, other = statistics.median(ours), statistics.median(theirs)
    speed = (f"{size / mine:.0f} MB/s", f"{size / other:.0f} MB/s")
    return (f"redaction of {size:.0f} MB, against `grep -c`", *speed, f"{other / mine:.2f}×", "-")


def _audit(folder: Path) -> Row:
    """What a command waits for: its two records before it runs, on a disk, beside all of `ps` to its first result."""

    async def writes() -> list[float]:
        server = EmbeddedRedis(folder / "audit")
        await server.start()
        client = connect(server.url)
        about = Subject(Container(Scope("local", "docker"), "0" * 64, "web", "web:1"), frozenset({"cdebug/protected"}))
        journal, times = RedisJournal(client, b"a key of the bench"), []
        for _ in range(WRITES):
            started = time.perf_counter()
            await journal.write(Entry("asked", command="ps"), Entry("decided", found=about))
            times.append(time.perf_counter() - started)
        await client.aclose()
        await server.stop()
        return times

    one = statistics.median(asyncio.run(writes()))
    whole = answers.last.get("ps") or float("nan")
    return ("the audit's part of `ps`", f"{1000 * one:.2f} ms", f"{1000 * whole:.2f} ms", f"{one / whole:.2f}×", "-")
