"""Images by name: what is meant, what is pulled, and what may be started."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Denied, UsageError
from bot.core.images import ImageRules, parse_image

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("typed", "meant", "familiar"),
    [
        ("busybox", "docker.io/library/busybox:latest", "busybox:latest"),
        ("busybox:1.35", "docker.io/library/busybox:1.35", "busybox:1.35"),
        ("nicolaka/netshoot", "docker.io/nicolaka/netshoot:latest", "nicolaka/netshoot:latest"),
        ("index.docker.io/busybox:1", "docker.io/library/busybox:1", "busybox:1"),
        ("GHCR.io/acme/tools:2", "ghcr.io/acme/tools:2", "ghcr.io/acme/tools:2"),
        ("localhost:5000/tools", "localhost:5000/tools:latest", "localhost:5000/tools:latest"),
        ("localhost/tools:1", "localhost/tools:1", "localhost/tools:1"),
        (f"busybox:1@{DIGEST}", f"docker.io/library/busybox@{DIGEST}", f"busybox@{DIGEST}"),
    ],
)
def test_a_name_means_what_engines_pull(typed: str, meant: str, familiar: str):
    assert (str(parse_image(typed)), parse_image(typed).familiar) == (meant, familiar)
    assert parse_image(str(parse_image(typed))) == parse_image(typed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-x",
        "a b",
        "../x",
        "ghcr.io/../x",
        "a//b",
        "busy:box:1",
        "x@sha256:ab",
        "A/b",
        "a/",
        "/a",
        "a\n",
        "x" * 600,
        "a;b",
    ],
)
def test_what_is_no_name_is_refused(text: str):
    with pytest.raises(UsageError, match="not an image's name"):
        parse_image(text)


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_one_line(text: str):
    try:
        assert parse_image(str(parse_image(text))) == parse_image(parse_image(text).familiar) == parse_image(text)
    except UsageError as error:
        assert str(error)


RULES = ImageRules(
    toolbox="reg.corp/debug/toolbox:3",
    mirror="reg.corp/hub/",
    allowed=("busybox:1.*", "nicolaka/*", "ghcr.io/acme/*", f"alpine@{DIGEST}"),
)


@pytest.mark.parametrize(
    ("typed", "pulled"),
    [
        ("", "reg.corp/debug/toolbox:3"),
        ("toolbox", "reg.corp/debug/toolbox:3"),
        ("busybox", "reg.corp/hub/library/busybox:1.35"),
        ("busybox:1.36", "reg.corp/hub/library/busybox:1.36"),
        ("netshoot", "reg.corp/hub/nicolaka/netshoot:v0.13"),
        (f"nicolaka/netshoot@{DIGEST}", f"reg.corp/hub/nicolaka/netshoot@{DIGEST}"),
        ("reg.corp/hub/nicolaka/netshoot:1", "reg.corp/hub/nicolaka/netshoot:1"),
        ("ghcr.io/acme/tools:2", "ghcr.io/acme/tools:2"),
        (f"alpine:9@{DIGEST}", f"reg.corp/hub/library/alpine@{DIGEST}"),
    ],
)
def test_what_is_allowed_is_pulled_from_where_the_settings_say(typed: str, pulled: str):
    assert RULES.chosen(typed) == pulled


@pytest.mark.parametrize(
    "typed",
    [
        "evil:1",
        "busybox:2",
        "busybox:latest",
        f"busybox:1.35@{DIGEST}",  # the digest decides, whatever the tag says
        "alpine",
        f"alpine@sha256:{'cd' * 32}",
        "evil/busybox:1.35",
        "evil.io/library/busybox:1.35",
        "ghcr.io/acmeevil/tools:2",
        "reg.corp/hub/evil:1",
        "reg.corp/hub/library/ubuntu:22.04",
        "ubuntu",
        "reg.corp/debug/toolbox:4",
        f"reg.corp/debug/toolbox@{DIGEST}",
        "nicolaka.io/netshoot",
    ],
)
def test_no_way_around_the_list_by_tag_digest_mirror_or_short_name(typed: str):
    with pytest.raises(Denied, match="cdebug may not start the image"):
        RULES.chosen(typed)


def test_everything_is_allowed_unless_somebody_says_what():
    assert ImageRules().chosen("evil:1") == "docker.io/library/evil:1"
    assert ImageRules(allowed=()).chosen() == "docker.io/library/cdebug-toolbox:latest"
    with pytest.raises(Denied, match="only these may be started: the toolbox"):
        ImageRules(allowed=()).chosen("busybox")


@pytest.mark.parametrize(
    ("allowed", "typed"),
    [
        ("library/*", "library/attacker/backdoor:1"),
        ("docker.io/*", "docker.io/evil.com/backdoor:1"),
        ("docker.io/*", "docker.io/localhost/backdoor:1"),
        ("busybox", "busybox:1.35"),
        ("Docker.IO/acme/*", "acme/tools"),
        ("*.acme.com/*", "reg.acme.com/tools:1"),
        ("busybox*", "busybox:1.35"),
        ("*/tools", "acme/tools"),
    ],
)
def test_what_is_pulled_is_what_was_judged(allowed: str, typed: str):
    pulled = ImageRules(allowed=(allowed,)).chosen(typed)
    assert pulled == str(parse_image(typed))
    assert str(parse_image(pulled)) == pulled  # whoever reads it next has nothing to guess


@pytest.mark.parametrize(
    ("allowed", "typed"),
    [
        ("nginx*", "nginx.evil.com/backdoor"),
        ("acme*/tools", "acme.evil.com/x/tools"),
        ("*.acme.com/*", "evil.com/x.acme.com/foo"),
        ("*.acme.com/*", "attacker/x.acme.com/foo"),
        ("*/tools", "ghcr.io/acme/tools:2"),
        ("ghcr.io/a.b", "ghcr.io/axb"),
    ],
)
def test_a_pattern_is_of_one_registry(allowed: str, typed: str):
    with pytest.raises(Denied):
        ImageRules(allowed=(allowed,)).chosen(typed)


def test_a_toolbox_behind_the_mirror_is_pulled_from_there():
    rules = ImageRules(toolbox="reg.corp/hub/acme/toolbox:3", mirror="reg.corp/hub", allowed=())
    assert rules.chosen() == "reg.corp/hub/acme/toolbox:3"
    assert rules.chosen("acme/toolbox:3") == "reg.corp/hub/acme/toolbox:3"


def test_a_digest_alone_is_no_name():
    with pytest.raises(UsageError):
        parse_image("sha256:" + "ab" * 32)
