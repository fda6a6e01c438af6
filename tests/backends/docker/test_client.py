"""Vendor errors as ours: each kind that the packages raise is mapped, and says what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import aiohttp
import pytest
import requests
import urllib3.exceptions as urllib3
from docker import errors as vendor

from bot.backends.docker.client import Client, translate
from bot.core.errors import CdebugError, Misconfigured, NotFound, NotRunning, TimedOut, Unavailable


def answered(status: int, said: str = "said") -> vendor.APIError:
    response = requests.Response()
    response.status_code = status
    return vendor.APIError("x", response, said)


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (answered(404), NotFound),
        (answered(409, "container x is not running"), NotRunning),
        (answered(500), Unavailable),
        (requests.ConnectTimeout(), TimedOut),
        (requests.ReadTimeout(), TimedOut),
        (requests.ConnectionError(), Unavailable),
        (vendor.DockerException("Error while fetching server API version: timed out"), TimedOut),
        (vendor.DockerException("Error while fetching server API version: refused"), Unavailable),
        (TimeoutError(), TimedOut),
        (aiohttp.ServerTimeoutError(), TimedOut),
        (aiohttp.ClientConnectionError(), Unavailable),
        (OSError(), Unavailable),
    ],
)
def test_an_error_is_ours_and_one_line(error: Exception, ours: type[CdebugError]):
    translated = translate(error, "local", "read logs of", "local/web")
    assert type(translated) is ours
    assert "`local/web`" in str(translated)
    assert "\n" not in str(translated)
    assert translated.hint


def kinds_of(root: type[Exception]) -> Iterator[type[Exception]]:
    """It and every kind of it that some package defines."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds_of(kind)


def made(kind: type[Exception]) -> Exception:
    """One of a kind, whatever its own constructor wants."""
    bare = {
        "__init__": lambda self: None,
        "__str__": lambda self: "said",
        "__repr__": object.__repr__,
        "response": None,
        "explanation": "",
    }
    return cast("Exception", type(kind.__name__, (kind,), bare)())


@pytest.mark.parametrize(
    "kind", [*kinds_of(vendor.DockerException), *kinds_of(requests.RequestException), *kinds_of(urllib3.HTTPError)]
)
async def test_whatever_the_packages_raise_is_an_error_of_ours(kind: type[Exception]):
    client = Client("local", "tcp://127.0.0.1:1")

    def fails(api: object) -> None:
        raise made(kind)

    client._connected = object  # type: ignore[method-assign, assignment]
    try:
        with pytest.raises(CdebugError) as raised:
            await client.call("read logs of", "local/web", fails)
        assert raised.value.hint
    finally:
        await client.close()


@pytest.mark.parametrize("host", ["ssh://somewhere", "nonsense://x", "tcp://"])
def test_a_host_that_cant_be_read_is_an_operators_fault(host: str):
    with pytest.raises(Misconfigured, match=r"contexts\.local\.host"):
        Client("local", host)
