"""Every key that cdebug keeps: its owner, its lifetime, what it holds. docs/operations.md is made of this."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "cdebug:"
DAY_S = 86_400


@dataclass(frozen=True)
class Key:
    """One family of keys. `name` has its variable parts in braces; lifetime in seconds, 0 for ever."""

    name: str
    owner: str
    lifetime_s: int
    holds: str

    def __call__(self, **parts: str) -> str:
        return PREFIX + self.name.format(**parts)


SEEN = Key("seen:{dedup}", "store/inbox", DAY_S, "a payload that was taken, so that a redelivery is not acted on")
PENDING = Key("pending", "store/inbox", 0, "hash: requests that are not done, with the replica that has them")
REPLICA = Key("replica:{id}", "store/inbox", 10, "a replica that is alive; renewed every 3 s")
SESSION = Key("session:{team}:{channel}:{thread}", "store/sessions", 30 * DAY_S, "what a thread remembers")
DEFAULT = Key("default:{team}:{channel}", "store/sessions", 0, "where a channel looks (`use`)")
MENU = Key("menu:{id}", "store/sessions", DAY_S, "a menu's choices; the menu itself holds indexes only")
SHELF = Key("shelf:{id}", "store/shelf", DAY_S, "a kept result: its title, columns, counts")
BLOCKS = Key("shelf:{id}:blocks", "store/shelf", DAY_S, "list: its redacted lines, zstd, 256 KiB a block")
COUNTS = Key("shelf:{id}:counts", "store/shelf", DAY_S, "list: the number of lines in each block")
WINDOW = Key("window:{id}", "store/shelf", DAY_S, "which lines of a result one message shows")
BUDGET = Key("budget:{channel}", "store/budget", 60, "when this channel's next message may be sent")
FLOOD = Key("flood:{who}:{minute}", "store/budget", 120, "how many commands a person or channel sent in a minute")
APPROVAL = Key("approval:{id}", "store/approvals", 2 * DAY_S, "a request for approval: what, who voted, how it ended")
APPROVALS = Key("approvals", "store/approvals", 0, "sorted set: the requests that wait, by when they expire")
PASS = Key("pass:{digest}", "store/approvals", 4 * 3_600, "by which approved request somebody uses a helper again")
LIVE = Key("live:{channel}:{thread}", "store/live", DAY_S, "hash: the live runs of a thread, each with its replica")
MAILBOX = Key("mailbox:{replica}", "store/live", 3_600, "stream: lines, Stop and Ctrl-C for a replica's live runs")
MADE = Key("made:{id}", "store/ledger", 7 * DAY_S, "what cdebug made; its lifetime begins once that is undone")
MADE_OPEN = Key("made", "store/ledger", 0, "sorted set: what cdebug made and has not undone, by when it expires")
AUDIT = Key("audit", "store/journal", 0, "stream: the audit's records, until `audit.retention`")
AUDIT_HEAD = Key("audit:head", "store/journal", 0, "the last record's number and mac")
AUDIT_START = Key("audit:start", "store/journal", 0, "where a trimmed audit begins, sealed")

ALL = (
    SEEN,
    PENDING,
    REPLICA,
    SESSION,
    DEFAULT,
    MENU,
    SHELF,
    BLOCKS,
    COUNTS,
    WINDOW,
    BUDGET,
    FLOOD,
    APPROVAL,
    APPROVALS,
    PASS,
    LIVE,
    MAILBOX,
    MADE,
    MADE_OPEN,
    AUDIT,
    AUDIT_HEAD,
    AUDIT_START,
)
