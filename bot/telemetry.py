"""What the operator sees: JSON lines on standard output, Prometheus metrics, health."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

COMMANDS = Counter("cdebug_commands_total", "Commands that opened a thread, by how they ended", ["verb", "state"])
SECONDS = Histogram("cdebug_command_seconds", "From the root message to the outcome", ["verb"])


def start_logging() -> Any:
    """Every log line of ours and of libraries is one JSON object; libraries speak from warnings on."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler(_Stdout())
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    return structlog.get_logger()


class _Stdout:
    """Standard output as it is now, line by line; tests replace it."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def flush(self) -> None:
        """Each write is flushed."""


Ready = Callable[[], Awaitable[str]]


class HealthServer:
    """`/metrics`, `/healthz` (the process lives) and `/readyz` (it can do its work; 503 and why, if not)."""

    def __init__(self, port: int, ready: Ready) -> None:
        self._port, self._ready = port, ready
        server = web.Application()
        server.router.add_get("/metrics", self._metrics)
        server.router.add_get("/healthz", self._healthz)
        server.router.add_get("/readyz", self._readyz)
        self._runner = web.AppRunner(server, access_log=None)

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "0.0.0.0", self._port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        why = await self._ready()
        return web.Response(text=f"{why or 'ready'}\n", status=503 if why else 200)


LAG = Histogram(
    "cdebug_loop_lag_seconds", "How late the event loop came to a task that was due: what everybody waits for",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
WORST_LAG = Gauge("cdebug_loop_lag_worst_seconds", "The worst of it since the start")
_PROBE_S = 0.05


async def watch_lag() -> None:
    """Measure it, for as long as the bot runs."""
    loop, worst = asyncio.get_running_loop(), 0.0
    while True:
        due = loop.time() + _PROBE_S
        await asyncio.sleep(_PROBE_S)
        late = max(0.0, loop.time() - due)
        LAG.observe(late)
        if late > worst:
            worst = late
            WORST_LAG.set(worst)
