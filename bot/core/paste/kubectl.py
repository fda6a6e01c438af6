"""What a pasted `kubectl …` line means here.

Source: `kubectl COMMAND --help` and `kubectl options` of 1.32.
"""

from __future__ import annotations

from bot.core.errors import UsageError
from bot.core.kinds import kind_of
from bot.core.paste.changes import CHANGES
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
    tail,
)
from bot.core.pattern import compiled

_JSON_PATH = compiled(r"\{?(\.[A-Za-z0-9_.\[\]-]+)\}?")
_OTHER_TYPE = {"normal": "warning", "warning": "normal"}  # an event is of one of two
_TIMES = frozenset({".lastTimestamp", ".firstTimestamp", ".eventTime", ".metadata.creationTimestamp"})

_CONNECTION = Instead("The settings say how cdebug reaches a cluster; `whoami` says who you are there.")
_FILES = Instead("cdebug reads no files: name what you mean, as `describe deploy/web`.")
_WATCH = Instead("Leave it out, and send the command again, or press Again; `logs -f` follows.")
_TEMPLATE = Instead("`inspect KIND/NAME --path .status.phase` shows one value.")
_FIELDS = Instead("`-l app=web` selects by label, `-o wide --sort-by COLUMN` groups the rows.")
_CHANGES = Instead("It changes workloads by `scale`, `set` and `rollout`, nothing else. `help` lists what it does.")


def _since(value: str) -> list[str]:
    return [] if value.strip("0hms") == "" else ["--since", value]


def _sort_of_events(value: str) -> list[str]:
    return ["--sort-by", "time" if value.strip("{}") in _TIMES else value]


def _types(value: str) -> list[str]:
    return ["--types", value.lower()]


def _event_fields(value: str) -> list[str]:
    """`involvedObject.kind=Pod,involvedObject.name=web-1,type!=Normal` → `pod/web-1 --types warning`."""
    fields = dict(_field(part) for part in value.split(","))
    kind, name = fields.pop("involvedObject.kind", "").lower(), fields.pop("involvedObject.name", "")
    types, place = fields.pop("type", "").lower(), fields.pop("involvedObject.namespace", "")
    if fields or (kind and not name):
        raise UsageError("no field selector here:", value[:60], hint="`events NAME` shows those of one object.")
    target = [f"{kind}/{name}" if kind else name] if name else []
    return [*target, *(["--types", types] if types else []), *(["--namespace", place] if place else [])]


