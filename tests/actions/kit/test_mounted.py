"""Where a mounted secret is, whichever way leads there."""

from __future__ import annotations

import pytest

from bot.actions.kit.mounted import is_within


@pytest.mark.parametrize(
    "path",
    [
        "/etc/creds/db",
        "//etc/creds/db",
        "/etc//creds/./db",
        "/proc/1/root/etc/creds/db",
        "/proc/self/root/proc/7/root/etc/creds",
        "/proc/1/task/1/root/etc/creds/db",
        "/run/secrets/token",
        "/var/run/secrets/token",
    ],
)
def test_every_way_to_it_is_one(path: str):
    assert is_within(path, ("/etc/creds", "/var/run/secrets"))


@pytest.mark.parametrize("path", ["/etc/credsx/db", "/etc/cred", "/proc/1/environ", "/proc/1/rootx/etc/creds", "/"])
def test_the_neighbour_is_none(path: str):
    assert not is_within(path, ("/etc/creds", "/var/run/secrets"))
