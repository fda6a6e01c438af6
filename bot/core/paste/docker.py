"""What a pasted `docker …` or `docker compose …` line means here.

Source: `docker COMMAND --help` of 28.2.
"""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.paste.reading import (
    IDLE,
    Instead,
    Meaning,
    Pasted,
    PastedCommand,
    PastedTool,
    as_verb,
    copied_out,
    debugged,
    executed,
    one_operand,
    tail,
)
from bot.core.pattern import compiled

_TEMPLATE = compiled(r"\{\{\s*(?:json\s+)?(\.[A-Za-z0-9_.]*)\s*\}\}")
_COLUMNS = Instead("Its columns are fixed: `-o wide` shows more of them.")
_FORMAT = Instead("Its columns are fixed; `inspect NAME --path .State.Pid` shows one value.")
_PLATFORM = Instead("Leave `--platform` out: `inspect image/NAME` shows the one that the engine has.")
_WIDE = "--output=wide"
_PLACES = Instead("`CONTEXT/NAME` says where, as in `logs staging/web`; `use CONTEXT` sets it for the whole channel.")
_CONNECTION = Instead("The settings say how cdebug reaches an engine. `use` lists its contexts.")


def _filter_of_ps(value: str) -> list[str]:
    name, _, wanted = value.partition("=")
    if name == "label":
        return ["--selector", wanted]
    if name == "name":
        return [wanted]
    hint = "`ps -a --sort-by state` groups them." if name == "status" else "`ps -l app=web` finds by label."
    raise UsageError("`docker ps` can't filter here by", value[:60], hint=hint)


def _filter_of_events(value: str) -> list[str]:
    name, _, wanted = value.partition("=")
    if name in ("container", "image", "network"):
        return [wanted if name == "container" else f"{name}/{wanted}"]
    if name == "label":
        return ["--selector", wanted]
    raise UsageError("`docker events` can't filter here by", value[:60], hint="`events NAME`, or `grep` in the thread.")


def _filter_of_images(value: str) -> list[str]:
    name, _, wanted = value.partition("=")
    if name == "reference":
        return [wanted]
    raise UsageError("`docker images` can't filter here by", value[:60], hint="`images NAME`, or `grep` in the thread.")


def _path(value: str) -> list[str]:
    if value == "json":
        return []
    if template := _TEMPLATE.fullmatch(value.strip()):
        return ["--path", template[1]] if template[1] != "." else []
    raise UsageError("no template here:", value[:60], hint="`--path .State.Pid` shows one part.")


def _of_type(value: str) -> list[str]:
    if value in ("container", "image", "network"):
        return []
    raise UsageError(
        "`docker inspect` can't show here a", value[:60], hint="`inspect` takes containers, images and networks."
    )


def _inspected(pasted: Pasted) -> list[str]:
    kind = pasted.given.get("--type", "") or {"docker image inspect": "image", "docker network inspect": "network"}.get(
        pasted.name, ""
    )
    names = one_operand(pasted, "inspect")
    if kind in ("image", "network"):
        names = [f"{kind}/{name}" for name in names]
    return ["inspect", *names, *pasted.flags]


def _network(pasted: Pasted) -> list[str]:
    if "--format" in pasted.given:
        return _inspected(pasted)
    return ["network", *(word for name in one_operand(pasted, "network --name") for word in ("--name", name))]


def _processes(pasted: Pasted) -> list[str]:
    """What follows the container are options of `ps`, which say which columns: all of ours are shown."""
    return ["processes", *pasted.operands]


def _executed(pasted: Pasted) -> list[str]:
    return executed(pasted, typed="true" in (pasted.given.get("--interactive"), pasted.given.get("--tty")))


def _one(verb: str) -> PastedCommand:
    return PastedCommand(lambda pasted: [verb, *one_operand(pasted, verb), *pasted.flags])


