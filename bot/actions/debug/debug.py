"""`debug`: a container of another image beside one, in its namespaces, as its user."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.actions.kit.beside import ROOT, has_ended, place_of
from bot.actions.kit.execution import outputs_of
from bot.actions.kit.shells import shell_of
from bot.actions.kit.variables import check_variables
from bot.core.action import ArgvAction, Duration, Shown, option
from bot.core.bench import Bench
from bot.core.errors import CdebugError, UsageError
from bot.core.output import Note, Output, Progress
from bot.core.plan import Plan
from bot.core.ports.exec import ExecPort, ExecQuery
from bot.core.ports.helpers import HelperQuery, HelpersPort
from bot.core.ports.making import MakingPort
from bot.core.powers import PROFILES, Wish, capability_of, check_profile, user_of
from bot.core.takes import one
from bot.core.target import Container

_SHARED = "`--share-processes` is for copies of a pod: what stands beside its target sees its processes in any case."
_SHORTEST, _LONGEST, _LONGEST_RUN = timedelta(minutes=1), timedelta(hours=4), timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Debug(
    ArgvAction,
    verb="debug",
    takes=one("container"),
    needs=(HelpersPort, MakingPort, ExecPort),
    rights=("get pods", "patch pods/ephemeralcontainers", "get pods/exec"),
    examples=("debug web", "debug web -- ps aux", "debug web --image netshoot --profile netadmin -- ip route"),
):
    """Start a debug container beside a running one; run a command in it, or turn this thread into a shell of it.

    It shares the target's processes and network, has its volumes, and runs as its user with no capability
    that it lacks, unless a profile is named. It ends by itself; until then later commands that need the same use it.
    """

    container: Annotated[
        str, option("--container", "--target", "-c", help="which container of a pod to stand beside")
    ] = ""
    image: Annotated[
        str, option("--image", help="an image, or a short name of `images --catalogue`; else the toolbox")
    ] = ""
    profile: Annotated[
        str, option("--profile", help=f"what it may do: one of {', '.join(PROFILES)}"), Shown("PROFILE")
    ] = "auto"
    user: Annotated[str, option("--as", help="as this user id and group id"), Shown("UID[:GID]")] = ""
    capabilities: Annotated[
        tuple[str, ...], option("--cap-add", help="one more capability, as SYS_PTRACE"), Shown("NAME")
    ] = ()
    env: Annotated[
        tuple[str, ...], option("--env", "-e", help="set a variable, as `NAME=value`"), Shown("NAME=VALUE")
    ] = ()
    environment: Annotated[
        bool, option("--env-from-target", help="with the variables that the target was started with")
    ] = False
    shares: Annotated[bool, option("--share-processes", help="taken, and said to mean nothing here")] = False
    bare: Annotated[bool, option("--no-volumes", help="without the target's volumes")] = False
    lifetime: Annotated[Duration, option("--for", help="end it after")] = timedelta(minutes=30)
    limit: Annotated[Duration, option("--timeout", help="end the command after")] = timedelta(minutes=5)

    def __post_init__(self) -> None:
        check_profile(self.profile)
        check_variables(self.env)
        self._wish()
        if not _SHORTEST <= self.lifetime <= _LONGEST:
            raise UsageError("`--for` takes 1m to 4h", hint="Try `--for 30m`.")
        if self.limit > _LONGEST_RUN:
            raise UsageError("`--timeout` takes at most 10m", hint="Try `--timeout 10m`.")

    @property
    def interactive(self) -> bool:
        return not self.argv

    @property
    def endless(self) -> bool:
        return not self.argv

    @property
    def shows_end(self) -> bool:
        return True

    @property
    def nothing(self) -> str:
        return "It printed nothing." if self.argv else "The shell has ended."

    @property
    def warnings(self) -> tuple[str, ...]:
        return (_SHARED,) if self.shares else ()

    @property
    def lasting(self) -> str:
        what = "the command changes" if self.argv else "is typed into the shell changes (each line is audited)"
        return (
            f"whatever {what} in the target's files, processes and network; and so with what the requester runs in the"
            " same debug container from this thread until it ends, without being asked again"
        )

    async def plan(self, found: Container, bench: Bench) -> Plan:
        if self.stdin and not self.argv:
            raise UsageError("a shell reads no code block", hint="Write `debug NAME -- sh -s`, and the block.")
        query = HelperQuery(
            image=bench.limits.images.chosen(self.image),
            seconds=int(self.lifetime.total_seconds()),
            wish=self._wish(),
            volumes=not self.bare,
            environment=self.environment,
        )
        return await bench.port(HelpersPort).plan_helper(found, query)

    def _wish(self) -> Wish:
        """Raises UsageError."""
        capabilities = tuple(sorted(set(map(capability_of, self.capabilities))))
        return Wish(self.profile, user_of(self.user) if self.user else "", capabilities)

    async def run(self, found: Container, bench: Bench) -> AsyncGenerator[Output, None]:
        (planned,) = bench.plan.creates
        yield Progress(f"starting {planned.name} beside {found.name}")
        async with bench.maker.made(planned) as helper:
            root, note = await place_of(bench, helper, found)
            if not (root and self.argv):  # whoever types a command knows where it looks
                yield note
            env = (*self.env, *([f"{ROOT}={root}"] if root else []))
            ended = False
            try:
                async with aclosing(self._outputs(helper, bench, env)) as outputs:
                    async for output in outputs:
                        yield output
            except CdebugError:
                ended = await has_ended(bench, found)
                if not ended:
                    raise
            if ended or await has_ended(bench, found):
                yield Note(f"`{found.name}` ended, or was restarted, meanwhile: what stood beside it ended with it.")

    def _outputs(self, helper: Container, bench: Bench, env: tuple[str, ...]) -> AsyncGenerator[Output, None]:
        if not self.argv:
            return shell_of(bench, helper, env, without="`--image busybox` has one.")
        return outputs_of(bench, helper, ExecQuery(self.argv, env=env), self.stdin, self.limit)
