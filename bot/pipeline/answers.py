"""Questions about the work itself, answered in words: whoami, can, requests, sessions, audit.

What somebody may not see is absent from every answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.action import Action, ArgvAction, DeskAction, PathAction
from bot.core.audit import Entry
from bot.core.effect import Effect, ListRequests, ListSessions, MayI, ReadAudit, WhoAmI
from bot.core.errors import Denied, ForbiddenByCluster, UsageError
from bot.core.manual import typed
from bot.core.person import Channel, Person
from bot.core.policy import Ask, Decision
from bot.core.ports.engines import Reviews
from bot.core.request import Place, Request
from bot.core.target import Found, found_from_json, things_of
from bot.core.units import parse_when
from bot.pipeline.approving import Approving
from bot.pipeline.cards import expiry
from bot.pipeline.finding import Finder, Several
from bot.pipeline.parts import Parts
from bot.pipeline.trail import told

_READ = 2_000
_SHOWN = 30


class Answers:
    """Each returns the text of one ephemeral message."""

    def __init__(self, parts: Parts, approving: Approving) -> None:
        self._parts, self._approving = parts, approving
        self._finder = Finder(parts)

    async def to(self, request: Request, person: Person, channel: Channel, asked: Effect) -> str:
        """The answer to a question; nothing for an effect that is none."""
        match asked:
            case ListRequests():
                return await self.requests(person, channel)
            case ListSessions():
                return await self.sessions(request, person, channel)
            case WhoAmI():
                return self.whoami(person, channel)
            case MayI(command):
                return await self.can(request, person, channel, command)
            case ReadAudit():
                return await self.audit(person, channel, asked)
        return ""

    def whoami(self, person: Person, channel: Channel) -> str:
        """Who somebody is to the bot, and where they are."""
        roles = ", ".join(f"`{role}`" for role in sorted(person.roles)) or "none"
        cluster = f"`{person.kubernetes}`" if person.kubernetes else "nobody (the YAML maps no Kubernetes user)"
        shared = "shared with another company" if channel.shared else "not shared"
        listed = "listed" if channel.listed else "not listed"
        return (
            f"You are {person.name} (`{person.user}` of `{person.team}`). Roles: {roles}."
            f" For a cluster you are {cluster}."
            f" This is a {channel.kind} conversation, {shared}, {listed} in the settings."
        )

    async def can(self, request: Request, person: Person, channel: Channel, command: str) -> str:
        """Allow, ask or deny, and who says so. Raises what finding raises: the hidden is not found here too."""
        action = self._hypothetical(command)
        if isinstance(action, DeskAction):
            scope = replace(self._parts.engines[self._parts.default.context].scope, protected=False)
            decision = self._parts.policy.decide(person, channel, action.verb, scope)
            return f"`{action.verb}`: {told(decision)}."
        action = await self._finder.filled_in(request, action)
        refs = await self._finder.refs(request, action)
        try:
            found, decision = await self._finder.find(refs, person, channel, action)
        except (Denied, ForbiddenByCluster) as error:
            return f"`{typed(action)}`: {error}"
        except Several as several:
            raise UsageError(several.question, hint="Name one of them.") from None
        return await self._explained(person, channel, action, found, decision)

    async def _explained(
        self, person: Person, channel: Channel, action: Action, found: Found, decision: Decision
    ) -> str:
        granted = await self._of_cluster(person, channel, action, found)
        said = f"`{typed(action)}` on {found}: {told(decision)}.{granted}"
        if not isinstance(decision, Ask):
            return said
        people = await self._approving.approvers(person, found, channel)
        names = ", ".join(each.name for each in people) or "nobody whom the settings name"
        return f"{said} Could approve it: {names}."

    async def _of_cluster(self, person: Person, channel: Channel, action: Action, found: Found) -> str:
        """The other half of the answer where a cluster has rules of its own."""
        engine = self._finder.engine(found.scope.context, person, channel)
        if not isinstance(engine, Reviews):
            return ""
        lacking = await engine.review(found, action.rights)
        if not lacking:
            return " The cluster grants it too."
        return f" The cluster does not: you lack {', '.join(f'`{right}`' for right in lacking)} there."

    def _hypothetical(self, command: str) -> Action:
        """The command, with what it must have and what makes no difference to policy."""
        try:
            return self._parts.grammar.parse(command)
        except UsageError:
            verb = self._parts.grammar.verbs.get(command.split(maxsplit=1)[0])
            if verb is not None and issubclass(verb, ArgvAction):
                return self._parts.grammar.parse(f"{command} -- true")
            if verb is not None and issubclass(verb, PathAction):
                return self._parts.grammar.parse(f"{command} /")
            raise

    async def requests(self, person: Person, channel: Channel) -> str:
        """What waits for a second person."""
        lines = [
            f"`{it.id}` `{it.command}` in {it.where}, {expiry(it)}, {len(it.votes)} of {it.needed} approvals"
            for it in await self._approving.waiting(person, channel)
        ]
        return "\n".join(lines[:_SHOWN]) or "No request waits for an approval."

    async def sessions(self, request: Request, person: Person, channel: Channel) -> str:
        """What is live in this channel."""
        runs = await self._parts.live.in_channel(Place(request.team, request.channel, ""))
        lines = [
            f"`{run.command}` of {(await self._parts.directory.person(request.team, run.user)).name}"
            for run in runs
            if self._sees(person, channel, run.found)
        ]
        return "\n".join(lines[:_SHOWN]) or "Nothing runs in this channel."

    def _sees(self, person: Person, channel: Channel, found: str) -> bool:
        return self._parts.policy.sees_all(person, channel, found_from_json(found))

    async def audit(self, person: Person, channel: Channel, asked: ReadAudit) -> str:
        """The last records, newest first. Commands whose object this person may not see are left out whole."""
        who, target, since = asked.who, asked.target, asked.since
        entries = await self._parts.journal.entries(_READ)
        hidden = {it.id for it in entries if it.found and not self._sees(person, channel, it.found)}
        after = parse_when(since, self._parts.now()) if since else datetime.min.replace(tzinfo=UTC)
        reached = {it.id for it in entries if it.found and target in _names(it.found)} if target else None
        shown = [
            it
            for it in entries
            if it.id not in hidden
            and who in ("", it.name, it.user)
            and datetime.fromisoformat(it.at) >= after
            and (reached is None or it.id in reached)
        ]
        return _table(shown[:_SHOWN]) if shown else "No record fits."


def _names(found: str) -> set[str]:
    return {thing.name for thing in things_of(found_from_json(found))}


def _table(entries: Iterable[Entry]) -> str:
    lines = [
        f"{it.at[5:19].replace('T', ' ')}  {it.event:<8} {it.name or it.user:<10} {it.command[:60]}"
        + (f" · {it.detail[:80]}" if it.detail else "")
        + (f" · {it.bytes:,} bytes" if it.bytes else "")
        for it in entries
    ]
    return "```\n" + "\n".join(line.replace("```", "` ` `") for line in lines) + "\n```"