_PS = PastedCommand(
    as_verb("ps"),
    {
        "-a --all": "--all",
        "-f --filter FILTER": _filter_of_ps,
        "--format TEMPLATE": _FORMAT,
        "-n --last COUNT": Instead("`ps -a --sort-by age` puts the newest first."),
        "-l --latest": Instead("`ps -a --sort-by age` puts the newest first."),
        "--no-trunc": _WIDE,
        "-q --quiet": _WIDE,
        "-s --size": Instead("`diff NAME` lists the files that a container changed."),
    },
)
_LOGS: dict[str, Meaning] = {
    "-f --follow": "--follow",
    "--since TIME": "--since",
    "-n --tail LINES": tail,
    "-t --timestamps": "--timestamps",
    "--until TIME": "--until",
}
_INSPECT: dict[str, Meaning] = {
    "-f --format TEMPLATE": _path,
    "-s --size": Instead("`diff NAME` lists the files that a container changed."),
}
_IMAGES = PastedCommand(
    as_verb("images"),
    {
        "-a --all": IDLE,
        "--digests": IDLE,
        "-f --filter FILTER": _filter_of_images,
        "--format TEMPLATE": _COLUMNS,
        "--no-trunc": IDLE,
        "-q --quiet": IDLE,
        "--tree": IDLE,
    },
)
_EXEC: dict[str, Meaning] = {
    "-d --detach": Instead("Leave `-d` out: cdebug waits for a command, and Stop ends it."),
    "--detach-keys KEYS": IDLE,
    "-e --env VARIABLE": "--env",
    "--env-file FILE": Instead("`-e NAME=value` sets a variable."),
    "-i --interactive": IDLE,
    "--privileged": Instead("Leave `--privileged` out: a command has the container's own rights here."),
    "-t --tty": IDLE,
    "-u --user USER": "--user",
    "-w --workdir PATH": "--workdir",
}
_RUN = PastedCommand(
    lambda pasted: executed(pasted, typed="true" in (pasted.given.get("--interactive"), pasted.given.get("--tty"))),
    _EXEC,
    runs="first",
)
_CHANGES = Instead("cdebug doesn't start, stop or remove containers. `help` lists what it does.")
_IMAGES_CHANGE = Instead("cdebug doesn't build or move images. `images` lists what is there.")

_PROJECT = Instead("`-n PROJECT` names a compose project, as in `logs web -n shop`.")

COMPOSE = PastedTool(
    "docker compose",
    {
        "ps": PastedCommand(
            as_verb("ps"),
            {"-a --all": "--all", "-q --quiet": _WIDE, "--format FORMAT": _COLUMNS, "--services": _COLUMNS},
        ),
        "logs": PastedCommand(as_verb("logs"), {**_LOGS, "--no-color": IDLE, "--no-log-prefix": IDLE}),
        "exec": PastedCommand(
            lambda pasted: executed(pasted, typed="--no-tty" not in pasted.given),
            {**_EXEC, "-T --no-tty": IDLE, "--index NUMBER": Instead("Name the container, as `exec shop-web-2 -- …`.")},
            runs="first",
        ),
        "top": PastedCommand(_processes),
        "stats": PastedCommand(as_verb("stats"), {"--no-stream": IDLE}),
        "images": PastedCommand(as_verb("images")),
        "events": PastedCommand(as_verb("events"), {"--since TIME": "--since", "--until TIME": "--until"}),
        "port": PastedCommand(lambda pasted: ["network", *pasted.operands[:1]]),
        **dict.fromkeys(("up", "down", "start", "stop", "restart", "rm", "kill", "pause", "run"), _CHANGES),
    },
    before={
        "-p --project-name NAME": "--namespace",
        "-f --file PATH": _PROJECT,
        "--env-file PATH": IDLE,
        "--profile NAME": IDLE,
        "--project-directory PATH": _PROJECT,
    },
)

