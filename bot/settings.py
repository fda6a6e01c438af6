"""What the operator sets: the environment and one YAML file. Only app.py and __main__ read it.

A fault is one line: where (variable, or file, line and key), what, and what would be right.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.errors import CdebugError, UsageError
from bot.core.images import parse_image
from bot.core.units import parse_duration, parse_size

DEFAULT_HOST = "unix:///var/run/docker.sock"


class BadSettings(Exception):
    """One line a fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _seconds(value: Any) -> Any:
    return _ours(parse_duration, value) if isinstance(value, str) else value


def _bytes(value: Any) -> Any:
    return _ours(parse_size, value) if isinstance(value, str) else value


def _rate(value: Any) -> Any:
    text = str(value)
    if not text.endswith("/m") or not text[:-2].isdigit() or int(text[:-2]) < 1:
        raise ValueError("write it like `30/m`")
    return int(text[:-2])


def _ours(parse: Any, value: str) -> Any:
    try:
        return parse(value)
    except CdebugError as error:
        raise ValueError(str(error)) from None


Span = Annotated[timedelta, BeforeValidator(_seconds)]
Size = Annotated[int, BeforeValidator(_bytes)]
PerMinute = Annotated[int, BeforeValidator(_rate)]
ContextName = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]


class Section(BaseModel):
    """A part of the file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Context(Section):
    """An engine by name."""

    engine: Literal["docker", "kubernetes"]
    host: str = DEFAULT_HOST
    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    identity: Literal["", "impersonate", "own"] = ""
    protected: bool = False


class ChannelHome(Section):
    """Where a channel looks."""

    context: str
    namespace: str = ""


class KubernetesUser(Section):
    """Who a person is for a cluster."""

    user: Annotated[str, Field(min_length=1)]
    groups: list[str] = []

    @field_validator("user")
    @classmethod
    def _nobody_of_the_system(cls, user: str) -> str:
        if user.strip() != user or user.startswith("system:"):
            raise ValueError("`system:` users are the cluster's own: nobody acts as one of them")
        return user

    @field_validator("groups")
    @classmethod
    def _no_group_of_the_system(cls, groups: list[str]) -> list[str]:
        if any(group.strip() != group or group.startswith("system:") for group in groups):
            raise ValueError("`system:` groups are the cluster's own: nobody acts as a member of one")
        return groups


class PersonEntry(Section):
    """Who a Slack user is elsewhere."""

    roles: list[str] = []
    kubernetes: KubernetesUser | None = None


class ApprovalsSettings(Section):
    """How long a request waits, and where it is shown."""

    ttl: Span = timedelta(minutes=10)
    channel: str = ""
    audit_channel: str = ""


class AuditSettings(Section):
    """Where the audit goes."""

    file: str = "audit.jsonl"
    retention: Span = timedelta(days=400)


class ImagesSettings(Section):
    """Which images cdebug may start."""

    toolbox: str = "cdebug-toolbox:latest"
    mirror: str = ""
    allowed: list[str] = ["*"]

    @field_validator("toolbox", "mirror")
    @classmethod
    def _is_name(cls, text: str, info: ValidationInfo) -> str:
        if not text and info.field_name == "mirror":
            return text
        try:
            parse_image(f"{text.rstrip('/')}/any" if info.field_name == "mirror" else text)
        except UsageError as error:
            raise ValueError(f"`{text}` is not an image's name, or the start of one") from error
        return text


class Redact(Section):
    """What else is a secret."""

    patterns: dict[str, str] = {}
    secrets_of: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]] = []
    show_mounted_secrets: bool = False


class ForwardSettings(Section):
    """Port forwarding; off unless set."""

    listen: str = ""
    url: str = ""
    ttl: Span = timedelta(minutes=15)


class LimitsEntry(Section):
    """How much of everything."""

    inline_lines: Annotated[int, Field(ge=1, le=99)] = 40
    follow: Span = timedelta(minutes=30)
    capture: Span = timedelta(seconds=60)
    shell_idle: Span = timedelta(minutes=15)
    output: Size = 50 * 2**20
    per_person: PerMinute = 30
    per_channel: PerMinute = 120


class Config(Section):
    """The YAML file."""

    contexts: dict[ContextName, Context] = {}
    default: str = ""
    channels: dict[str, ChannelHome] = {}
    workspaces: list[str] = []
    people: dict[str, PersonEntry] = {}
    usergroups: dict[str, list[str]] = {}
    policy: str = ""
    approvals: ApprovalsSettings = ApprovalsSettings()
    audit: AuditSettings = AuditSettings()
    images: ImagesSettings = ImagesSettings()
    redact: Redact = Redact()
    forward: ForwardSettings = ForwardSettings()
    limits: LimitsEntry = LimitsEntry()

    @model_validator(mode="after")
    def _contexts_exist(self) -> Config:
        known = set(self.contexts) or {"local"}
        if self.default and self.default not in known:
            raise ValueError(f"default: no context is called `{self.default}`; there is {', '.join(sorted(known))}")
        for channel, home in self.channels.items():
            if home.context not in known:
                raise ValueError(f"channels.{channel}.context: no context is called `{home.context}`")
        return self


class Environment(BaseSettings):
    """The environment variables, as they are called there."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 3000
    redis_url: str = ""
    docker_host: str = ""
    kubeconfig: str = ""
    cdebug_config: str = ""
    cdebug_data: str = ""
    cdebug_audit_key: str = ""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0

    @property
    def data(self) -> Path:
        """Where state lives: CDEBUG_DATA, else the user's own state directory."""
        home = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
        return Path(self.cdebug_data or f"{home}/cdebug")


