"""Vendor errors as ours: each kind that the packages raise is mapped, and says what to do next."""

from __future__ import annotations

import aiohttp
import pytest
import requests
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


@pytest.mark.parametrize("host", ["ssh://somewhere", "nonsense://x", "tcp://"])
def test_a_host_that_cant_be_read_is_an_operators_fault(host: str):
    with pytest.raises(Misconfigured, match=r"contexts\.local\.host"):
        Client("local", host)
