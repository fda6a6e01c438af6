"""The command line.

cdebug-bot run                  serve (also without a word)
cdebug-bot check                say what can be reached
cdebug-bot manifest             print what a cluster must grant the bot
cdebug-bot policy check FILE           say what is wrong with a policy
cdebug-bot policy test FILE CASES      ask a policy a table of questions
cdebug-bot audit verify                prove that no record was changed
cdebug-bot audit export                print the records as JSON lines
cdebug-bot reference            print the verb reference
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from bot.core.errors import CdebugError
from bot.settings import BadSettings, Config, load, read_config
from bot.telemetry import start_logging

BAD_SETTINGS = 2


def main() -> None:
    """Read the words, do it, leave with a status: 0 well, 1 a check failed, 2 settings are wrong."""
    words = _parser().parse_args()
    sys.exit(_COMMANDS[words.command or "run"](words))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cdebug-bot", description="Debug containers together, in a Slack thread.")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="serve until SIGTERM (the default)")
    commands.add_parser("check", help="say which of Slack, Redis and the contexts can be reached")
    commands.add_parser("manifest", help="print the ClusterRole that the contexts of Kubernetes need")
    policies = commands.add_parser("policy", help="check a policy file").add_subparsers(dest="what", required=True)
    policies.add_parser("check", help="exit 0, or 1 with one line per fault").add_argument("file", type=Path)
    testing = policies.add_parser("test", help="exit 0, or 1 with a line for each answer that isn't the expected one")
    testing.add_argument("file", type=Path)
    testing.add_argument("cases", type=Path, help="YAML: person, channel, verb, target, expect")
    audits = commands.add_parser("audit", help="read the audit").add_subparsers(dest="what", required=True)
    audits.add_parser("verify", help="exit 0, or 1 with the first record that is wrong")
    audits.add_parser("export", help="every record as a line of JSON")
    reference = commands.add_parser("reference", help="print the verb reference as Markdown")
    reference.add_argument("--pasted", action="store_true", help="print what pasted lines of docker and kubectl mean")
    return parser


def run(_: argparse.Namespace) -> int:
    """Serve."""
    log = start_logging()

    async def serve() -> None:
        environment, config = load()
        from bot.app import App  # settings are judged before everything else is imported

        await App(environment, config, log).run()

    return _checked(serve())


def check(_: argparse.Namespace) -> int:
    """A row a thing that the bot needs."""
    log = start_logging()

    async def ask() -> int:
        environment, config = load()
        from bot.app import App

        rows = await App(environment, config, log).check()
        width = max(len(name) for name, _, _ in rows)
        for name, reached, said in rows:
            print(f"{name:<{width}}  {'ok' if reached else 'FAILED':<6}  {said}")
        return 0 if all(reached for _, reached, _ in rows) else 1

    return _checked(ask())


def show_manifest(_: argparse.Namespace) -> int:
    """For `kubectl apply -f -`."""
    from bot.manifest import manifest

    file = os.environ.get("CDEBUG_CONFIG", "")
    try:
        print(manifest(read_config(Path(file)) if file else Config()), end="")
    except BadSettings as bad:
        for fault in bad.faults:
            print(fault, file=sys.stderr)
        return BAD_SETTINGS
    return 0


def policy(words: argparse.Namespace) -> int:
    """Whether a policy file would be loaded."""
    from bot.app import load_policy
    from bot.policy_cases import wrong_answers

    try:
        loaded = load_policy(words.file)
        faults = wrong_answers(loaded, words.cases) if words.what == "test" else []
    except CdebugError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"{words.file}: ok")
    return 1 if faults else 0


def audit(words: argparse.Namespace) -> int:
    """The chain of records, proved or printed. The bot may be running meanwhile."""
    start_logging()

    async def read() -> int:
        environment, config = load()
        from bot.auditing import export_audit, verify_audit

        if words.what == "export":
            try:
                async for line in export_audit(environment):
                    print(line)
            except CdebugError as error:
                print(error, file=sys.stderr)
                return 1
            return 0
        fault, count = await verify_audit(environment, config)
        print(fault or f"{count} records, none missing, edited or added", file=sys.stderr if fault else sys.stdout)
        return 1 if fault else 0

    return _checked(read())


def show_reference(arguments: argparse.Namespace) -> int:
    """The page docs/verbs.md, or docs/pasted.md."""
    from bot.actions import catalog
    from bot.core import paste
    from bot.core.manual import reference

    print(paste.page() if arguments.pasted else reference(catalog()), end="")
    return 0


_COMMANDS = {
    "run": run,
    "check": check,
    "manifest": show_manifest,
    "policy": policy,
    "audit": audit,
    "reference": show_reference,
}


def _checked(work: Coroutine[Any, Any, int | None]) -> int:
    """Bad settings are lines on standard error and status 2, wherever they show.

    The loop is asyncio's own: over TLS, uvloop 0.23 loses what a paused reader has not taken when its peer closes.
    Source: MagicStack/uvloop, pull request 661.
    """
    try:
        return asyncio.run(work) or 0
    except BadSettings as bad:
        faults = bad.faults
    except CdebugError as error:
        faults = [str(error)]
    except BaseExceptionGroup as several:
        ours, others = several.split(CdebugError)
        if others or ours is None:
            raise
        faults = [str(error) for error in _leaves(ours)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return BAD_SETTINGS


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


if __name__ == "__main__":
    main()
