"""`http`: a request to a pod, through a port-forward."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Self

import h11
from cyclopts import Parameter

from bot.actions.kit.ports import port_of_pod
from bot.core.action import Duration, Inside, Shown, TargetedAction, option
from bot.core.bench import Bench
from bot.core.errors import NotRunning, TimedOut, Unavailable, UsageError
from bot.core.kinds import kind_of
from bot.core.output import Card, File, Lines, Note, Output
from bot.core.pattern import compiled
from bot.core.plan import NO_PLAN, Plan
from bot.core.ports.network import ForwardPort, Tunnel
from bot.core.takes import one
from bot.core.target import Container
from bot.core.units import show_bytes, show_duration

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PORT = r"(?P<port>\d{1,5}|[a-z][a-z0-9-]{0,14})(?P<path>/.*)?"
_PLACE = compiled(rf"(?P<target>[^:?#]+?):{_PORT}")
_HERE = compiled(rf":{_PORT}")
_BARE = compiled(r"(?P<port>\d{1,5})(?P<path>/.*)?")
_HEADER = compiled(r"([A-Za-z0-9!#$%&'*+.^_|~-]+):\s*(.*)")
_OURS = frozenset({"connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive"})
_SWITCHING = 101
_MOST = 5 * 2**20
_LONGEST = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Http(
    Inside,
    TargetedAction,
    verb="http",
    takes=one("container"),
    needs=(ForwardPort,),
    rights=("get pods", "get pods/portforward"),
    examples=(
        "http web:8080/health",
        "http deploy/web:8080/api -X POST -d '{}'",
        "http svc/web:80/",
        "http :8080/metrics",
    ),
):
    """Send an HTTP request to a port of a pod, and show the answer with its timing.

    It goes through the cluster's API, as `kubectl port-forward` does: no service, ingress or policy is in between. A
    port may be a name; after `svc/NAME:` it is one of the service, and asked of a pod behind it.
    """

    target: Annotated[
        str, Parameter(help="a pod or what makes pods, a port and a path"), Shown("[TARGET]:PORT[/PATH]")
    ] = field(default="", kw_only=False)
    method: Annotated[str, option("--request", "-X", help="GET, HEAD, POST, …")] = ""
    headers: Annotated[
        tuple[str, ...], option("--header", "-H", help="a header, as `Accept: text/plain`"), Shown("HEADER")
    ] = ()
    data: Annotated[str, option("--data", "-d", help="a body; makes it a POST"), Shown("BODY")] = ""
    limit: Annotated[Duration, option("--timeout", help="give up after")] = timedelta(seconds=10)

    def __post_init__(self) -> None:
        found = self._place
        if not found or (found["port"].isdigit() and not 0 < int(found["port"]) < 65536):
            raise UsageError(
                "`http` needs a pod, a port and a path, not", self.target[:80], hint="Write `http web:8080/`."
            )
        if self._method not in _METHODS:
            raise UsageError("no such method:", self.method[:20], hint=f"Choose one of {', '.join(sorted(_METHODS))}.")
        for each in self.headers:
            found = _HEADER.fullmatch(each)
            if not found or not each.isascii():
                raise UsageError(
                    "a header is written as", "Name: value", hint="As `-H 'Accept: text/plain'`, in ASCII."
                )
            if found[1].lower() in _OURS:
                raise UsageError("this header is the connection's own:", found[1], hint="Leave it out.")
        if any(ord(sign) <= 32 or ord(sign) > 126 for sign in self._path):
            raise UsageError("a path has no spaces and only ASCII:", self._path[:80], hint="Write `%20` for a space.")
        if self.limit > _LONGEST:
            raise UsageError("`--timeout` takes at most 2m", hint="Try `--timeout 30s`.")

    @property
    def _place(self) -> Any:
        here = _BARE.fullmatch(self.target) or _HERE.fullmatch(self.target)
        return here or _PLACE.fullmatch(self.target)

    @property
    def _port(self) -> str:
        return self._place["port"] if self._place else ""

    @property
    def _service(self) -> str:
        """The service that was named; nothing for a pod, or what makes pods."""
        *front, name = (self.targets or ("",))[0].split("/")
        return name if front and kind_of(front[-1]) == "service" else ""

    @property
    def _path(self) -> str:
        return (self._place["path"] if self._place else "") or "/"

    @property
    def _method(self) -> str:
        return (self.method or ("POST" if self.data else "GET")).upper()

    @property
    def targets(self) -> tuple[str, ...]:
        found = self._place
        return (found["target"],) if found and "target" in found.groupdict() else ()

    def pointed_at(self, target: str) -> Self:
        return replace(self, target=f"{target}:{self._port}{self._path}")

    @property
    def lasting(self) -> str:
        return "" if self._method in ("GET", "HEAD", "OPTIONS") else "whatever the program does with the request"

    async def plan(self, found: Container, bench: Bench) -> Plan:
        """Where a name, or a service's port, leads: whoever approves it approves that."""
        if not self._service and self._port.isdigit():
            return NO_PLAN
        port = await port_of_pod(bench, found, self._service, self._port)
        return Plan(looked_up=((self._port, str(port)),))

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        engine = bench.port(ForwardPort)
        if found.state != "running":
            raise NotRunning("cannot send a request to", found, why=f"it is {found.condition}", hint="`logs` says why.")
        port = int(dict(bench.plan.looked_up).get(self._port, self._port))
        if str(port) != self._port:
            yield Note(f"`{self._port}` is port {port} of `{found.name}`.", aside=True)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.limit.total_seconds()), engine.forward(found, port) as tunnel:
                connected = time.monotonic()
                answer = await _asked(tunnel, self._request(), self.data.encode())
        except TimeoutError as error:
            raise TimedOut(
                "no answer from", f"{found.name}:{port}",
                why=f"no answer within {show_duration(self.limit.total_seconds())}",
                hint="`--timeout 60s` waits longer; `network` shows which ports are declared.",
            ) from error  # fmt: skip
        if answer is None:
            raise Unavailable(
                "no answer from", f"{found.name}:{port}",
                why=getattr(tunnel, "failed", "") or "it closed the connection",
                hint="Is anything listening there? `exec … -- netstat -lnt` and `network` show it.",
            )  # fmt: skip
        yield answer.card(f"{self._method} {found.name}:{port}{self._path}", started, connected)
        for output in answer.body():
            yield output

    def _request(self) -> h11.Request:
        typed = [(match[1], match[2]) for each in self.headers if (match := _HEADER.fullmatch(each))]
        names = {name.lower() for name, _ in typed}
        ours = [("Host", "localhost"), ("User-Agent", "cdebug"), ("Accept", "*/*"), ("Connection", "close")]
        ours += [("Content-Length", str(len(self.data.encode())))] if self.data else []
        headers = [*typed, *((name, value) for name, value in ours if name.lower() not in names)]
        return h11.Request(method=self._method, target=self._path, headers=headers)


