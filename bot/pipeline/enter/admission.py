"""Who may speak to the bot at all: people of the workspace, at a human pace."""

from __future__ import annotations

from bot.core.acts import ShellLine, TypedCommand
from bot.core.errors import Denied
from bot.core.grammar import check_typed
from bot.core.request import Request
from bot.pipeline.enter.visit import Visit
from bot.pipeline.parts import Parts


class Admission:
    """The first step: what can't be known about somebody is a denial."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def admit(self, request: Request, *, metered: bool = True) -> Visit:
        """Raises Denied for strangers, bots, guests, deactivated people and, where it is metered, floods; UsageError
        for what nobody types.
        """
        person = await self._parts.directory.person(request.team, request.user)
        if metered and (who := await self._parts.meter.admit(request)):
            flood = Denied(who, hint="Wait a minute.")
            flood.recorded = True  # a flood of commands must not become a flood of records
            raise flood
        if person.refusal:
            raise Denied(person.refusal, hint="Ask somebody of this workspace to run it.")
        if isinstance(request.act, TypedCommand | ShellLine):
            check_typed(request.words)
            check_typed(request.stdin.replace("\r\n", "\n"))
        return Visit(request, person, await self._parts.directory.channel(request.channel), self._parts.policy)
