"""A pasted `docker …` or `kubectl …` line, as the cdebug words that mean the same.

In a pasted line a letter means what that tool means by it: `-n 5` is `--tail 5` in `docker logs`.
"""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.pattern import compiled

TOOLS = frozenset({"docker", "kubectl"})

_SUBJECTS = {
    ("docker", "container"): {"ls": "ps", "list": "ps", "ps": "ps"},
    ("docker", "image"): {"ls": "images", "list": "images"},
    ("docker", "network"): {"inspect": "network --name"},
}
_VERBS = {
    "docker": {"top": "processes"},
    "kubectl": {"get pods": "ps", "get pod": "ps", "get po": "ps", "get events": "events", "top pod": "stats"},
}
_SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"})
# the flags of a pasted `exec` that take a value, and those that say nothing to a bot
_EXEC_VALUES = {
    "docker": {
        "-u": "--user", "--user": "--user", "-w": "--workdir", "--workdir": "--workdir",
        "-e": "--env", "--env": "--env",
    },
    "kubectl": {"-c": "--container", "--container": "--container", "-n": "--namespace", "--namespace": "--namespace"},
}  # fmt: skip
_EXEC_IDLE = compiled(r"-[it]{1,2}|--(?:interactive|tty|stdin)(?:=true)?")
_FLAGS: dict[tuple[str, str], dict[str, str]] = {
    ("docker", "logs"): {"-n": "--tail", "-t": "--timestamps"},
    ("docker", "inspect"): {"-f": "--path", "--format": "--path"},
    ("docker", "ps"): {"-n": "--last", "--no-trunc": ""},
    ("docker", "stats"): {"--no-stream": "", "-a": ""},
    ("docker", "events"): {"-f": "--filter"},
    ("docker", "images"): {"-a": ""},
}
_CLUSTER = compiled(r"-([A-Za-z]+)(\d*)")
_GO_TEMPLATE = compiled(r"\{\{\s*(?:json\s+)?(\.[A-Za-z0-9_.]*)\s*\}\}")


# What is typed as two words and meant as a verb and a flag.
_SPELT = {"top node": ["stats", "--nodes"], "top nodes": ["stats", "--nodes"]}


def understand(words: list[str]) -> list[str]:
    """The words after the verb they name was translated; other words come back as they are."""
    words = _translated(words)
    spelt = _SPELT.get(" ".join(words[:2]))
    return [*spelt, *words[2:]] if spelt else words


def _translated(words: list[str]) -> list[str]:
    if not words or words[0] not in TOOLS:
        return words
    tool, rest = words[0], words[1:]
    if not rest:
        raise UsageError(f"a pasted `{tool}` line needs its command", hint="Write `ps` or `help`.")
    rest = [word for word in _subject(tool, rest) if word] or ["help"]
    for width in (2, 1):
        if verb := _VERBS[tool].get(" ".join(rest[:width])):
            rest = [*verb.split(), *rest[width:]]
            break
    if rest[0] == "exec":
        return _exec(tool, rest[1:])
    if rest[0] == "cp":
        return _copy(rest[1:])
    flags = _FLAGS.get((tool, rest[0]), {})
    return [rest[0], *_rewrite(rest[1:], flags)]


def _exec(tool: str, words: list[str]) -> list[str]:
    """`docker exec -it web /bin/sh` is `sh web`; any other command is argv, after a `--` where the tool has none."""
    values, flags, at, interactive = _EXEC_VALUES[tool], list[str](), 0, False
    target = ""
    while at < len(words) and words[at] != "--":
        name, equals, value = words[at].partition("=")
        if _EXEC_IDLE.fullmatch(words[at]):
            interactive = True
        elif name in values:
            at += 0 if equals else 1
            flags += [values[name], value if equals else words[at] if at < len(words) else ""]
        elif words[at].startswith("-") or (target and tool == "kubectl"):
            flags.append(words[at])
        elif target:
            break
        else:
            target = words[at]
        at += 1
    argv = words[at + 1 :] if words[at : at + 1] == ["--"] else words[at:]
    named = [target] if target else []
    if interactive and len(argv) == 1 and argv[0] in _SHELLS:
        return ["sh", *named, *flags]
    return ["exec", *named, *flags, "--", *argv]


def _copy(words: list[str]) -> list[str]:
    """What is copied out comes into the thread: where to put it on one's own disk says nothing here."""
    from_container = [word for word in words if ":" in word and not word.startswith("-")]
    if not from_container:
        return ["cp", *words]
    flags = [word for at, word in enumerate(words) if word.startswith("-") or words[at - 1 : at] in (["-c"], ["-n"])]
    return ["cp", from_container[0], *flags]


def _subject(tool: str, rest: list[str]) -> list[str]:
    verbs = _SUBJECTS.get((tool, rest[0]))
    if verbs is None or len(rest) < 2:
        return rest
    return [*verbs.get(rest[1], rest[1]).split(), *rest[2:]]


def _letters(word: str, flags: dict[str, str]) -> list[str]:
    """`-fn` is `-f -n` and `-n5` is `-n 5`, where the tool gives one of the letters a meaning of its own."""
    cluster = _CLUSTER.fullmatch(word)
    if not cluster or len(word) == 2 or not any(f"-{letter}" in flags for letter in cluster[1]):
        return [word]
    return [*(f"-{letter}" for letter in cluster[1]), *([cluster[2]] if cluster[2] else [])]


def _rewrite(words: list[str], flags: dict[str, str]) -> list[str]:
    out = []
    for word in (letter for typed in words for letter in _letters(typed, flags)):
        name, equals, value = word.partition("=")
        name = flags.get(name, name)
        if template := _GO_TEMPLATE.fullmatch(value or word):
            name, value = (f"{name}{equals}", template[1]) if equals else ("", template[1])
            out.append(f"{name}{value}")
        elif name:
            out.append(f"{name}{equals}{value}")
    return out
