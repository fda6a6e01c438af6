"""How much power a helper gets: never more than its plan says, and no more than the job needs."""

from __future__ import annotations

import pytest

from bot.core.errors import UsageError
from bot.core.powers import CAPABILITIES, GRANTED, PROFILES, Power, Wish, capability_of, power_of, user_of, ways

ORDINARY = power_of("1000:1000", [], [], privileged=False)
ROOT = power_of("0:0", [], [], privileged=False)


def test_beside_an_ordinary_process_it_is_that_user_and_has_nothing():
    way, *_ = ways(Wish(), ORDINARY)
    assert (way.power.user, way.power.capabilities) == ("1000:1000", frozenset())


def test_beside_root_it_has_what_that_process_has_and_no_more():
    less = power_of("0", [], ["NET_RAW", "CAP_MKNOD"], privileged=False)
    way, *_ = ways(Wish(), less)
    assert way.power.capabilities == GRANTED - {"NET_RAW", "MKNOD"}
    assert way.power.gained_over(less) == ()


def test_beside_what_is_privileged_it_takes_two_and_is_not_privileged():
    way, *_ = ways(Wish(), power_of("0", [], [], privileged=True))
    assert (len(way.power.capabilities), way.power.privileged) == (2, False)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("user", ["", "0", "1000"])
@pytest.mark.parametrize("target", [ORDINARY, ROOT, Power()])
def test_each_capability_beyond_the_targets_is_told_whoever_it_runs_as(profile: str, user: str, target: Power):
    for way in ways(Wish(profile, user, ("SYS_ADMIN",)), target):
        own = target.capabilities if target.is_root else frozenset()
        assert set(way.power.gained_over(target)) == way.power.capabilities - own
        assert "SYS_ADMIN" in way.power.gained_over(target)


@pytest.mark.parametrize("typed", ["00", "0", "000:0"])
def test_root_is_root_however_it_is_written(typed: str):
    assert Power(user_of(typed)).is_root


@pytest.mark.parametrize("typed", ["root", "", "-1", "1:", "1:2:3", "1 ", "9999999999", "٣"])
def test_who_is_no_user_id_is_refused(typed: str):
    with pytest.raises(UsageError):
        user_of(typed)


@pytest.mark.parametrize("typed", ["SYS_PTRACE", "sys_ptrace", "CAP_SYS_PTRACE", "cap_sys_ptrace"])
def test_a_capability_has_one_name(typed: str):
    assert capability_of(typed) == "SYS_PTRACE"


@pytest.mark.parametrize("typed", ["ALL", "all", "CAP_ALL", "CAP_CAP_SYS_ADMIN", "SYS ADMIN", "ROOT", ""])
def test_all_of_them_and_none_of_them_are_refused(typed: str):
    with pytest.raises(UsageError, match="not a capability"):
        capability_of(typed)


def test_what_is_added_at_once_is_every_one():
    assert power_of("0", ["ALL"], [], privileged=False).capabilities == CAPABILITIES
    assert power_of("0", [], ["all"], privileged=False).capabilities == frozenset()
