"""From what was typed to what is there, with nothing in it that this person may not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.action import Action, Layer, Wants
from bot.core.errors import Denied, NotFound, UsageError
from bot.core.person import Channel, Person
from bot.core.policy import Allow, Ask, Circumstances, Deny, Policy, strictest
from bot.core.ports.engines import Find
from bot.core.request import Place, Request
from bot.core.session import Default, Session, scope_ref
from bot.core.target import Candidates, Container, Found, Objects, TargetRef, Thing, parse_target, things_of
from bot.pipeline.parts import Parts

_SINGLE = (Wants.CONTAINER, Wants.THING, Wants.NETWORK)
_MENU = 100


class Several(Exception):
    """More than one thing is meant: the person chooses."""

    def __init__(self, question: str, found: Sequence[Thing], field: str) -> None:
        super().__init__(question)
        self.question, self.found, self.field, self.count = question, tuple(found[:_MENU]), field, len(found)

    def value(self, thing: Thing) -> str:
        """The choice as a target."""
        kind = "" if isinstance(thing, Container) else f"{type(thing).__name__.lower()}/"
        return thing.name if self.field == "name" else f"{thing.scope.context}/{kind}{thing.name}"

    def chosen(self, action: Action, thing: Thing) -> Action:
        """The command, of this one."""
        if self.field == "name":
            return replace(action, name=self.value(thing))  # type: ignore[type-var]
        return action.pointed_at(self.value(thing))

    def label(self, thing: Thing) -> str:
        """The choice as people read it."""
        return f"{thing.name} ({thing.state}, {thing.image})" if isinstance(thing, Container) else thing.name


KINDS_OF = {
    Wants.NOTHING: frozenset[str](),
    Wants.CONTAINER: frozenset({"container", "service"}),
    Wants.CONTAINERS: frozenset({"container", "service"}),
    Wants.EVERYTHING: frozenset({"container", "service"}),
    Wants.IMAGES: frozenset({"image"}),
    Wants.NETWORK: frozenset({"network"}),
    Wants.THING: frozenset({"container", "service", "image", "network"}),
}


def _parsed(text: str, contexts: frozenset[str], action: Action) -> TargetRef:
    """A target of a kind that the verb takes. Raises UsageError for another one."""
    wants_image = action.wants == Wants.IMAGES and not text.startswith("image/")
    ref = parse_target(f"image/{text}" if wants_image else text, contexts)
    if ref.kind and ref.kind not in KINDS_OF[action.wants]:
        takes = " or ".join(sorted(KINDS_OF[action.wants] - {"service"}))
        raise UsageError(f"`{action.verb}` takes a {takes}, not", text, hint=f"See `help {action.verb}`.")
    return ref


class Finder:
    """Looks where the words, the thread, the channel or the settings say, in this order."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def filled_in(self, request: Request, action: Action) -> Action:
        """The action, of what its thread is about where it names nothing."""
        if action.targets or action.selector or action.wants in (Wants.EVERYTHING, Wants.IMAGES):
            return action
        session, _ = await self._home(request)
        if not session or not session.target:
            return action
        kind = parse_target(session.target, frozenset(self._parts.engines)).kind or "container"
        return action.pointed_at(session.target) if kind in KINDS_OF[action.wants] else action

    async def refs(self, request: Request, action: Action) -> list[TargetRef]:
        """What was typed, with its place filled in. Raises UsageError for a context that isn't there."""
        session, default = await self._home(request)
        contexts = frozenset(self._parts.engines)
        if action.namespace:
            parse_target(action.namespace, contexts)  # a namespace is shown in public: it must be a name
        typed = [_parsed(text, contexts, action) for text in action.targets]
        refs = [scope_ref(ref, action, session, default) for ref in typed or [TargetRef()]]
        if len({(ref.context, ref.namespace) for ref in refs}) > 1:
            raise UsageError("one command looks in one place", hint="Send one command for each context.")
        if refs[0].context not in contexts:
            known = ", ".join(sorted(contexts))
            raise UsageError("no such context:", refs[0].context, hint=f"There is {known}.")
        return [replace(ref, selector=action.selector) for ref in refs]

    async def _home(self, request: Request) -> tuple[Session | None, Default]:
        where = Place(request.team, request.channel, request.thread)
        session = await self._parts.sessions.session(where) if request.thread else None
        stored = await self._parts.sessions.default(request.team, request.channel) if not session else None
        default = stored or self._parts.channels.get(request.channel) or self._parts.default
        return session, default

    async def find(
        self, refs: list[TargetRef], person: Person, channel: Channel, action: Action, votes: int = 0
    ) -> tuple[Found, Allow | Ask]:
        """What is meant, and what policy says of it. Raises Several, NotFound, Denied, or what the engine raises.

        votes: how many people have approved exactly this.
        """
        engine = self.engine(refs[0].context, person, channel)
        scope = replace(engine.scope, namespace=refs[0].namespace)
        judge = Judge(self._parts.policy, person, channel, action, Circumstances(votes))
        of_scope = judge.decide(scope)
        found = await self._match(engine, refs, action)
        if isinstance(found, Objects) and action.layer is Layer.LOOK:
            return judge.readable(found), of_scope
        return found, judge.strictest([of_scope, *(judge.decide(thing) for thing in things_of(found))])

    def engine(self, context: str, person: Person, channel: Channel) -> Find:
        """A context with only what this person may see: the rest can't be named, listed or looked like."""
        return self._parts.engines[context].seen_by(lambda thing: self._parts.policy.sees(person, channel, thing))

    async def _match(self, engine: Find, refs: list[TargetRef], action: Action) -> Found:
        merged: list[Thing] = []
        for ref in refs:
            candidates = await engine.find(ref, action.wants)
            visible = [thing for match in candidates.matches for thing in things_of(match)]
            if not visible and (ref.name or action.wants in _SINGLE):
                raise _not_found(ref, candidates)
            merged += [thing for thing in visible if thing not in merged]
        if action.wants not in _SINGLE:
            return Objects(replace(engine.scope, namespace=refs[0].namespace), tuple(merged))
        if len(merged) > 1:
            name = refs[0].name or refs[0].selector
            question = f"{len(merged)} match `{name}`. Which one?" if name else f"`{action.verb}` of which one?"
            question += f" The first {_MENU} are listed: a longer name finds the others." if len(merged) > _MENU else ""
            raise Several(question, merged, "name" if action.wants == Wants.NETWORK else "target")
        return merged[0]


