"""What a person means (a `TargetRef`, as typed) and what is there (a `Found`, as the engine has it)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.errors import UsageError
from bot.core.kinds import kind_of
from bot.core.pattern import compiled

PROTECTED = "cdebug/protected"
EVERYWHERE = "*"  # as a namespace: all of them; as a container: each one of a pod
_LONGEST = 512
_REGISTRY = compiled(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?")
_NAME = compiled(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]*")


@dataclass(frozen=True)
class TargetRef:
    """`[context/][namespace/][kind/]name[:container]`, or selectors of labels and fields, as typed.

    order: the place in each object by which a list of them will be sorted; nothing where that is a column.
    """

    name: str = ""
    context: str = ""
    namespace: str = ""
    kind: str = ""
    container: str = ""
    selector: str = ""
    fields: str = ""
    order: str = ""

    def __str__(self) -> str:
        path = "/".join(part for part in (self.context, self.namespace, self.kind, self.name) if part)
        path += f":{self.container}" if self.container else ""
        return f"{path} -l {self.selector}".strip() if self.selector else path


def parse_target(text: str, contexts: frozenset[str]) -> TargetRef:
    """Read `[context/][namespace/][kind/]name[:container]`.

    text: as typed, not trusted, at most 512 characters.
    contexts: the configured names; a leftmost segment that is none of them is a namespace.
    Segments before the name are read from right to left: a known kind; else, leftmost, a context;
    else a namespace. What follows `image/` is an image's name and is taken whole, and so is a digest, or a name that
    begins with a registry's.
    Raises UsageError with the bad part and its column, counted from 1.
    """
    text = text.removeprefix("/")  # as `docker inspect` prints a name
    if not text or len(text) > _LONGEST:
        raise UsageError(f"a target has 1 to {_LONGEST} characters, this one has {len(text)}", hint="See `help`.")
    before, image, after = text.partition("image/")
    if image and (not before or before.endswith("/")):
        if not after:
            raise UsageError("an image's name is missing after", text, hint="`images` lists them.")
        ref = parse_target(f"{before}image-follows", contexts)
        return TargetRef(name=after, context=ref.context, namespace=ref.namespace, kind="image")
    if image_named := _image_of(text, contexts):
        return image_named
    *front, last = text.split("/")
    name, _, container = last.partition(":")
    _check_names(text, [*front, name, *([container] if ":" in last else [])])
    named = front[-1] if front and front[-1] not in contexts else ""
    kind = kind_of(front.pop()) if kind_of(named) else ""
    context = front.pop(0) if front and (front[0] in contexts or len(front) > 1) else ""
    namespace = front.pop() if front else ""
    if context and context not in contexts:
        known = ", ".join(sorted(contexts))
        raise UsageError("no such context:", context, hint=f"Choose one of {known}.")
    if front:
        raise UsageError("too many parts in", text, hint="Write `[context/][namespace/][kind/]name`.")
    return TargetRef(name, context, namespace, kind, container)


def _image_of(text: str, contexts: frozenset[str]) -> TargetRef | None:
    """An image that only an image can be called: by its digest, or by a registry with a port, or with a path in it."""
    context, _, rest = text.partition("/")
    if context not in contexts:
        context, rest = "", text
    registry, _, path = rest.partition("/")
    has_port, is_domain = ":" in registry, "." in registry
    of_registry = path and _REGISTRY.fullmatch(registry) and (has_port or (is_domain and "/" in path))
    if of_registry or (rest.startswith("sha256:") and rest != "sha256:"):
        return TargetRef(name=rest, context=context, kind="image")
    return None


def check_name(text: str) -> None:
    """Raises UsageError for what can't be the name of a namespace, a container or an object."""
    _check_names(text, [text])


def _check_names(text: str, parts: list[str]) -> None:
    column = 1
    for part in parts:
        if not _NAME.fullmatch(part):
            raise UsageError(
                f"not a name at column {column} of", text, why=f"{part!r}", hint="Write `[context/][namespace/]name`."
            )
        column += len(part) + 1


@dataclass(frozen=True)
class Scope:
    """Where to look: a context, and in it a namespace (Docker: a compose project, empty is all; a cluster: `*` is)."""

    context: str
    engine: str
    namespace: str = ""
    protected: bool = False

    @property
    def scope(self) -> Scope:
        return self

    def __str__(self) -> str:
        return f"{self.context}/{self.namespace}" if self.namespace else self.context


class Labelled:
    """What stands in a scope and carries labels: one of them, or its scope, protects it."""

    scope: Scope
    labels: Mapping[str, str]
    kind: str

    @property
    def protected(self) -> bool:
        return self.scope.protected or self.labels.get(PROTECTED) == "true"


