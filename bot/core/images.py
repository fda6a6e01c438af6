"""Images by name: as they are typed, as an engine pulls them, and which of them cdebug may start.

Source of the names: github.com/distribution/reference, reference.go and normalize.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.core.errors import Denied, UsageError
from bot.core.pattern import compiled

HUB = "docker.io"
_HUBS = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_LONGEST = 512
_REGISTRY = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::\d{1,5})?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = compiled(
    rf"(?:({_REGISTRY})/)?({_PART}(?:/{_PART})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@(sha256:[0-9a-f]{{64}}))?"
)


@dataclass(frozen=True)
class ImageName:
    """What is pulled where a name is typed: `busybox` is `docker.io/library/busybox:latest`. A digest decides alone;
    a tag before it says nothing.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.registry}/{self.path}"

    @property
    def path(self) -> str:
        """What stands behind the registry."""
        return self.repository + (f"@{self.digest}" if self.digest else f":{self.tag}")

    @property
    def familiar(self) -> str:
        """As people write it; for them alone: an engine is given all of it, and has nothing to guess."""
        first, _, rest = self.path.partition("/")
        if self.registry != HUB or _is_registry(first):
            return str(self)
        return rest if first == "library" and "/" not in rest else self.path


def parse_image(text: str) -> ImageName:
    """Raises UsageError for what can't be an image's name."""
    first, slash, rest = text.partition("/")
    has_registry = bool(slash) and _is_registry(first)
    found = _NAME.fullmatch(text if has_registry else f"{HUB}/{text}") if len(text) <= _LONGEST else None
    if not found or not (rest or not slash) or text.startswith("sha256:"):  # a digest alone is an id, and no name
        raise UsageError("not an image's name:", text[:60], hint="Write `busybox:1.35`, or `ghcr.io/acme/tools:2`.")
    registry = found[1].lower()
    if registry in _HUBS:
        registry = HUB
    repository = f"library/{found[2]}" if registry == HUB and "/" not in found[2] else found[2]
    return ImageName(registry, repository, "" if found[4] else found[3] or "latest", found[4] or "")


def _is_registry(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost"


@dataclass(frozen=True)
class Tools:
    """An image that people debug with. size: of what is pulled, in MB, for amd64."""

    name: str
    image: str
    size: int
    tools: str
    use: str


CATALOGUE = (
    Tools("netshoot", "nicolaka/netshoot:v0.13", 190, "tcpdump, tshark, dig, mtr, nmap, iperf3, curl", "networks"),
    Tools("busybox", "busybox:1.35", 2, "sh, ps, wget, nc, nslookup, vi", "a shell where there is none"),
    Tools("ubuntu", "ubuntu:22.04", 28, "bash, apt: install what is missing", "everything in Debian's packages"),
    Tools("alpine", "alpine:3.18", 3, "sh, apk: install what is missing", "small, and musl instead of glibc"),
)
_TOOLBOX = ("strace, tcpdump, gdb, eu-stack, py-spy, ps, ip, ss, dig, nc, curl, jq", "traces, packets, stacks")


@dataclass(frozen=True)
class ImageRules:
    """toolbox: what is started where nothing is named. mirror: where Docker Hub's images are pulled from instead.
    allowed: patterns of names, in which `*` stands for anything; one without a tag allows all tags and digests.
    """

    toolbox: str = "cdebug-toolbox:latest"
    mirror: str = ""
    allowed: tuple[str, ...] = ("*",)

    @property
    def catalogue(self) -> tuple[Tools, ...]:
        """The toolbox first."""
        return (Tools("toolbox", self.toolbox, 80, *_TOOLBOX), *CATALOGUE)

    def chosen(self, typed: str = "") -> str:
        """The name to pull: of the toolbox, of a short name in the catalogue, or of what was typed.

        Raises UsageError for what is no name, Denied for what isn't allowed.
        """
        known = {it.name: it.image for it in self.catalogue}
        return self.checked(known.get(typed or "toolbox", typed))

    def checked(self, typed: str) -> str:
        """The name to pull of what was typed, whole. Raises as `chosen` does."""
        name = self.named(typed)
        if not self.allows(name):
            raise Denied(
                "cdebug may not start the image",
                name.familiar,
                why=f"only these may be started: {', '.join(('the toolbox', *self.allowed))}",
                hint="`images --catalogue` shows which it may; whoever runs cdebug can allow more.",
            )
        return self.pulled(name)

    def named(self, text: str) -> ImageName:
        """What a name means, also where it was typed with the mirror before it."""
        mirror = self.mirror.rstrip("/")
        if mirror and text.startswith(f"{mirror}/"):
            text = f"{HUB}/{text.removeprefix(f'{mirror}/')}"
        return parse_image(text)

    def pulled(self, name: ImageName) -> str:
        """As an engine is told to pull it."""
        if name == self._own:
            return str(parse_image(self.toolbox))
        if not self.mirror or name.registry != HUB:
            return str(name)
        return f"{self.mirror.rstrip('/')}/{name.path}"

    def allows(self, name: ImageName) -> bool:
        """Whether it may be started. The toolbox always may, by the very name that the settings give it."""
        return name == self._own or any(it.allows(name) for it in self._patterns)

    @cached_property
    def _own(self) -> ImageName:
        return self.named(self.toolbox)

    @cached_property
    def _patterns(self) -> tuple[_Pattern, ...]:
        return tuple(map(_pattern, self.allowed))


@dataclass(frozen=True)
class _Pattern:
    """Of a name without its tag, and of a tag or a digest; None for any."""

    name: Any
    tag: Any = None
    digest: str | None = None

    def allows(self, name: ImageName) -> bool:
        if not self.name.fullmatch(f"{name.registry}/{name.repository}"):
            return False
        if self.digest is not None:
            return name.digest == self.digest
        return self.tag is None or (not name.digest and self.tag.fullmatch(name.tag) is not None)


def _pattern(text: str) -> _Pattern:
    """`nicolaka/*`, `ghcr.io/acme/*:v1.*`, `busybox@sha256:…`; `*` alone is every image of every registry."""
    if text == "*":
        return _Pattern(_glob(text))
    text, _, digest = text.partition("@")
    front, slash, last = text.rpartition("/")
    last, colon, tag = last.partition(":")
    registry, repository = _parts(f"{front}{slash}{last}")
    name = compiled(f"{_escaped(registry, '[^/]*')}/{_escaped(repository, '.*')}")
    return _Pattern(name, _glob(tag) if colon else None, digest or None)


def _parts(text: str) -> tuple[str, str]:
    """Registry and repository, told apart as in a name."""
    first, slash, rest = text.partition("/")
    if not slash or not _is_registry(first):
        return HUB, text if slash else f"library/{text}"
    registry = HUB if first.lower() in _HUBS else first.lower()
    return registry, f"library/{rest}" if registry == HUB and "/" not in rest and rest != "*" else rest


def _glob(text: str) -> Any:
    return compiled(_escaped(text, ".*"))


def _escaped(text: str, any_: str) -> str:
    parts = ("".join(sign if sign.isalnum() else f"\\{sign}" for sign in part) for part in text.split("*"))
    return any_.join(parts)
