"""From what was typed to what is there, with nothing in it that this person may not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.action import Action, Inside, Layer
from bot.core.bench import Bench
from bot.core.errors import Denied, NotFound, UsageError
from bot.core.kinds import ANY, WORKLOADS, takes
from bot.core.person import Channel, Person
from bot.core.plan import Plan
from bot.core.policy import MOST_APPROVALS, Allow, Ask, Circumstances, Deny, Policy, strictest
from bot.core.ports.finding import FindPort
from bot.core.request import Place, Request
from bot.core.session import Default, Session, scope_ref
from bot.core.takes import one
from bot.core.target import (
    EVERYWHERE,
    Candidates,
    Container,
    Found,
    Objects,
    Scope,
    TargetRef,
    Thing,
    check_name,
    parse_target,
    things_of,
)
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts

_MENU = 100


class Ambiguous(Exception):
    """More than one thing is meant: the person chooses."""

    def __init__(self, question: str, found: Sequence[Thing], field: str) -> None:
        super().__init__(question)
        self.question, self.found, self.field, self.count = question, tuple(found[:_MENU]), field, len(found)

    def value(self, thing: Thing) -> str:
        """The choice as a target."""
        return thing.name if self.field == "name" else target_of(thing)

    def chosen(self, action: Action, thing: Thing) -> Action:
        """The command, of this one."""
        if self.field == "name":
            return replace(action, name=self.value(thing))  # type: ignore[type-var]
        chosen = action.pointed_at(self.value(thing))
        container = thing.container if isinstance(thing, Container) else ""
        return replace(chosen, container=container) if container else chosen  # type: ignore[type-var]

    def label(self, thing: Thing) -> str:
        """The choice as people read it."""
        if not isinstance(thing, Container):
            return thing.name
        name = f"{thing.name}:{thing.container}" if thing.container else thing.name
        return f"{name} ({thing.state}, {thing.image})"


def target_of(thing: Thing) -> str:
    """A thing as one types it, whatever the thread or the channel is about."""
    kind = "" if isinstance(thing, Container) else f"{thing.kind}/"
    place = f"{thing.scope.namespace}/" if thing.scope.engine == "kubernetes" and thing.scope.namespace else ""
    return f"{thing.scope.context}/{place}{kind}{thing.name}"


def _parsed(text: str, contexts: frozenset[str], action: Action) -> TargetRef:
    """A target; for a verb that takes images, an image's name."""
    of_image = action.takes.only == "image" and not text.startswith("image/")
    ref = parse_target(f"image/{text}" if of_image else text, contexts)
    if ref.kind == "image" and "image" not in action.takes.kinds and "image/" not in text and "/" in text:
        known = ", ".join(sorted(contexts))  # not an image's registry, then
        raise UsageError("no such context:", text.split("/", maxsplit=1)[0], hint=f"Choose one of {known}.")
    return ref


def _without_served(ref: TargetRef) -> TargetRef:
    """Where the engine serves no kinds of its own, what has a dot is the registry of an image: `ghcr.io/web`."""
    is_place = "." in ref.kind and not ref.namespace and ref.name
    return replace(ref, kind="", namespace=ref.kind) if is_place else ref


def _of_kind(ref: TargetRef, kinds: tuple[str, ...]) -> TargetRef:
    """A bare name is of the one kind that the verb was told."""
    return replace(ref, kind=kinds[0]) if len(kinds) == 1 and not ref.kind else ref


