"""The journey of a command, from what Slack handed over to the message that shows its outcome.

    submit   a command          pick   a menu's choice: it becomes the picker's own command
    resume   an approval or a denial          page   older, newer, filter, save on kept output
    type     a shell's line                   end    Stop, Ctrl-C
    recover  what a replica that died left    expire what nobody answered in time

`take` is the switch before them: any request goes to the entry of its act. `enter/` admits, `decide/` finds, plans and
asks, `run/` carries out and tells, `desk/` is about what is there already; a step returns what comes next (`steps.py`).

Nothing reaches an engine by another way. Not here: how any step works.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.action import Action, DeskAction
from bot.core.acts import (
    Act,
    AgainPress,
    ApprovalPress,
    DenialForm,
    FilterForm,
    MenuChoice,
    ResultPress,
    RunPress,
    ShellLine,
    TypedCommand,
)
from bot.core.approval import Approval
from bot.core.effect import ApproveRequest
from bot.core.errors import CdebugError
from bot.core.manual import typed
from bot.core.ports.state import Menu
from bot.core.request import Place, Request
from bot.core.view import NoteView, Status
from bot.pipeline.command import Grant, is_reading
from bot.pipeline.decide.approving import Approving
from bot.pipeline.decide.break_glass import as_anothers
from bot.pipeline.desk.desk import Desk
from bot.pipeline.desk.keyboard import Keyboard
from bot.pipeline.desk.pages import Pages
from bot.pipeline.enter.admission import Admission
from bot.pipeline.enter.desk_gate import Gate
from bot.pipeline.enter.error_reporting import guarded
from bot.pipeline.enter.visit import Visit
from bot.pipeline.journey import Journey
from bot.pipeline.parts import Parts
from bot.pipeline.run.undoing import sweep, undo_due
from bot.pipeline.steps import Next, OpenShell, RunAgain, RunApproved
from bot.pipeline.trail import Trail

__all__ = ["Parts", "Pipeline"]

_VERBS = {"save": "save", "filter": "grep"}  # what a button of a result stands for; paging is reading on
_LATE_S = 60.0


class Pipeline:
    """Every entry handles its own errors: it returns when people have been told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._admission = Admission(parts)
        self._approving = Approving(parts)
        self._journey = Journey(parts, self._approving)
        self._pages = Pages(parts)
        self._gate = Gate(parts)
        self._keyboard = Keyboard(parts, self._gate)
        self._desk = Desk(parts, self._gate, self._pages, self._approving, self._keyboard)

    async def submit(self, request: Request) -> None:
        """A command."""
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request)
            await self._command(visit)

    async def pick(self, request: Request, choice: MenuChoice | AgainPress) -> None:
        """A choice of a menu: the command behind it, as the person who picked."""
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request)
            menu = await self._parts.sessions.menu(choice.menu)
            words = _chosen(menu, choice)
            if menu is None or menu.place.channel != request.channel or not words:
                raise CdebugError("this menu is too old", hint="Type the command again.")
            if isinstance(choice, AgainPress):
                await self._gate.check(visit, choice.word, choice.word)
            there = replace(visit, request=replace(request, thread=menu.place.thread))
            await self._go_on(RunAgain(there.saying(words), menu.user))

    async def resume(self, request: Request, answer: ApprovalPress | DenialForm) -> None:
        """An answer to a request for approval: a button of its card, or the reason of a Deny."""
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request)
            match answer:
                case ApprovalPress("approve", approval_id):
                    await self._go_on(await self._approving.vote(visit, approval_id))
                case ApprovalPress("deny", approval_id):
                    await self._approving.form(visit, approval_id)
                case ApprovalPress(_, approval_id):
                    await self._approving.arguments(visit, approval_id)
                case DenialForm(approval_id, why):
                    await self._approving.deny(visit, approval_id, why)

    async def page(self, request: Request, turn: ResultPress | FilterForm) -> None:
        """A button on a kept result, or the filter that was typed for one."""
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request)
            if verb := _VERBS.get(turn.word):
                await self._gate.check(visit, verb, verb)
            await self._pages.turn(visit, turn)

    async def type(self, request: Request) -> None:
        """A line for a shell."""
        async with guarded(self._parts, request):
            await self._go_on(await self._keyboard.line(request, lambda: self._admission.admit(request)))

    async def end(self, request: Request, key: RunPress) -> None:
        """The Stop button of a live run, or Ctrl-C for what runs in a shell."""
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request, metered=False)
            await (self._keyboard.stop(visit) if key.word == "stop" else self._keyboard.interrupt(visit))

    async def recover(self, request: Request, place: Place | None) -> None:
        """What another replica left. What had begun and only reads is read again; anything else is not repeated."""
        if isinstance(request.act, ShellLine):
            async with guarded(self._parts, request):
                await self._keyboard.lost(request)
            return
        place = place or await self._parts.chat.opened(request)  # the crash may have come before it was written down
        if place is None:
            await self._take_late(request)
            return
        async with guarded(self._parts, request):
            visit = await self._admission.admit(request, metered=False)
            words = await self._words(request)
            if words and is_reading(self._parts.grammar.parse(words)):
                await self._parts.chat.post(place, NoteView("The bot restarted: reading again."))
                await self._command(visit.saying(words), place)
                return
            await self._interrupted(visit, words, place)

    async def _words(self, request: Request) -> str:
        """The command that it is, typed or chosen; nothing for what is none."""
        match request.act:
            case TypedCommand(words):
                return words
            case MenuChoice() | AgainPress() as choice:
                return _chosen(await self._parts.sessions.menu(choice.menu), choice)
        return ""

    async def _take_late(self, request: Request) -> None:
        """Nothing of it has run. What only reads is late; anything else is too late once people went on without it."""
        late = self._parts.now().timestamp() - request.at > _LATE_S
        if not late or _may_be_late(request.act):
            await self.take(request)
            return
        async with guarded(self._parts, request):
            spent = await self._approved_by(request)
            if spent is not None and spent.spent_by == request.id:  # between its last vote and its run
                await self._approving.interrupted(spent)
                return
            if isinstance(request.act, TypedCommand) and is_reading(self._parts.grammar.parse(request.words)):
                await self.take(request)
                return
            hint = "Type it again." if isinstance(request.act, TypedCommand | ShellLine) else "Press it again."
            raise CdebugError("interrupted: the bot was down, and this has not run", hint=hint)

    async def _approved_by(self, request: Request) -> Approval | None:
        """The request for approval that this one is a vote for, pressed or typed."""
        approval_id = ""
        match request.act:
            case ApprovalPress("approve", approval_id):
                pass
            case TypedCommand(words):
                action = self._parts.grammar.parse(words)
                wanted = action.effect() if isinstance(action, DeskAction) else None
                approval_id = wanted.id if isinstance(wanted, ApproveRequest) else ""
        return await self._parts.approvals.get(approval_id) if approval_id else None

    async def expire(self, now: float) -> None:
        """Requests for approval whose time is over. Raises Unavailable: the next round tries again."""
        await self._approving.expire(now)

    async def undo_due(self) -> None:
        """Undo what has expired. Raises Unavailable where the ledger can't be read."""
        await undo_due(self._parts)

    async def sweep(self) -> None:
        """Remove what cdebug made and nobody may use any more. Raises Unavailable."""
        await sweep(self._parts)

    async def take(self, request: Request) -> None:
        """Any request, by the entry that its act belongs to."""
        match request.act:
            case TypedCommand():
                await self.submit(request)
            case MenuChoice() | AgainPress() as choice:
                await self.pick(request, choice)
            case ApprovalPress() | DenialForm() as answer:
                await self.resume(request, answer)
            case ResultPress() | FilterForm() as turn:
                await self.page(request, turn)
            case ShellLine():
                await self.type(request)
            case RunPress() as key:
                await self.end(request, key)

    async def _command(self, visit: Visit, place: Place | None = None) -> None:
        action: Action = self._parts.grammar.parse(visit.request.words)
        if isinstance(action, DeskAction):
            await self._go_on(await self._desk.perform(visit, action))
        else:
            await self._journey.go(visit, action, place)

    async def _go_on(self, step: Next) -> None:
        """From what a step says comes next."""
        match step:
            case RunAgain(visit, typed_by):
                if typed_by != visit.request.user:
                    visit = visit.saying(typed(as_anothers(self._parts.grammar.parse(visit.request.words))))
                await self._command(visit)
            case RunApproved(work, approval, requester, votes):
                action = self._parts.grammar.parse(approval.request.words)
                await self._parts.inbox.begun(work, approval.place)
                await self._journey.go(requester, action, approval.place, Grant(approval, votes), work=work)
            case OpenShell(visit, command):
                action = as_anothers(self._parts.grammar.parse(command))
                await self._journey.go(visit.saying(typed(action)), action, None, first=visit.request.words)

    async def _interrupted(self, visit: Visit, words: str, place: Place) -> None:
        """Its own message says so; it is never done again by itself."""
        approval = await self._approved_by(visit.request)
        if approval is not None:
            await self._approving.interrupted(approval)
            return
        command = self._parts.redactor.command(words)
        trail = Trail.of(self._parts, visit, command)
        await trail.afterwards(trail.entry("ended", "interrupted: the bot restarted"))
        status = Status("interrupted", visit.person.mention, command, detail="the bot restarted")
        await self._parts.chat.settle(place, status)
        await self._parts.chat.post(place, NoteView("interrupted: the bot restarted. `again` runs it again."))


def _chosen(menu: Menu | None, choice: MenuChoice | AgainPress) -> str:
    """The command behind a choice; nothing where the menu doesn't have it."""
    return menu.commands[choice.index] if menu and 0 <= choice.index < len(menu.commands) else ""


def _may_be_late(act: Act) -> bool:
    """Looking at what is there, and stopping what runs, mean the same a while later."""
    return isinstance(act, RunPress | ResultPress | FilterForm) or act.word == "arguments"
