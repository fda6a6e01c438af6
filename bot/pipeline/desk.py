"""What desk verbs ask for, done: help, use, again, stop, grep, save."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core import effect, manual
from bot.core.action import DeskAction, Layer
from bot.core.errors import CdebugError, Denied, UsageError
from bot.core.person import Channel, Person
from bot.core.policy import Allow
from bot.core.request import Place, Request
from bot.core.session import Default, Session
from bot.core.target import Scope, parse_target
from bot.core.view import Status
from bot.pipeline.pages import Pages
from bot.pipeline.parts import Parts

Again = Callable[[Request, Person, Channel], Awaitable[None]]


class Desk:
    """Performs effects. `again` is the pipeline's own way to run a command."""

    def __init__(self, parts: Parts, pages: Pages, again: Again) -> None:
        self._parts, self._pages, self._again = parts, pages, again

    async def perform(self, request: Request, person: Person, channel: Channel, action: DeskAction) -> None:
        """Raises Denied where policy refuses the verb here, and what the effect's own step raises."""
        asked = action.effect()
        place = Place(request.team, request.channel, request.thread or request.message)
        await self._decide(person, channel, action.verb, asked)
        match asked:
            case effect.ShowManual(topic):
                await self._parts.chat.whisper(request, self._manual(topic))
            case effect.UseScope(name):
                await self._use(request, person, name)
            case effect.StopRuns():
                if not self._parts.runs.stop(place, person.mention):
                    raise CdebugError("nothing is running in this thread", hint="`again` runs its command once more.")
            case effect.Rerun():
                session = await self._session(request, place)
                await self._again(replace(request, text=session.command), person, channel)
            case effect.GrepKept(pattern):
                session = await self._session(request, place)
                await self._pages.grep(place, session.kept, pattern, person, channel)
            case effect.SaveKept():
                session = await self._session(request, place)
                await self._pages.save(place, session.kept, person, channel)

    async def _decide(self, person: Person, channel: Channel, verb: str, asked: effect.Effect) -> None:
        default = self._parts.default.context
        if isinstance(asked, effect.UseScope) and not asked.place:
            return
        context = self._place(asked.place).context if isinstance(asked, effect.UseScope) else default
        scope = Scope(context, self._parts.engines[context].scope.engine)
        decision = self._parts.policy.decide(person, channel, verb, scope)
        if not isinstance(decision, Allow):
            hint = "A responder can." if verb == "use" else "Try another channel."
            raise Denied(f"you may not use `{verb}` here", why=getattr(decision, "why", ""), hint=hint)

    async def _session(self, request: Request, place: Place) -> Session:
        session = await self._parts.sessions.session(place) if request.thread else None
        if session is None:
            raise UsageError("this works in a thread that cdebug answered in", hint="Reply there with `@cdebug …`.")
        return session

    def _manual(self, topic: str) -> str:
        verbs = self._parts.grammar.verbs
        topic = next((verb.verb for verb in verbs.values() if topic in verb.aliases), topic)
        if topic and topic not in verbs:
            near = difflib.get_close_matches(topic, verbs, n=1)
            hint = f"Did you mean `help {near[0]}`?" if near else "`help` lists the verbs."
            raise UsageError("no such verb:", topic, hint=hint)
        if topic:
            return f"```\n{manual.page(verbs[topic])}\n```"
        lines = []
        for layer in Layer:
            of_layer = [verb for verb in verbs.values() if verb.layer is layer]
            lines += [f"*{layer.value}*"] if of_layer else []
            lines += [f"`{verb.verb}` {manual.summary(verb)}" for verb in of_layer]
        return "\n".join([*lines, "`help VERB` explains one. In a thread: `@cdebug VERB`."])

    def _place(self, text: str) -> Default:
        """`context[/namespace]`. Raises UsageError."""
        contexts = frozenset(self._parts.engines)
        if text in contexts:
            return Default(text)
        ref = parse_target(text, contexts)
        context = ref.context or ref.namespace
        if context not in contexts:
            raise UsageError("no such context:", context or text, hint=f"There is {', '.join(sorted(contexts))}.")
        return Default(context, ref.name)

    async def _use(self, request: Request, person: Person, name: str) -> None:
        if not name:
            stored = await self._parts.sessions.default(request.team, request.channel)
            now = stored or self._parts.channels.get(request.channel) or self._parts.default
            contexts = ", ".join(f"`{known}`" for known in sorted(self._parts.engines))
            await self._parts.chat.whisper(request, f"This channel looks in `{_shown(now)}`. There is {contexts}.")
            return
        chosen = self._place(name)
        await self._parts.sessions.set_default(request.team, request.channel, chosen)
        detail = f"this channel now looks in `{_shown(chosen)}`"
        news = Status("done", person.mention, f"use {name}", _shown(chosen), detail)
        await self._parts.chat.open(replace(request, thread=""), news)


def _shown(default: Default) -> str:
    return f"{default.context}/{default.namespace}" if default.namespace else default.context