@dataclass(frozen=True)
class Neighbour:
    """Another container of a pod. role: init, sidecar or ephemeral; nothing for an ordinary one. trouble: how it is, in
    the engine's words, where it isn't well.
    """

    name: str
    role: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Container(Labelled):
    """A container that is there. `state` is the engine's word: running, exited, created, paused, …

    In a cluster it is named after its pod, `container` is its own name there, and `others` are the ones beside it.
    owner: what made it and its like, as `kind/name`; nothing where it stands alone.
    restarts: how often it was started anew. why: in the engine's words, why it doesn't run. secret_paths: where secrets
    are mounted in it; secret_variables: which of its variables are made of one; secrets: the names of those it uses.
    helper: cdebug made it, to look at another.
    """

    scope: Scope
    id: str
    name: str
    image: str
    image_id: str = ""
    state: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    container: str = ""
    others: tuple[Neighbour, ...] = ()
    restarts: int = 0
    why: str = ""
    secret_paths: tuple[str, ...] = ()
    secret_variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    helper: bool = False
    kind = "container"

    @property
    def condition(self) -> str:
        """Its state, and why it isn't another."""
        return f"{self.state} ({self.why})" if self.why else self.state

    def __str__(self) -> str:
        return f"{self.scope}/{self.name}:{self.container}" if self.container else f"{self.scope}/{self.name}"


@dataclass(frozen=True)
class Row:
    """How a list shows a thing: its cells under the columns that all of its kind share.

    order: what is at the place by which the list is to be sorted, where one was asked for.
    """

    columns: tuple[str, ...]
    cells: tuple[str, ...]
    created: str = ""
    order: str | None = None


@dataclass(frozen=True)
class Resource(Labelled):
    """Any other object of a cluster: a deployment, a service, a pod as a whole.

    generation: counts the changes of what it should be. row: set where it was found in a list.
    """

    scope: Scope
    kind: str
    name: str
    id: str = ""
    generation: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    row: Row | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.scope}/{self.kind}/{self.name}"


@dataclass(frozen=True)
class Image(Labelled):
    """An image that the engine has."""

    scope: Scope
    id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    kind = "image"

    def __str__(self) -> str:
        return f"{self.scope.context}/image/{self.name}"


@dataclass(frozen=True)
class Network(Labelled):
    """A network that the engine has."""

    scope: Scope
    id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    kind = "network"

    def __str__(self) -> str:
        return f"{self.scope.context}/network/{self.name}"


@dataclass(frozen=True)
class Node(Labelled):
    """A machine that containers run on."""

    scope: Scope
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    generation: int = 0
    row: Row | None = field(default=None, compare=False)
    kind = "node"

    def __str__(self) -> str:
        return f"{self.scope.context}/node/{self.name}"


@dataclass(frozen=True)
class NewObject(Labelled):
    """What doesn't exist yet, as a plan resolved it; its labels protect it as its source is protected.

    beside: the name of what it becomes a part of, a pod; beside_id: which of that name. stays: until its end, for later
    commands that need the same; else it goes with the command.
    """

    scope: Scope
    name: str
    spec: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: str = "container"
    beside: str = ""
    beside_id: str = ""
    stays: bool = False

    @property
    def full_name(self) -> str:
        """By which it is found again in its scope."""
        return f"{self.beside}:{self.name}" if self.beside else self.name

    def __str__(self) -> str:
        return f"{self.scope}/{self.full_name}"


Thing = Container | Resource | Image | Network | Node | NewObject


@dataclass(frozen=True)
class Objects:
    """Several things of one scope; refused ones are left out before anybody sees them."""

    scope: Scope
    items: tuple[Thing, ...]

    @property
    def protected(self) -> bool:
        return self.scope.protected or any(item.protected for item in self.items)

    def __str__(self) -> str:
        return str(self.scope)


Found = Scope | Thing | Objects


@dataclass(frozen=True)
class Candidates:
    """What a name may mean: one match runs, several become a menu, none shows what looks alike.

    A match may be several objects that belong together, as all pods of a deployment do.
    """

    matches: tuple[Found, ...] = ()
    alike: tuple[Thing, ...] = ()


def as_it_is_now(found: Found, scope: Scope) -> Found:
    """What was kept, under its context as it is now: that may have become protected since."""
    if isinstance(found, Scope):
        return replace(found, protected=scope.protected)
    if isinstance(found, Objects):
        items = tuple(replace(item, scope=replace(item.scope, protected=scope.protected)) for item in found.items)
        return Objects(replace(found.scope, protected=scope.protected), items)
    return replace(found, scope=replace(found.scope, protected=scope.protected))


def identity_of(thing: Thing) -> str:
    """What makes a thing this one and no other of its name: ids where the engine has them, else what it will be."""
    if isinstance(thing, Container):
        return f"container {thing.id} of image {thing.image_id}"
    if isinstance(thing, NewObject):
        known = [thing.kind, thing.beside, thing.beside_id, thing.name, thing.spec, thing.stays]
        return f"new {json.dumps(known, sort_keys=True)}"
    if isinstance(thing, Resource | Node):
        return f"{thing.kind} {thing.id} of generation {thing.generation}"
    return f"{thing.kind} {thing.id}"


def things_of(found: Found) -> tuple[Thing, ...]:
    """The objects that policy judges one by one; none for a bare scope."""
    if isinstance(found, Objects):
        return found.items
    return () if isinstance(found, Scope) else (found,)
