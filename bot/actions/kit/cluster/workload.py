"""What makes pods: how many it wants and has, how it replaces them, and of what it makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.actions.kit.cluster.common import Groups, Rows, age, selector
from bot.actions.kit.cluster.pod import container, volume

Json = Mapping[str, Any]


def describe(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    replicas: Rows = [
        ("wanted", str(spec.get("replicas", status.get("desiredNumberScheduled", "-")))),
        ("ready", str(status.get("readyReplicas", status.get("numberReady", 0)) or 0)),
        ("up to date", str(status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)) or 0)),
        ("available", str(status.get("availableReplicas", status.get("numberAvailable", 0)) or 0)),
    ]
    if missing := status.get("unavailableReplicas") or status.get("numberUnavailable"):
        replicas.append(("unavailable", str(missing)))
    behind = (seen["metadata"].get("generation") or 0) > (status.get("observedGeneration") or 0)
    replicas += [("not seen yet", "its controller has not taken up the last change")] if behind else []
    replicas.append(("selector", selector(spec.get("selector"))))
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    replicas += [("strategy", _strategy(strategy))] if strategy else []
    return [("Replicas", replicas), *_template(spec["template"], now)]


def _strategy(strategy: Json) -> str:
    rolling = strategy.get("rollingUpdate") or {}
    how = ", ".join(f"{name} {value}" for name, value in rolling.items())
    return f"{strategy.get('type', '-')}{f' ({how})' if how else ''}"


def _template(template: Json, now: datetime) -> Groups:
    spec = template["spec"]
    groups: Groups = [(f"Container {it['name']}", container(it, {}, now)[1:]) for it in spec["containers"]]
    groups += [(f"Init container {it['name']}", container(it, {}, now)[1:]) for it in spec.get("initContainers") or ()]
    groups.append(("Volumes", [(it["name"], volume(it)) for it in spec.get("volumes") or ()]))
    return groups


def describe_job(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    rows: Rows = [
        ("completions", f"{status.get('succeeded') or 0} of {spec.get('completions') or 1}"),
        ("running", str(status.get("active") or 0)),
        ("failed", f"{status.get('failed') or 0}, gives up after {spec.get('backoffLimit', 6)}"),
        ("began", f"{age(status.get('startTime'), now)} ago" if status.get("startTime") else "not yet"),
    ]
    rows += [("ended", f"{age(status['completionTime'], now)} ago")] if status.get("completionTime") else []
    return [("Job", rows), *_template(spec["template"], now)]


def describe_cronjob(seen: Json, now: datetime) -> Groups:
    spec, status = seen["spec"], seen.get("status") or {}
    rows: Rows = [
        ("schedule", f"{spec['schedule']} {spec.get('timeZone') or ''}".strip()),
        ("suspended", "yes" if spec.get("suspend") else "no"),
        ("concurrency", spec.get("concurrencyPolicy") or "Allow"),
        ("last run", f"{age(status['lastScheduleTime'], now)} ago" if status.get("lastScheduleTime") else "never"),
        (
            "last success",
            f"{age(status['lastSuccessfulTime'], now)} ago" if status.get("lastSuccessfulTime") else "never",
        ),
        ("running", ", ".join(it["name"] for it in status.get("active") or ()) or "none"),
    ]
    return [("Cron job", rows), *_template(spec["jobTemplate"]["spec"]["template"], now)]