def load() -> tuple[Environment, Config]:
    """Read and check everything. Raises BadSettings with all faults."""
    faults: list[str] = []
    environment, config = Environment.model_construct(), Config()
    try:
        environment = Environment()
    except ValidationError as error:
        faults += [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
    else:
        faults += _missing(environment)
    if environment.cdebug_config:
        try:
            config = read_config(Path(environment.cdebug_config))
        except BadSettings as bad:
            faults += bad.faults
    if faults:
        raise BadSettings(faults)
    return environment, config


def _missing(environment: Environment) -> Iterator[str]:
    if not environment.slack_bot_token:
        yield "SLACK_BOT_TOKEN: is not set; it begins with xoxb-"
    elif not environment.slack_bot_token.startswith("xoxb-"):
        yield "SLACK_BOT_TOKEN: does not begin with xoxb-"
    if environment.slack_app_token and not environment.slack_app_token.startswith("xapp-"):
        yield "SLACK_APP_TOKEN: does not begin with xapp-"
    if not environment.slack_app_token and not environment.slack_signing_secret:
        yield "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: one must be set (Socket Mode, or HTTP on PORT)"
    if environment.slack_api_url and not environment.slack_api_url.startswith(("http://", "https://")):
        yield "SLACK_API_URL: is not an http(s) address"


def read_config(path: Path) -> Config:
    """The YAML file, checked. Raises BadSettings with file, line and key of each fault."""
    try:
        text = path.read_text()
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        known = yaml.safe_load(text) or {}
    except OSError as error:
        raise BadSettings([f"CDEBUG_CONFIG: {path} can't be read: {error.strerror}"]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise BadSettings([f"{path}{line}: is not YAML: {getattr(error, 'problem', error)}"]) from error
    if not isinstance(known, dict):
        raise BadSettings([f"{path}:1: is not a table of keys"])
    try:
        return Config.model_validate(known)
    except ValidationError as error:
        raise BadSettings([_fault(path, tree, fault) for fault in error.errors()]) from error


def _fault(path: Path, tree: Any, fault: Any) -> str:
    location = [str(part) for part in fault["loc"] if part != "[key]"]
    line = _line(tree, location)
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "unknown key" + _nearest(location)
    key = ".".join(location)
    return f"{path}:{line}: {key}: {message}" if key else f"{path}:{line}: {message}"


def _nearest(location: list[str]) -> str:
    names = {name for section in Section.__subclasses__() for name in section.model_fields}
    near = difflib.get_close_matches(location[-1], names, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _line(tree: Any, location: list[str]) -> int:
    """The line of the deepest key of a location that is in the file, counted from 1."""
    line = 1
    for part in location:
        if isinstance(tree, yaml.MappingNode):
            pair = next(((key, value) for key, value in tree.value if key.value == part), None)
            if pair is None:
                break
            line, tree = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(tree, yaml.SequenceNode) and part.isdigit() and int(part) < len(tree.value):
            tree = tree.value[int(part)]
            line = tree.start_mark.line + 1
    return line
