"""A second person's word: asking for it, taking votes, and what ends a request.

The state moves by compare-and-set: of two replicas that get a last vote at once, one spends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.acts import DenialForm, TypedCommand
from bot.core.approval import Approval, Vote, digest_of
from bot.core.audit import Transition
from bot.core.errors import CdebugError, Denied, NotFound, Unavailable, UsageError
from bot.core.manual import typed
from bot.core.person import Channel, Person
from bot.core.plan import reached
from bot.core.policy import Allow, Circumstances
from bot.core.request import Place
from bot.core.said import Said, mention
from bot.core.spelling import in_one_line
from bot.core.takes import many
from bot.core.target import Found, TargetRef, things_of
from bot.core.view import Form, NoteView, Page, State, Status
from bot.pipeline.command import Command
from bot.pipeline.decide.cards import arguments, card, card_groups, expiry
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts
from bot.pipeline.steps import Next, RunApproved
from bot.pipeline.trail import Trail

_TRIES = 10
_MOST_NAMED = 10
_PLAIN = Circumstances()


class Approving:
    """Everything about requests but the run that they allow."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # ---- asking

    async def ask(self, command: Command, place: Place, found: Found, needed: int) -> Said:
        """Post the card and keep the request; returns what the root message says of it. Raises Denied, UsageError."""
        action, request = command.action, command.request
        if found.protected and not action.reason:
            raise UsageError(
                f"`{found}` is protected, so whoever approves needs to know why", hint='Add `--reason "…"`.'
            )
        shown_in = place
        if command.channel.kind == "direct":
            if not self._parts.approvals_channel:
                raise Denied("nobody in a direct message can approve it", hint="Ask in a channel.")
            shown_in = Place(place.team, self._parts.approvals_channel, "")
        approval = Approval(
            id=self._parts.new_id(),
            request=replace(request, act=TypedCommand(typed(action), request.stdin)),
            verb=action.verb,
            command=command.text,
            where=command.where,
            digest=digest_of(action, request, found, command.plan),
            plan=command.plan,
            needed=needed,
            found=found,
            identity=command.person.identity,
            expires=self._now() + self._parts.limits.approval.total_seconds(),
            place=place,
            card=shown_in,
        )
        there = await self._parts.directory.channel(shown_in.channel)
        people = await self.approvers(command.person, found, there, Circumstances(plan=command.plan))
        if not people:
            raise Denied("nobody else can approve it", why="policy allows no other person to", hint="Ask an operator.")
        approval = replace(
            approval,
            groups=card_groups(self._parts.redactor, command, found, await self._replicas(command, found)),
            asked=tuple(person.user for person in people),
        )
        root = await self._parts.chat.post(shown_in, card(approval, expiry(approval), live=True))
        approval = replace(approval, card=replace(shown_in, thread=shown_in.thread or root, root=root))
        await self._parts.approvals.put(approval)
        plural = "s" if needed > 1 else ""
        return (f"{needed} approval{plural} needed, request {approval.id}, ", *expiry(approval))

    async def _replicas(self, command: Command, found: Found) -> int:
        """How many containers that the requester may see stand behind the same owner."""
        things = things_of(found)
        kind, _, name = getattr(things[0], "owner", "").partition("/") if things else ("", "", "")
        if not name:
            return 0
        ref = TargetRef(name, found.scope.context, things[0].scope.namespace, kind)
        policy = self._parts.policy
        engine = self._parts.engines[found.scope.context]
        seen = engine.seen_by(command.person, lambda thing: policy.sees(command.person, command.channel, thing))
        try:
            every = await seen.find(ref, many("container", listed=True))
        except CdebugError:  # the requester may use one and not list them: the card says nothing of others
            return 0
        return sum(len(things_of(match)) for match in every.matches)

    async def approvers(
        self, requester: Person, found: Found, channel: Channel, known: Circumstances = _PLAIN
    ) -> list[Person]:
        """Who could approve it, as far as the YAML and its user groups name people."""
        people: list[Person] = []
        for user in await self._parts.directory.candidates():
            if len(people) == _MOST_NAMED:
                break
            try:
                person = await self._parts.directory.person(requester.team, user)
            except Denied:  # the YAML names somebody whom Slack doesn't know
                continue
            if person.refusal or person.identity == requester.identity:
                continue
            if isinstance(self._parts.policy.decide_all(person, channel, "approve", found, known), Allow):
                people.append(person)
        return people

    # ---- answering

    def _now(self) -> float:
        """What counts is the moment in which something is done, not the one in which it was asked for."""
        return self._parts.now().timestamp()

    async def vote(self, visit: Visit, approval_id: str) -> Next:
        """One more approval; after the last one what was asked for is to run. Raises NotFound, Denied."""
        approval = await self._seen(visit, approval_id)
        if approval.spent_by == visit.request.id:  # this very press was being worked on when its replica died
            await self.interrupted(approval)
            return None
        self._permitted(visit, approval, "approve")
        if approval.voted(visit.person, self._now()) != approval:  # on record first: a vote that counts is in the audit
            await self._record(visit, approval, "approved", f"request {approval.id}")
        approval = await self._moved(approval, lambda it: it.voted(visit.person, self._now()))
        count = await self.count(approval)
        requester = await self._requester(approval)
        decision = requester.decide(approval.verb, approval.found, _known(approval, count))
        if not isinstance(decision, Allow):
            so_far = (*_approved(approval), f": {count} of {approval.needed}, ", *expiry(approval))
            await self._say(approval, so_far, live=True)
            return None
        approval = await self._moved(approval, lambda it: it.spent(visit.request.id, self._now()))
        await self._say(approval, _approved(approval))
        return RunApproved(visit.request, approval, requester, count)

    async def deny(self, visit: Visit, approval_id: str, why: str) -> None:
        """End a request; the requester may take their own back. Raises NotFound, Denied."""
        approval = await self._seen(visit, approval_id)
        if visit.person.identity != approval.identity:
            self._permitted(visit, approval, "deny")
        why = in_one_line(self._parts.redactor.text(why))
        approval.check_waiting(self._now())
        await self._record(visit, approval, "denied", f"request {approval.id}{f': {why}' if why else ''}")
        approval = await self._moved(approval, lambda it: it.ended("denied", why, self._now()))
        reason = f": {why}" if why else ""
        await self._say(approval, ("denied by ", visit.person.mention, reason))
        await self._settle(approval, "denied", f"denied{reason}", visit.person.mention)

    async def form(self, visit: Visit, approval_id: str) -> None:
        """Ask for the reason of a Deny. Raises NotFound, Denied as `deny` will."""
        approval = await self._seen(visit, approval_id)
        approval.check_waiting(self._now())
        if visit.person.identity != approval.identity:
            self._permitted(visit, approval, "deny")
        modal = Form("Deny", "Why not? The requester reads it", "May be left empty.", DenialForm(approval_id))
        await self._parts.chat.show_modal(visit.request, modal)

    async def arguments(self, visit: Visit, approval_id: str) -> None:
        """The arguments as they stand, for the requester and those who may approve. Raises NotFound, Denied."""
        approval = await self._seen(visit, approval_id)
        if visit.person.identity != approval.identity:
            self._permitted(visit, approval, "approve")
        action = self._parts.grammar.parse(approval.request.words)
        await self._record(visit, approval, "read", f"the arguments of request {approval.id}")
        whole = arguments(self._parts.redactor, action, approval.request.stdin, approval.plan)
        await self._parts.chat.show_modal(visit.request, Page("Arguments", whole, f"arguments-{approval.id}.txt"))

    async def waiting(self, visit: Visit) -> list[Approval]:
        """The requests that wait, of what this person may see."""
        return [it for it in await self._parts.approvals.waiting() if self._sees(visit, it)]

    # ---- what time and crashes end

    async def expire(self, now: float) -> None:
        """Close what nobody answered in time, on whichever replica it was asked."""
        for approval in await self._parts.approvals.due(now):
            ended = approval.ended("expired", "nobody answered in time", now)
            if await self._parts.approvals.swap(approval, ended):
                trail = Trail(self._parts, approval.request, "", approval.command)
                await trail.afterwards(trail.entry("expired", f"request {approval.id}"))
                await self._say(ended, "expired: nobody answered in time")
                await self._settle(ended, "expired", "nobody answered in time")

    async def interrupted(self, approval: Approval) -> None:
        """It was spent, and the replica that ran it is gone: it is not done again by itself."""
        trail = Trail(self._parts, approval.request, "", approval.command)
        await trail.afterwards(trail.entry("ended", "interrupted: the bot restarted"))
        await self._settle(approval, "interrupted", "the bot restarted, and does not run commands again on its own")

    # ---- steps

    async def _seen(self, visit: Visit, approval_id: str) -> Approval:
        """A request of what this person may see; any other doesn't exist."""
        approval = await self._parts.approvals.get(approval_id)
        if approval is None or not self._sees(visit, approval):
            raise NotFound(f"no request is called `{approval_id[:40]}`", hint="`requests` lists those that wait.")
        return approval

    def _sees(self, visit: Visit, approval: Approval) -> bool:
        """Whether somebody may know of all that it reaches, makes, changes or removes."""
        return visit.sees(reached(approval.found, approval.plan))

    def _permitted(self, visit: Visit, approval: Approval, verb: str) -> None:
        decision = visit.decide(verb, approval.found, _known(approval))
        if not isinstance(decision, Allow):
            raise Denied(
                f"you may not {verb} request `{approval.id}`", why=getattr(decision, "why", ""),
                hint="Its card says who may.",
            )  # fmt: skip

    async def _moved(self, approval: Approval, move: Callable[[Approval], Approval]) -> Approval:
        """The request after a step. Others may be stepping too: then it is read again."""
        for _ in range(_TRIES):
            moved = move(approval)
            if moved == approval or await self._parts.approvals.swap(approval, moved):
                return moved
            again = await self._parts.approvals.get(approval.id)
            if again is None:
                break
            approval = again
        raise Unavailable(f"request `{approval.id}` could not be changed", hint="Try again.")

    async def count(self, approval: Approval) -> int:
        """How many votes policy still permits: a role may have ended since."""
        policy, channel = self._parts.policy, await self._parts.directory.channel(approval.card.channel)
        people = [person for vote in approval.votes if (person := await self._voter(vote))]
        valid = {
            person.identity
            for person in people
            if not person.refusal
            and person.identity != approval.identity
            and isinstance(policy.decide_all(person, channel, "approve", approval.found, _known(approval)), Allow)
        }
        return len(valid)

    async def _voter(self, vote: Vote) -> Person | None:
        """Who they are now; None where Slack knows them no more."""
        try:
            return await self._parts.directory.person(vote.team, vote.user)
        except Denied:
            return None

    async def _requester(self, approval: Approval) -> Visit:
        """Who asked, as they are now. Raises Denied where they are nobody any more."""
        person = await self._parts.directory.person(approval.request.team, approval.request.user)
        if person.refusal:
            raise Denied(person.refusal, hint="Somebody else must ask again.")
        channel = await self._parts.directory.channel(approval.request.channel)
        return Visit(approval.request, person, channel, self._parts.policy)

    async def _record(self, visit: Visit, approval: Approval, event: Transition, detail: str) -> None:
        where = replace(approval.request, channel=visit.request.channel, thread=visit.request.thread)
        trail = Trail.of(self._parts, replace(visit, request=where), approval.command)
        about = reached(approval.found, approval.plan)
        await trail.write(trail.entry(event, detail, about, digest=approval.digest))

    async def _say(self, approval: Approval, outcome: Said, *, live: bool = False) -> None:
        """Edit the card to what became of it; it keeps its buttons only while it waits."""
        try:
            now = await self._parts.approvals.get(approval.id) if live else approval
            if live and (now is None or now.state != "waiting"):
                return  # a vote that came later has ended it
            await self._parts.chat.edit(approval.card, approval.card.root, card(approval, outcome, live=live))
        except CdebugError as error:
            self._parts.log.warning("card not edited", id=approval.id, why=str(error))

    async def _settle(self, approval: Approval, state: State, detail: str, by: str = "") -> None:
        """Edit the command's own message, and say it in its thread."""
        status = Status(state, mention(approval.request.user), approval.command, approval.where, detail, by)
        try:
            await self._parts.chat.settle(approval.place, status)
            await self._parts.chat.post(approval.place, NoteView(f"{state}: {detail}"))
        except CdebugError as error:
            self._parts.log.warning("outcome not shown", id=approval.id, why=str(error))


def _known(approval: Approval, votes: int = 0) -> Circumstances:
    return Circumstances(votes, plan=approval.plan)


def _approved(approval: Approval) -> tuple[str, ...]:
    people = [part for vote in approval.votes for part in (", ", mention(vote.user))]
    return ("approved by ", *people[1:])
