"""Questions about the work itself, answered in words: whoami, can, requests, sessions, audit.

What somebody may not see is absent from every answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.action import Action, ArgvAction, DeskAction, PathAction
from bot.core.approval import Approval
from bot.core.effect import CleanUp, Effect, ListRequests, ListSessions, MayI, ReadAudit, WhoAmI
from bot.core.errors import Denied, ForbiddenByCluster, UsageError
from bot.core.manual import typed
from bot.core.pattern import compiled
from bot.core.plan import Plan
from bot.core.policy import Ask, Circumstances, Decision
from bot.core.ports.finding import ReviewsPort
from bot.core.request import Place
from bot.core.said import Said, mention
from bot.core.spelling import quoted
from bot.core.target import Found
from bot.core.units import parse_when
from bot.pipeline.decide.approving import Approving
from bot.pipeline.decide.cards import expiry
from bot.pipeline.decide.finding import Ambiguous, Finder
from bot.pipeline.desk.auditing import AuditReader
from bot.pipeline.desk.cleaning import Cleaning
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.trail import told

_READ = 2_000
_WHO = compiled(r"<?@?([UW][A-Z0-9]+)(?:\|[^>]*)?>?")
_SHOWN = 30


class Answers:
    """Each returns one ephemeral message."""

    def __init__(self, parts: Parts, approving: Approving) -> None:
        self._parts, self._approving = parts, approving
        self._finder = Finder(parts)
        self._cleaning = Cleaning(parts)

    async def to(self, visit: Visit, wanted: Effect) -> Said:
        """The answer to a question; nothing for an effect that is none."""
        match wanted:
            case ListRequests():
                return await self.requests(visit)
            case ListSessions():
                return await self.sessions(visit)
            case WhoAmI():
                return self.whoami(visit)
            case MayI(command):
                return await self.can(visit, command)
            case ReadAudit():
                return await self.audit(visit, wanted)
            case CleanUp():
                return await self._cleaning.clean(visit, wanted)
        return ""

    def whoami(self, visit: Visit) -> Said:
        """Who somebody is to the bot, and where they are."""
        roles = ", ".join(f"`{role}`" for role in sorted(visit.person.roles)) or "none"
        cluster = (
            f"`{visit.person.kubernetes}`"
            if visit.person.kubernetes
            else "none (the YAML maps no Kubernetes user to you)"
        )
        shared = "shared with another company" if visit.channel.shared else "not shared"
        listed = "listed" if visit.channel.listed else "not listed"
        return (
            "You are ",
            visit.person.mention,
            f" (`{visit.person.user}` of `{visit.person.team}`). Roles: {roles}."
            f" Kubernetes user: {cluster}."
            f" This is a {visit.channel.kind} conversation, {shared}, {listed} in the settings.",
        )

    async def can(self, visit: Visit, command: str) -> Said:
        """Allow, ask or deny, and who says so. Raises what finding raises: the hidden is not found here too."""
        action = self._hypothetical(command)
        if isinstance(action, DeskAction):
            scope = replace(self._parts.engines[self._parts.default.context].scope, protected=False)
            decision = self._parts.policy.decide(visit.person, visit.channel, action.verb, scope)
            return f"`{action.verb}`: {told(decision)}."
        action = await self._finder.filled_in(visit.request, action)
        refs = await self._finder.refs(visit.request, action)
        try:
            found, plan, decision = await self._finder.find(refs, visit, action)
        except (Denied, ForbiddenByCluster) as error:
            return f"`{typed(action)}`: {error}"
        except Ambiguous as several:
            raise UsageError(several.question, hint="Name one of them.") from None
        return await self._explained(visit, action, found, plan, decision)

    async def _explained(self, visit: Visit, action: Action, found: Found, plan: Plan, decision: Decision) -> Said:
        granted = await self._of_cluster(visit, action, found)
        said = f"`{typed(action)}` on {found}: {told(decision)}.{granted}"
        if not isinstance(decision, Ask):
            return said
        people = await self._approving.approvers(visit.person, found, visit.channel, Circumstances(plan=plan))
        named = tuple(part for each in people for part in (", ", each.mention))[1:] or ("nobody named in the settings",)
        return (f"{said} Who can approve it: ", *named, ".")

    async def _of_cluster(self, visit: Visit, action: Action, found: Found) -> str:
        """The other half of the answer where a cluster has rules of its own."""
        reviews = self._finder.engine(found.scope.context, visit).port(ReviewsPort)
        if reviews is None:
            return ""
        lacking = await reviews.review(found, action.rights)
        if not lacking:
            return " The cluster allows it too."
        return f" The cluster does not allow it: you lack {', '.join(f'`{right}`' for right in lacking)} there."

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

    async def requests(self, visit: Visit) -> Said:
        """What waits for a second person."""
        waiting = await self._approving.waiting(visit)
        said = tuple(part for it in waiting[:_SHOWN] for part in (*_waiting(it), "\n"))
        return said[:-1] or "No requests are waiting for approval."

    async def sessions(self, visit: Visit) -> Said:
        """What is live in this channel."""
        runs = await self._parts.live.in_channel(Place(visit.request.team, visit.request.channel, ""))
        seen = [run for run in runs if visit.sees(run.found)]
        lines = [part for run in seen[:_SHOWN] for part in (f"`{quoted(run.command)}` of ", mention(run.user), "\n")]
        return tuple(lines[:-1]) or "Nothing is running in this channel."

    async def audit(self, visit: Visit, wanted: ReadAudit) -> Said:
        """The last records, newest first, a line each; and whether the chain that they stand in holds."""
        page = await self._parts.journal.read(_READ)
        reader = AuditReader(self._parts.policy, visit.person, visit.channel)
        after = parse_when(wanted.since, self._parts.now()) if wanted.since else datetime.min.replace(tzinfo=UTC)
        shown = await asyncio.to_thread(reader.lines, page.entries, _user(wanted.who), wanted.target, after)
        said = tuple(part for line in shown for part in (*line, "\n"))[:-1] or ("No matching audit records.",)
        return (
            (f"The audit failed verification: {page.fault}. `python -m bot audit verify` says more.\n", *said)
            if page.fault
            else said
        )


def _waiting(it: Approval) -> tuple[str, ...]:
    return (
        f"`{it.id}` `{quoted(it.command)}` in {it.where}, ",
        *expiry(it),
        f", {len(it.votes)} of {it.needed} approvals",
    )


def _user(who: str) -> str:
    """Whose records: a mention or a user id, never a name, which anybody can choose. Raises UsageError."""
    found = _WHO.fullmatch(who)
    if who and not found:
        raise UsageError(
            "no user id:", who[:40], hint="Mention them, as in `--who @ann`, or use the id that `whoami` shows."
        )
    return found[1] if found else ""