@dataclass(frozen=True)
class Answer:
    """What came back, and when its first byte and its last did."""

    response: h11.Response
    data: bytes
    first: float
    last: float
    cut: bool

    def card(self, title: str, started: float, connected: float) -> Card:
        headers = [(name.decode(), value.decode("latin-1")) for name, value in self.response.headers]
        reason = bytes(self.response.reason).decode("latin-1")
        timing = [
            ("connected", show_duration(connected - started)),
            ("first byte", show_duration(self.first - started)),
            ("whole", show_duration(self.last - started)),
            ("size", show_bytes(len(self.data)) + (" (more was left out)" if self.cut else "")),
        ]
        status = [("status", f"{self.response.status_code} {reason}".strip())]
        return Card(title, [("Answer", status), ("Timing", timing), ("Headers", headers)])

    def body(self) -> list[Output]:
        if not self.data:
            return [Note("Its body is empty.")]
        return [File("body", self.data)] if b"\0" in self.data else [Lines(self.data.rstrip(b"\n") + b"\n")]


async def _asked(tunnel: Tunnel, request: h11.Request, body: bytes) -> Answer | None:
    """None where nothing came back. Raises Unavailable for what is no HTTP."""
    wire = h11.Connection(h11.CLIENT)
    sent = [wire.send(part) or b"" for part in (request, h11.Data(data=body), h11.EndOfMessage())]
    await tunnel.write(b"".join(sent))
    answer = _Coming()
    try:
        while not answer.over:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                data = await tunnel.read()
                if not data and not answer.first:
                    return None
                answer.first = answer.first or time.monotonic()
                wire.receive_data(data)
            else:
                answer.take(event)
    except h11.RemoteProtocolError as error:
        if answer.response is None:
            raise Unavailable(
                "what answers does not speak HTTP", why=str(error), hint="`exec` can speak what it speaks."
            ) from error
        answer.cut = True  # it broke off: what came is shown
    return answer.whole()


class _Coming:
    """An answer as far as it has come."""

    def __init__(self) -> None:
        self.response: h11.Response | None = None
        self.first = 0.0
        self.over = self.cut = False
        self._data = bytearray()

    def take(self, event: object) -> None:
        if isinstance(event, h11.Response):
            self.response = event
        elif isinstance(event, h11.Data):
            self._data += event.data
            self.over = self.cut = len(self._data) > _MOST
        elif not (isinstance(event, h11.InformationalResponse) and event.status_code != _SWITCHING):
            self.over = True  # its end, or a switch to what is no HTTP any more

    def whole(self) -> Answer | None:
        if self.response is None:
            return None
        return Answer(self.response, bytes(self._data[:_MOST]), self.first, time.monotonic(), self.cut)