class Finder:
    """Looks where the words, the thread, the channel or the settings say, in this order."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def filled_in(self, request: Request, action: Action) -> Action:
        """The action, of what its thread is about where it names nothing."""
        if action.targets or action.selector or action.fields or action.takes.anew:
            return action
        session, _ = await self._home(request)
        if not session or not session.target:
            return action
        kind = parse_target(session.target, frozenset(self._parts.engines)).kind or "container"
        engine = self._parts.engines.get(session.context)
        if engine is None or not takes(engine.kinds(action.takes) | {"container"}, kind):
            return action
        pointed = action.pointed_at(session.target)
        inside = session.container and isinstance(action, Inside) and not action.container
        return replace(pointed, container=session.container) if inside else pointed  # type: ignore[type-var]

    async def refs(self, request: Request, action: Action) -> list[TargetRef]:
        """What was typed, with its place filled in. Raises UsageError for a context that isn't there."""
        session, default = await self._home(request)
        contexts = frozenset(self._parts.engines)
        if action.within not in ("", EVERYWHERE):
            check_name(action.within)  # it is shown in public, and part of a cluster's paths
        typed = [_of_kind(_parsed(text, contexts, action), action.kinds) for text in action.targets]
        typed = typed or [TargetRef(kind=kind) for kind in action.kinds] or [TargetRef()]
        refs = [scope_ref(ref, action, session, default) for ref in typed]
        if len({(ref.context, ref.namespace) for ref in refs}) > 1:
            raise UsageError("one command works in one place", hint="Send one command for each context.")
        if refs[0].context not in contexts:
            known = ", ".join(sorted(contexts))
            raise UsageError("no such context:", refs[0].context, hint=f"Choose one of {known}.")
        engine = self._parts.engines[refs[0].context]
        kinds = engine.kinds(action.takes)
        refs = refs if "pod" in kinds else [_without_served(ref) for ref in refs]
        for ref in refs:
            _check_kind(ref, kinds, action)
        return [
            replace(
                ref,
                selector=action.selector,
                fields=action.fields,
                order=action.order,
                container=ref.container or action.part,
                namespace=_place(ref, engine),
            )
            for ref in refs
        ]

    async def _home(self, request: Request) -> tuple[Session | None, Default]:
        where = Place(request.team, request.channel, request.thread)
        session = await self._parts.sessions.session(where) if request.thread else None
        stored = await self._parts.sessions.default(request.team, request.channel) if not session else None
        default = stored or self._parts.channels.get(request.channel) or self._parts.default
        return session, default

    async def find(
        self, refs: list[TargetRef], visit: Visit, action: Action, votes: int = 0
    ) -> tuple[Found, Plan, Allow | Ask]:
        """What is meant, what will be done to it, and what policy says of both. Raises Ambiguous, NotFound, Denied, or
        what the engine raises.

        votes: how many people have approved exactly this.
        """
        engine = self.engine(refs[0].context, visit)
        scope = await engine.place(refs[0].namespace, fresh=action.layer is not Layer.LOOK)
        judge = Judge(self._parts.policy, visit.person, visit.channel, action, Circumstances(votes))
        # A verb that plans can't be judged yet: it depends on the plan.
        of_place = [] if action.plans else [judge.of_place(scope)]
        found = await self._match(engine, scope, refs, action)
        if action.layer not in (Layer.LOOK, Layer.DESK):
            _check_helpers(found)
        if isinstance(found, Objects) and action.layer is Layer.LOOK:
            found = judge.readable(found, named=bool(action.targets))
        plan = await action.plan(found, Bench(engine, self._parts.now(), self._parts.limits))
        judge = replace(judge, known=Circumstances(votes, plan=plan))
        judge.check_seen(found, plan)
        of_things = [judge.decide(thing) for thing in (*things_of(found), *plan.things)]
        return found, plan, judge.strictest([*(of_place or [judge.of_place(scope)]), *of_things])

    async def successor(self, visit: Visit, refs: list[TargetRef]) -> list[TargetRef] | None:
        """Where the thread was about a pod that is no more: a ready one that its owner made instead."""
        session, _ = await self._home(visit.request)
        if session is None or not session.owner or refs[0].name != parse_target(session.target, frozenset()).name:
            return None
        kind, _, name = session.owner.partition("/")
        if kind not in WORKLOADS:
            return None
        engine = self.engine(refs[0].context, visit)
        found = await engine.find(replace(refs[0], kind=kind, name=name), one("container"))
        things = [thing for match in found.matches for thing in things_of(match)]
        return [replace(refs[0], kind="", name=things[0].name)] if things else None

    def engine(self, context: str, visit: Visit, verb: str = "") -> FindPort:
        """A context with only what this person may see: the rest can't be named, listed or looked like.

        verb: and of that only what they may use the verb on, which meets more than what was found.
        """
        policy = self._parts.policy

        def sees(thing: Thing | Scope) -> bool:
            return policy.sees(visit.person, visit.channel, thing) and (
                not verb or isinstance(policy.decide(visit.person, visit.channel, verb, thing), Allow)
            )

        return self._parts.engines[context].seen_by(visit.person, sees)

    async def _match(self, engine: FindPort, scope: Scope, refs: list[TargetRef], action: Action) -> Found:
        takes, matches = action.takes, list[Found]()
        for ref in refs:
            candidates = await engine.find(ref, takes)
            is_whole_place = takes.many and not ref.name and not (takes.gone and ref.selector)
            if not is_whole_place and not any(things_of(match) for match in candidates.matches):
                raise _not_found(ref, candidates)
            matches += [match for match in candidates.matches if match not in matches]
        if len(matches) == 1 and (takes.merged or not isinstance(matches[0], Objects)):
            return Objects(scope, things_of(matches[0])) if takes.many else matches[0]
        things: list[Thing] = []
        for thing in (each for match in matches for each in things_of(match)):
            things += [] if thing in things else [thing]
        if not takes.many:
            raise _several(things, refs[0], action)
        return Objects(scope, tuple(things))