class Judge:
    """Policy, asked about one command: a denial is raised, with the object that it is about."""

    def __init__(self, policy: Policy, person: Person, channel: Channel, action: Action, known: Circumstances) -> None:
        self._policy, self._person, self._channel = policy, person, channel
        self._action, self._known = action, known

    def decide(self, thing: Found) -> Allow | Ask:
        """Raises Denied."""
        decision = self._policy.decide(self._person, self._channel, self._action.verb, thing, self._known)
        if isinstance(decision, Deny):
            denied = Denied(
                f"you may not use `{self._action.verb}` on", thing, why=decision.why, hint="`can` says what you may."
            )
            denied.found = thing
            raise denied
        return decision

    def readable(self, found: Objects) -> Objects:
        """Reading leaves refused rows out, and those that would need an approval of their own."""
        policy, verb = self._policy, self._action.verb
        allowed = [
            item
            for item in found.items
            if isinstance(policy.decide(self._person, self._channel, verb, item, self._known), Allow)
        ]
        return Objects(found.scope, tuple(allowed))

    @staticmethod
    def strictest(decisions: list[Allow | Ask]) -> Allow | Ask:
        """One decision for all."""
        answer = strictest(decisions)
        assert not isinstance(answer, Deny)
        return answer


def _not_found(ref: TargetRef, candidates: Candidates) -> NotFound:
    near = [thing.name for thing in candidates.alike]
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "`ps -a` shows what is there."
    where = f"{ref.context}/{ref.namespace}" if ref.namespace else ref.context
    name = ref.name or (f"-l {ref.selector}" if ref.selector else ref.kind or "container")
    return NotFound(f"nothing is called `{name}` in `{where}`", hint=hint)
