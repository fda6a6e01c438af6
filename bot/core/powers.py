"""How much power a helper has beside its target: ways to run it, from the least power to the most.

Sources: capabilities(7); ptrace(2), "Ptrace access mode checking", by which `/proc/PID/root` is read; kubectl's debug
profiles; the capabilities that Docker and containerd grant where nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.errors import UsageError
from bot.core.pattern import compiled

GRANTED = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
    "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
})  # fmt: skip
# Source: linux/capability.h, 6.12.
CAPABILITIES = GRANTED | frozenset({
    "AUDIT_CONTROL", "AUDIT_READ", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "IPC_LOCK",
    "IPC_OWNER", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN", "NET_BROADCAST", "PERFMON",
    "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
})  # fmt: skip
_READS_ALL = frozenset({"SYS_PTRACE", "DAC_READ_SEARCH"})
_ADMIN = frozenset({"SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "SYS_RESOURCE", "SYSLOG", "DAC_READ_SEARCH", "IPC_LOCK"})
_PROFILES = {"general": frozenset({"SYS_PTRACE"}), "netadmin": frozenset({"NET_ADMIN", "NET_RAW"}), "sysadmin": _ADMIN}
PROFILES = ("auto", "restricted", "baseline", *_PROFILES)
ROOT, SOMEBODY = "0", "65532"
_USER = compiled(r"\d{1,9}(?::\d{1,9})?")
_READS = "what the target's files and environment hold"


@dataclass(frozen=True)
class Power:
    """What a process may do. user: `UID[:GID]`, empty where nobody says who it is. capabilities: all that it has as
    root; privileged: that, and the machine's devices.
    """

    user: str = ""
    capabilities: frozenset[str] = frozenset()
    privileged: bool = False

    @property
    def is_root(self) -> bool:
        return self.user.partition(":")[0] == ROOT

    def gained_over(self, other: Power) -> tuple[str, ...]:
        """The capabilities that it has, or that its programs may take, and the other hasn't: a process that isn't
        root's has none.
        """
        if other.privileged:
            return ()
        return tuple(sorted(self.capabilities - (other.capabilities if other.is_root else frozenset())))


@dataclass(frozen=True)
class Way:
    """One way to run a helper. lacks: what can't be done that way; nothing where all can."""

    name: str
    power: Power
    lacks: str = ""


@dataclass(frozen=True)
class Wish:
    """What a person asked for. profile: one of PROFILES; user: `UID[:GID]`; capabilities: more than the profile's."""

    profile: str = "auto"
    user: str = ""
    capabilities: tuple[str, ...] = ()


def power_of(user: str, added: list[str], dropped: list[str], *, privileged: bool) -> Power:
    """A container's, of what is granted where nothing is said."""
    adds, drops = ({name.upper().removeprefix("CAP_") for name in names} for names in (added, dropped))
    known = (frozenset() if "ALL" in drops else GRANTED - drops) | (adds - {"ALL"})
    return Power(user, CAPABILITIES if "ALL" in adds else known, privileged)


def ways(wish: Wish, target: Power) -> list[Way]:
    """The first that is admitted is taken; there is at least one. A profile that was named is the only one."""
    more = frozenset(wish.capabilities)
    if wish.profile != "auto" or more:
        return [_named(wish, target, more)]
    if wish.user:
        power = Power(wish.user, target.capabilities)
        return [Way(f"as {wish.user}, for that was asked for", power if power.is_root else Power(wish.user))]
    return list(_least(target))


def _named(wish: Wish, target: Power, more: frozenset[str]) -> Way:
    granted = frozenset() if wish.profile in ("auto", "restricted") else GRANTED
    capabilities = granted | _PROFILES.get(wish.profile, frozenset()) | more
    user = wish.user or (ROOT if wish.profile != "restricted" or more else _ordinary(target))
    return Way(f"profile {wish.profile}", Power(user, capabilities, privileged=wish.profile == "sysadmin"))


def _ordinary(target: Power) -> str:
    return target.user if target.user and not target.is_root else SOMEBODY


def _least(target: Power) -> Iterator[Way]:
    """As the target's user one reads its files; as root that takes the capabilities that its process has, too."""
    if target.user and not target.is_root:
        yield Way("as the target's user, without capabilities", Power(target.user))
    elif target.privileged:
        yield Way("as root, with two of the target's capabilities", Power(target.user or ROOT, _READS_ALL))
    elif target.user:
        yield Way("as root, with the target's capabilities", Power(target.user, target.capabilities))
    else:
        yield Way("as root, for nobody says who the target is", Power(ROOT, target.capabilities))
    yield Way("as an ordinary user, without capabilities", Power(SOMEBODY), lacks=f"it can't see {_READS}")


def passed_over(taken: Way, wish: Wish) -> tuple[tuple[str, str], ...]:
    """Plans of less and of more power that come to mind, and why they were not taken."""
    if wish.profile != "auto" or wish.capabilities:
        return (("profile auto", "a profile or a capability was asked for by name"),)
    weaker = () if not taken.power.capabilities else (("without capabilities", f"it can't see {_READS}"),)
    return (*weaker, ("with SYS_PTRACE", "nothing here needs it; `--profile general` takes it, to trace"))


def capability_of(typed: str) -> str:
    """`cap_sys_ptrace` is SYS_PTRACE. Raises UsageError for what is none: all of them at once are none, too."""
    name = typed.upper().removeprefix("CAP_")
    if name not in CAPABILITIES:
        raise UsageError("not a capability:", typed[:40], hint="Write `--cap-add SYS_PTRACE`.")
    return name


def user_of(typed: str) -> str:
    """`UID[:GID]` as one writes it: 00 is root, whoever reads it. Raises UsageError for what is none."""
    if not _USER.fullmatch(typed):
        raise UsageError("`--as` takes UID or UID:GID, not", typed[:40], hint="Write `--as 1000:1000`.")
    return ":".join(str(int(part)) for part in typed.split(":"))


def check_profile(name: str) -> None:
    """Raises UsageError for one that isn't there."""
    if name not in PROFILES:
        raise UsageError("no profile is called", name[:40], hint=f"Choose one of {', '.join(PROFILES)}.")