@dataclass(frozen=True)
class Judge:
    """Policy, asked about one command: a denial is raised, with the object that it is about."""

    policy: Policy
    person: Person
    channel: Channel
    action: Action
    known: Circumstances

    def check_seen(self, found: Found, plan: Plan) -> None:
        """Raises NotFound for what a plan would reach and this person may not know of; it isn't named."""
        if not all(self.policy.sees(self.person, self.channel, thing) for thing in plan.things):
            raise NotFound(f"`{self.action.verb}` can't be used on", found, hint=_shows_all(TargetRef()))

    def decide(self, thing: Found, said: Found | None = None) -> Allow | Ask:
        """Raises Denied, which names `said` where that is what was asked for."""
        decision = self.policy.decide(self.person, self.channel, self.action.verb, thing, self.known)
        if isinstance(decision, Deny):
            denied = Denied(
                f"you may not use `{self.action.verb}` on",
                said or thing,
                why=decision.why,
                hint="`can VERB TARGET` shows what you may do.",
            )
            denied.found = thing
            raise denied
        return decision

    def of_place(self, scope: Scope) -> Allow | Ask:
        """The decision on where it looks. What policy hides there is not said to be there: it is a place like any, and
        empty. Raises Denied.
        """
        if self.policy.sees(self.person, self.channel, scope):
            return self.decide(scope)
        nowhere = replace(scope, namespace="", protected=False)
        return self.decide(nowhere if self.policy.sees(self.person, self.channel, nowhere) else scope, said=scope)

    def readable(self, found: Objects, *, named: bool) -> Objects:
        """Reading leaves refused rows out, and of a list those that need more approvals than the list itself. Raises
        Denied where nothing is left of what was named.

        What was asked without an approval stays what it is with one: so it is judged as it was then.
        """
        most = MOST_APPROVALS if named else self._needs(found.scope)
        items = tuple(item for item in found.items if self._needs(item) <= most)
        if found.items and not items and named:
            self.decide(found.items[0])
        return Objects(found.scope, items)

    def _needs(self, thing: Scope | Thing) -> int:
        """How many approvals; more than there can be where it is refused."""
        decision = self.policy.decide(self.person, self.channel, self.action.verb, thing)
        if isinstance(decision, Deny):
            return MOST_APPROVALS + 1
        return decision.approvals if isinstance(decision, Ask) else 0

    @staticmethod
    def strictest(decisions: list[Allow | Ask]) -> Allow | Ask:
        """One decision for all."""
        answer = strictest(decisions)
        assert not isinstance(answer, Deny)
        return answer


def _check_helpers(found: Found) -> None:
    """What is beside a target may have more power than is given without an approval: it is entered by the verb that
    was approved. Raises Denied.
    """
    for thing in things_of(found):
        if isinstance(thing, Container) and thing.helper:
            raise Denied(
                "nobody enters by itself", thing, why="cdebug made it, to look at another",
                hint="`debug NAME` of that one uses it, as it was approved.",
            )  # fmt: skip


def _several(things: list[Thing], ref: TargetRef, action: Action) -> Ambiguous:
    name = ref.name or ref.selector
    question = f"{len(things)} match `{name}`. Which one?" if name else f"Which target for `{action.verb}`?"
    question += f" The first {_MENU} are listed: a longer name finds the others." if len(things) > _MENU else ""
    return Ambiguous(question, things, "name" if action.takes.only == "network" else "target")


def _check_kind(ref: TargetRef, kinds: frozenset[str], action: Action) -> None:
    if ref.kind and not takes(kinds, ref.kind):
        named = sorted(kinds - {"service", "secret", ANY})
        what = "pod or what makes pods" if "pod" in named else " or ".join(named)
        kind = ref.kind.rstrip(".")  # of a cluster's own, of any group
        typed = f"{kind}/{ref.name}" if ref.name else kind
        if "pod" not in kinds and kind not in ("container", "service", "image", "network"):
            hint = "`ps` lists containers; `use` shows which contexts there are."
            raise UsageError(f"`{ref.context}` is a Docker context: it has no objects of kind", kind, hint=hint)
        raise UsageError(f"`{action.verb}` takes a {what}, not", typed, hint=f"See `help {action.verb}`.")


def _place(ref: TargetRef, engine: FindPort) -> str:
    """Where to look, said out loud: a cluster without a namespace named looks in its default one."""
    return ref.namespace or engine.scope.namespace


def _shows_all(ref: TargetRef) -> str:
    listed = "ps -a" if ref.kind in ("", "container", "service", "pod") else f"get {ref.kind}"
    listed = "images" if ref.kind == "image" else listed
    return f"`{listed}` shows what is there."


def _not_found(ref: TargetRef, candidates: Candidates) -> NotFound:
    near = [thing.name for thing in candidates.alike]
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else _shows_all(ref)
    where = f"{ref.context}/{ref.namespace}" if ref.namespace else ref.context
    name = ref.name or (f"-l {ref.selector}" if ref.selector else ref.kind or "container")
    return NotFound(f"nothing is called `{name}` in `{where}`", hint=hint)
