"""The audit as its keeper reads it, beside the bot: `audit verify` and `audit export`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from bot.anchors import read_anchors
from bot.core.audit import Head, fault
from bot.core.errors import CdebugError, Unavailable
from bot.settings import Config, Environment
from bot.state import audit_key, redis_of
from bot.store.journal import RedisJournal


async def verify_audit(environment: Environment, config: Config) -> tuple[str, int]:
    """The first thing that is wrong with the audit, in a line, and how many records there are."""
    async with redis_of(environment, guest=True) as client:
        key = audit_key(environment)
        journal = RedisJournal(client, key)
        try:
            anchors = list(read_anchors(environment.data / config.audit.file))
            start, end, records = await journal.whole()
        except Unavailable:
            raise
        except CdebugError as error:
            return str(error), 0
        return fault(records, start, end, anchors, key), len(records)


async def export_audit(environment: Environment) -> AsyncIterator[str]:
    """Each record as a line of JSON, oldest first, as far as the chain holds. Raises CdebugError where it doesn't."""
    async with redis_of(environment, guest=True) as client:
        key = audit_key(environment)
        journal = RedisJournal(client, key)
        head, end, records = await journal.whole()
        for record in records:
            if wrong := fault([record], head, Head(record.seq, record.mac), [], key):
                raise CdebugError("the audit failed verification", why=wrong, hint="`audit verify` says more.")
            yield json.dumps({"seq": record.seq, **json.loads(record.entry), "mac": record.mac})
            head = Head(record.seq, record.mac)
        if head != end:
            raise CdebugError("the audit failed verification", why=f"record {head.seq + 1} is missing")