def _field(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    if name == "type!":
        return "type", _OTHER_TYPE.get(value.lower(), "")
    return name, value.removeprefix("=")


def _one_shown(pasted: Pasted) -> str:
    """The one object that a `get` names, as kind/name; nothing where it is a list."""
    words = pasted.operands
    if len(words) == 1 and "/" in words[0]:
        return words[0]
    return f"{words[0]}/{words[1]}" if len(words) == 2 and "/" not in words[0] else ""


def _got(pasted: Pasted) -> list[str]:
    form, _, rest = pasted.given.get("--output", "").partition("=")
    if form in ("yaml", "json", "jsonpath"):
        return _inspected(pasted, form, rest)
    if form not in ("", "wide", "name"):
        raise pasted.refused(f"write {form[:40]}", _TEMPLATE.hint)
    words = [*pasted.operands, *pasted.flags, *(["--output", "wide"] if form == "wide" else [])]
    if words and words[0] in ("events", "event", "ev"):
        return ["events", *words[1:]]
    if words and kind_of(words[0]) == "pod" and "," not in words[0]:
        return ["ps", *words[1:]]
    return ["get", *words]


def _inspected(pasted: Pasted, form: str, path: str) -> list[str]:
    if not (named := _one_shown(pasted)):
        raise pasted.refused(f"write {form} of a list", "`inspect KIND/NAME -o yaml` writes one object.")
    if form != "jsonpath":
        return ["inspect", named, "--output", form, *pasted.flags]
    if found := _JSON_PATH.fullmatch(path.strip()):
        return ["inspect", named, "--path", found[1], *pasted.flags]
    raise pasted.refused("read that path", _TEMPLATE.hint)


def _described(pasted: Pasted) -> list[str]:
    words = pasted.operands
    if len(words) > 1 and "/" not in words[0]:
        words = [f"{words[0]}/{name}" for name in words[1:]]
    if len(words) > 1:
        each = " and ".join(f"`describe {name}`" for name in words[:3])
        raise pasted.refused("take several objects at once", f"Write {each}, a command for each.")
    if words and "/" not in words[0] and kind_of(words[0]):
        if kind_of(words[0]) != "pod" or "--selector" not in pasted.given:
            raise pasted.refused(
                "describe all of a kind", f"`get {words[0]}` lists them, `describe {words[0]}/NAME` is one."
            )
        words = []
    return ["describe", *words, *pasted.flags]


def _logged(pasted: Pasted) -> list[str]:
    words = pasted.operands
    if len(words) == 2:
        return ["logs", words[0], "--container", words[1], *pasted.flags]
    return ["logs", *words, *pasted.flags]


def _executed(pasted: Pasted) -> list[str]:
    if pasted.argv is None and len(pasted.operands) > 1:
        line = " ".join(pasted.operands[1:])
        raise pasted.refused("run a command without `--`", f"Write `exec {pasted.operands[0]} -- {line[:200]}`.")
    return executed(pasted, typed="true" in (pasted.given.get("--stdin"), pasted.given.get("--tty")))


def _forwarded(pasted: Pasted) -> list[str]:
    target, port = [*pasted.operands, "NAME", "PORT"][:2] if pasted.operands else ("NAME", "PORT")
    raise pasted.refused(
        "open a port on your machine",
        f"`http {target}:{port.rpartition(':')[2]}/` sends it a request from inside the cluster.",
    )


def _asked(pasted: Pasted) -> list[str]:
    raise pasted.refused(
        "ask for a right of the cluster",
        "`can VERB TARGET` checks cdebug's policy and the cluster's, as in `can exec web`.",
    )


def _in_context(value: str) -> list[str]:
    raise UsageError(
        "a context is part of a target here, not a flag:",
        value[:60],
        hint=f"Write `{value[:60]}/NAME`, or `use {value[:60]}`.",
    )


def _debugged(pasted: Pasted) -> list[str]:
    words = pasted.operands
    if words and words[0].partition("/")[0] in ("node", "nodes", "no"):
        raise pasted.refused("debug a node", "`describe node/NAME` says how it is, `debug POD` looks inside.")
    return debugged(pasted)


def _profile(value: str) -> list[str]:
    """The oldest one says nothing of what is needed: that is found out."""
    return [] if value == "legacy" else ["--profile", value]


_OUTPUT: dict[str, Meaning] = {
    "--allow-missing-template-keys": IDLE,
    "--chunk-size COUNT": IDLE,
    "--no-headers": IDLE,
    "--show-managed-fields": IDLE,
    "--template TEMPLATE": _TEMPLATE,
}
_FROM_FILES: dict[str, Meaning] = {
    "-f --filename PATH": _FILES,
    "-k --kustomize PATH": _FILES,
    "-R --recursive": _FILES,
}
_TERMINAL: dict[str, Meaning] = {
    "-c --container NAME": "--container",
    "--pod-running-timeout TIME": IDLE,
    "-q --quiet": IDLE,
    "-i --stdin": IDLE,
    "-t --tty": IDLE,
}
_COPY = Instead("`debug NAME` stands beside the pod itself; cdebug makes no copies.")
_DEBUG: dict[str, Meaning] = {
    "--arguments-only": Instead("Write the whole command after `--`."),
    "--attach": IDLE,
    "-c --container NAME": IDLE,  # of the new one, which cdebug names by what it may do
    "--copy-to NAME": _COPY,
    "--custom PATH": _FILES,
    "--env VARIABLE": "--env",
    "-f --filename PATH": _FILES,
    "--image IMAGE": "--image",
    "--image-pull-policy POLICY": IDLE,
    "--keep-annotations": _COPY,
    "--keep-init-containers": _COPY,
    "--keep-labels": _COPY,
    "--keep-liveness": _COPY,
    "--keep-readiness": _COPY,
    "--keep-startup": _COPY,
    "--profile PROFILE": _profile,
    "-q --quiet": IDLE,
    "--replace": _COPY,
    "--same-node": _COPY,
    "--set-image IMAGES": _COPY,
    "--share-processes": "--share-processes",
    "-i --stdin": IDLE,
    "--target NAME": "--container",
    "-t --tty": IDLE,
}
_GET = PastedCommand(
    _got,
    {
        **_OUTPUT,
        **_FROM_FILES,
        "-A --all-namespaces": "--all-namespaces",
        "--field-selector FIELDS": "--field-selector",
        "--ignore-not-found": IDLE,
        "-L --label-columns LABELS": Instead("`--show-labels` shows all of them."),
        "-o --output FORMAT": IDLE,  # says which verb it is
        "--output-watch-events": IDLE,
        "--raw URI": _TEMPLATE,
        "-l --selector LABELS": "--selector",
        "--server-print": IDLE,
        "--show-kind": IDLE,
        "--show-labels": "--show-labels",
        "--sort-by PATH": "--sort-by",
        "--subresource NAME": _TEMPLATE,
        "-w --watch": _WATCH,
        "--watch-only": _WATCH,
    },
)
_GET_EVENTS = PastedCommand(
    lambda pasted: _got(Pasted(pasted.name, ["events", *pasted.operands], pasted.flags, pasted.given)),
    {**_GET.flags, "--field-selector FIELDS": _event_fields, "--sort-by PATH": _sort_of_events},
)

KUBECTL = PastedTool(
    "kubectl",
    {
        **dict.fromkeys(("get events", "get event", "get ev"), _GET_EVENTS),
        "get": _GET,
        "describe": PastedCommand(
            _described,
            {
                **_FROM_FILES,
                "-A --all-namespaces": Instead("`get KIND -A` lists them; `describe NAMESPACE/KIND/NAME` is one."),
                "--chunk-size COUNT": IDLE,
                "-l --selector LABELS": "--selector",
                "--show-events": IDLE,
            },
        ),
        **dict.fromkeys(
            ("logs", "log"),
            PastedCommand(
                _logged,
                {
                    "--all-containers": "--all-containers",
                    "--all-pods": IDLE,  # a workload's are all read
                    "-c --container NAME": "--container",
                    "-f --follow": "--follow",
                    "--ignore-errors": IDLE,
                    "--insecure-skip-tls-verify-backend": IDLE,
                    "--limit-bytes COUNT": Instead("`--tail 100` shows the last lines; long logs are paged."),
                    "--max-log-requests COUNT": IDLE,
                    "--pod-running-timeout TIME": IDLE,
                    "--prefix": IDLE,  # where there are several, each line has its name
                    "-p --previous": lambda value: ["--previous" if value == "true" else "--no-previous"],
                    "-l --selector LABELS": "--selector",
                    "--since TIME": _since,
                    "--since-time TIME": "--since",
                    "--tail LINES": tail,
                    "--timestamps": "--timestamps",
                },
            ),
        ),
        "exec": PastedCommand(_executed, {**_TERMINAL, "-f --filename PATH": _FILES}, runs="--"),
        "attach": PastedCommand(as_verb("attach"), _TERMINAL),
        "cp": PastedCommand(
            copied_out, {"-c --container NAME": "--container", "--no-preserve": IDLE, "--retries COUNT": IDLE}
        ),
        **dict.fromkeys(
            ("top pod", "top pods", "top po"),
            PastedCommand(
                as_verb("stats"),
                {
                    "-A --all-namespaces": "--all-namespaces",
                    "--containers": "--containers",
                    "--field-selector FIELDS": _FIELDS,
                    "--no-headers": IDLE,
                    "-l --selector LABELS": "--selector",
                    "--sort-by COLUMN": "--sort-by",
                    "--sum": IDLE,
                    "--use-protocol-buffers": IDLE,
                },
            ),
        ),
        **dict.fromkeys(
            ("top node", "top nodes", "top no"),
            PastedCommand(
                as_verb("stats", "--nodes"),
                {
                    "--no-headers": IDLE,
                    "-l --selector LABELS": "--selector",
                    "--show-capacity": IDLE,
                    "--sort-by COLUMN": "--sort-by",
                    "--use-protocol-buffers": IDLE,
                },
            ),
        ),
        "events": PastedCommand(
            as_verb("events"),
            {
                **_OUTPUT,
                "-A --all-namespaces": "--all-namespaces",
                "--for OBJECT": lambda value: [value],
                "-o --output FORMAT": Instead("Its columns are fixed; `save` in the thread hands them out as a file."),
                "--types TYPES": _types,
                "-w --watch": _WATCH,
            },
        ),
        "auth can-i": PastedCommand(
            _asked,
            {
                "-A --all-namespaces": IDLE,
                "--list": IDLE,
                "--no-headers": IDLE,
                "-q --quiet": IDLE,
                "--subresource NAME": IDLE,
            },
        ),
        "auth whoami": PastedCommand(
            lambda _: ["whoami"], {
                "--allow-missing-template-keys": IDLE,
                "-o --output FORMAT": Instead("`whoami` shows it."),
                "--show-managed-fields": IDLE,
                "--template TEMPLATE": Instead("`whoami` shows it."),
            },
        ),
        **CHANGES,
        "port-forward": PastedCommand(_forwarded, {"--address ADDRESSES": IDLE, "--pod-running-timeout TIME": IDLE}),
        "debug": PastedCommand(_debugged, _DEBUG, runs="--"),
        **dict.fromkeys(
            ("config use-context", "config set-context"), Instead("`use CONTEXT/NAMESPACE` sets it for the channel.")
        ),
        **dict.fromkeys(
            ("config get-contexts", "config current-context", "config view", "cluster-info", "version"),
            Instead("`use` lists the contexts."),
        ),
        **dict.fromkeys(("api-resources", "api-versions", "explain"), Instead("`help get` lists the kinds.")),
        **dict.fromkeys(("wait", "diff", "proxy"), Instead("`describe KIND/NAME` says how an object is, and why.")),
        **dict.fromkeys(
            (
                "apply", "create", "delete", "edit", "patch", "replace", "set", "label", "annotate", "run", "expose",
                "autoscale", "drain", "cordon", "uncordon", "taint",
            ),
            _CHANGES,
        ),
    },
    everywhere={
        "-n --namespace NAMESPACE": "--namespace",
        "--context CONTEXT": _in_context,
        **dict.fromkeys(
            (
                "--as USER", "--as-group GROUPS", "--as-uid ID", "--certificate-authority PATH",
                "--client-certificate PATH", "--client-key PATH", "--cluster NAME", "--insecure-skip-tls-verify",
                "--kubeconfig PATH", "--password TEXT", "-s --server URL", "--tls-server-name NAME", "--token TEXT",
                "--user NAME", "--username NAME",
            ),
            _CONNECTION,
        ),
        **dict.fromkeys(
            (
                "--cache-dir PATH", "--disable-compression", "--log-flush-frequency TIME", "--match-server-version",
                "--profile NAME", "--profile-output PATH", "--request-timeout TIME", "-v --v LEVEL",
                "--vmodule LEVELS", "--warnings-as-errors",
            ),
            IDLE,
        ),
    },
)  # fmt: skip
