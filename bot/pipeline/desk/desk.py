"""What desk verbs ask for, done. What is only said is said in `answers`."""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.core import effect, manual
from bot.core.action import DeskAction, Layer
from bot.core.errors import UsageError
from bot.core.manual import line_of, words_of
from bot.core.person import Person
from bot.core.request import Place, Request
from bot.core.session import Default, Session
from bot.core.target import parse_target
from bot.core.view import Status
from bot.pipeline.decide.approving import Approving
from bot.pipeline.desk.answers import Answers
from bot.pipeline.desk.keyboard import Keyboard
from bot.pipeline.desk.pages import Pages
from bot.pipeline.enter.desk_gate import Gate
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.steps import Next, RunAgain

# decided on the objects of the request, or of the run, not on the place
_UNDECIDED = (effect.ApproveRequest, effect.DenyRequest, effect.StopRuns)


class Desk:
    """Performs effects; what is to run then, it returns."""

    def __init__(self, parts: Parts, gate: Gate, pages: Pages, approving: Approving, keyboard: Keyboard) -> None:
        self._gate = gate
        self._parts, self._pages, self._approving, self._keyboard = parts, pages, approving, keyboard
        self._answers = Answers(parts, approving)

    async def perform(self, visit: Visit, action: DeskAction) -> Next:
        """Raises Denied where policy refuses the verb here, and what the effect's own step raises."""
        wanted = action.effect()
        if not isinstance(wanted, _UNDECIDED):
            await self._decide(visit, action, wanted)
        if said := await self._answers.to(visit, wanted):
            await self._parts.chat.whisper(visit.request, said, private=True)  # it says what this reader may know
            return None
        match wanted:
            case effect.ShowManual(topic):
                await self._parts.chat.whisper(visit.request, self._manual(topic))
            case effect.UseScope(name):
                await self._use(visit.request, visit.person, name)
            case effect.StopRuns():
                await self._keyboard.stop(visit)
            case effect.ApproveRequest(approval_id):
                return await self._approving.vote(visit, approval_id)
            case effect.DenyRequest(approval_id, why):
                await self._approving.deny(visit, approval_id, why)
            case effect.Rerun() | effect.GrepKept() | effect.SaveKept():
                return await self._on_thread(visit, wanted)
        return None

    async def _on_thread(self, visit: Visit, wanted: effect.Rerun | effect.GrepKept | effect.SaveKept) -> Next:
        request = visit.request
        place = request.place
        session = await self._session(request, place)
        match wanted:
            case effect.Rerun():
                if not session.command:
                    raise UsageError("its code block was not kept", hint="Type it again.")
                return RunAgain(visit.saying(session.command), session.user)
            case effect.GrepKept(pattern):
                await self._pages.grep(visit, place, session.kept, pattern)
            case effect.SaveKept():
                await self._pages.save(visit, place, session.kept)
        return None

    async def _decide(self, visit: Visit, action: DeskAction, wanted: effect.Effect) -> None:
        """On the place; and on record, whatever the answer. Raises Denied."""
        if isinstance(wanted, effect.UseScope) and not wanted.place:
            return
        about = (
            [self._parts.engines[self._place(wanted.place).context].scope]
            if isinstance(wanted, effect.UseScope)
            else []
        )
        words = line_of(self._parts.redactor.words(words_of(action)))
        await self._gate.check(visit, action.verb, words, about)

    async def _session(self, request: Request, place: Place) -> Session:
        session = await self._parts.sessions.session(place) if request.thread else None
        if session is None:
            raise UsageError("this only works in a thread of cdebug's", hint="Reply there with `@cdebug …`.")
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
            raise UsageError("no such context:", context or text, hint=f"Choose one of {', '.join(sorted(contexts))}.")
        return Default(context, ref.name)

    async def _use(self, request: Request, person: Person, name: str) -> None:
        if not name:
            stored = await self._parts.sessions.default(request.team, request.channel)
            now = stored or self._parts.channels.get(request.channel) or self._parts.default
            contexts = ", ".join(f"`{known}`" for known in sorted(self._parts.engines))
            await self._parts.chat.whisper(request, f"This channel uses `{_shown(now)}`. Contexts: {contexts}.")
            return
        chosen = self._place(name)
        await self._parts.sessions.set_default(request.team, request.channel, chosen)
        detail = f"this channel now uses `{_shown(chosen)}`"
        news = Status("done", person.mention, f"use {name}", _shown(chosen), detail)
        await self._parts.chat.open(replace(request, thread=""), news)


def _shown(default: Default) -> str:
    return f"{default.context}/{default.namespace}" if default.namespace else default.context
