"""How an entry's errors are told where there is no thread to tell them in, and put on record where they refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.core.acts import Act, ApprovalPress, DenialForm, ShellLine, TypedCommand
from bot.core.errors import CdebugError, Denied
from bot.core.request import Request
from bot.pipeline.parts import Parts, internal_error
from bot.pipeline.trail import Trail

_LONGEST = 200


@asynccontextmanager
async def guarded(parts: Parts, request: Request) -> AsyncIterator[None]:
    """One line to the person for what went wrong before a thread was there; a trace for the log where it is ours."""
    try:
        yield
    except CdebugError as error:
        if isinstance(error, Denied) and not error.recorded:
            trail = Trail(parts, request, request.user, parts.redactor.command(_words(request.act)[:_LONGEST]))
            await trail.afterwards(trail.entry("refused", error.brief))
        line = parts.redactor.text(str(error))
        parts.log.info("refused", id=request.id, error=type(error).__name__, line=line)
        await _tell(parts, request, str(error))
    except Exception:
        parts.log.exception("internal error", id=request.id)
        await _tell(parts, request, internal_error(request))


def _words(act: Act) -> str:
    """What somebody did, in a line."""
    match act:
        case TypedCommand(words):
            return words
        case ShellLine(words):
            return f"$ {words}"
        case ApprovalPress(word, approval):
            return f"{word} {approval}"
        case DenialForm(approval):
            return f"deny {approval}"
    return act.word


async def _tell(parts: Parts, request: Request, line: str) -> None:
    try:
        await parts.chat.whisper(request, parts.redactor.text(line))
    except CdebugError as error:
        parts.log.warning("nobody could be told", id=request.id, line=line, why=str(error))
    except Exception:
        parts.log.exception("nobody could be told", id=request.id, line=line)