DOCKER = PastedTool(
    "docker",
    {
        "compose": COMPOSE,
        **dict.fromkeys(("ps", "container ls", "container list", "container ps"), _PS),
        **dict.fromkeys(
            ("logs", "container logs"),
            PastedCommand(
                as_verb("logs"),
                {**_LOGS, "--details": Instead("`inspect NAME --path .HostConfig.LogConfig` shows the log driver.")},
            ),
        ),
        "inspect": PastedCommand(_inspected, {**_INSPECT, "--type KIND": _of_type}),
        "container inspect": PastedCommand(_inspected, _INSPECT),
        "image inspect": PastedCommand(_inspected, {"-f --format TEMPLATE": _path, "--platform PLATFORM": _PLATFORM}),
        "network inspect": PastedCommand(_network, {"-f --format TEMPLATE": _path, "-v --verbose": IDLE}),
        **dict.fromkeys(("top", "container top"), PastedCommand(_processes, runs="first")),
        **dict.fromkeys(
            ("stats", "container stats"),
            PastedCommand(
                as_verb("stats"),
                {"-a --all": IDLE, "--format TEMPLATE": _COLUMNS, "--no-stream": IDLE, "--no-trunc": IDLE},
            ),
        ),
        **dict.fromkeys(
            ("events", "system events"),
            PastedCommand(
                as_verb("events"),
                {
                    "-f --filter FILTER": _filter_of_events,
                    "--format TEMPLATE": _COLUMNS,
                    "--since TIME": "--since",
                    "--until TIME": "--until",
                },
            ),
        ),
        **dict.fromkeys(("images", "image ls", "image list"), _IMAGES),
        **dict.fromkeys(("diff", "container diff"), _one("diff")),
        **dict.fromkeys(("port", "container port"), PastedCommand(lambda pasted: ["network", *pasted.operands[:1]])),
        **dict.fromkeys(("exec", "container exec"), _RUN),
        **dict.fromkeys(
            ("cp", "container cp"),
            PastedCommand(copied_out, {"-a --archive": IDLE, "-L --follow-link": IDLE, "-q --quiet": IDLE}),
        ),
        **dict.fromkeys(
            ("attach", "container attach"),
            PastedCommand(
                as_verb("attach"), {"--detach-keys KEYS": IDLE, "--no-stdin": IDLE, "--sig-proxy": IDLE}
            ),
        ),
        **dict.fromkeys(
            ("kill", "container kill"),
            Instead("`kill NAME PID` sends a signal to one process; `processes NAME` lists them."),
        ),
        "network ls": Instead("`network NAME` shows a container's networks, `network --name NETWORK` one of them."),
        "volume ls": Instead("`describe NAME` shows a container's mounts."),
        "volume inspect": Instead("`describe NAME` shows a container's mounts."),
        "debug": PastedCommand(
            debugged,
            {
                "-c --command COMMAND": Instead("Write the command after `--`, as `debug NAME -- ps -ef`."),
                "--host HOST": _CONNECTION,
                "--platform PLATFORM": IDLE,
                "--privileged": Instead("`--profile sysadmin` gives it capabilities by name."),
                "--shell SHELL": IDLE,
            },
            runs="--",
        ),
        **dict.fromkeys(("sbom", "scout"), Instead("`describe image/NAME` says what an image runs.")),
        **dict.fromkeys(("version", "info", "system df", "system info"), Instead("`use` lists the contexts.")),
        **dict.fromkeys(
            (
                "run", "create", "start", "stop", "restart", "pause", "unpause", "rm", "rename", "update", "wait",
                "container run", "container create", "container start", "container stop", "container restart",
                "container rm", "container prune", "network create", "network rm", "network connect",
                "network disconnect", "volume create", "volume rm", "system prune",
            ),
            _CHANGES,
        ),
        **dict.fromkeys(
            (
                "build", "pull", "push", "tag", "rmi", "save", "load", "import", "export", "commit", "image pull",
                "image rm",
            ),
            _IMAGES_CHANGE,
        ),
    },
    before={
        "--config PATH": _CONNECTION,
        "-c --context CONTEXT": _PLACES,
        "-D --debug": IDLE,
        "-H --host HOST": _CONNECTION,
        "-l --log-level LEVEL": IDLE,
        "--tls": _CONNECTION,
        "--tlscacert PATH": _CONNECTION,
        "--tlscert PATH": _CONNECTION,
        "--tlskey PATH": _CONNECTION,
        "--tlsverify": _CONNECTION,
        "-v --version": _CONNECTION,
    },
)  # fmt: skip
