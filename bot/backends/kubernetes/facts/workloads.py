"""What makes pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.backends.kubernetes.facts.objects import about, moment, selector, status_of
from bot.backends.kubernetes.facts.pods import template
from bot.core.facts.pods import CronJobFacts, JobFacts, WorkloadFacts

Json = Mapping[str, Any]


def workload(kind: str, seen: Json) -> WorkloadFacts:
    """A daemon set counts under other names than the rest."""
    spec, status = seen["spec"], status_of(seen)
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    return WorkloadFacts(
        **about(kind, seen),
        wanted=spec.get("replicas", status.get("desiredNumberScheduled")),
        total=status.get("replicas", status.get("currentNumberScheduled", 0)) or 0,
        paused=bool(spec.get("paused")),
        partition=(strategy.get("rollingUpdate") or {}).get("partition") or 0,
        revision=status.get("updateRevision") or "",
        ready=status.get("readyReplicas", status.get("numberReady", 0)) or 0,
        up_to_date=status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)) or 0,
        available=status.get("availableReplicas", status.get("numberAvailable", 0)) or 0,
        unavailable=status.get("unavailableReplicas") or status.get("numberUnavailable") or 0,
        observed=(seen["metadata"].get("generation") or 0) <= (status.get("observedGeneration") or 0),
        selector=selector(spec.get("selector")),
        strategy=strategy.get("type") or "",
        rolling={name: str(value) for name, value in (strategy.get("rollingUpdate") or {}).items()},
        template=template(spec["template"]),
    )


def job(kind: str, seen: Json) -> JobFacts:
    spec, status = seen["spec"], status_of(seen)
    return JobFacts(
        **about(kind, seen),
        succeeded=status.get("succeeded") or 0,
        completions=spec.get("completions") or 1,
        active=status.get("active") or 0,
        failed=status.get("failed") or 0,
        backoff_limit=spec.get("backoffLimit", 6),
        started=moment(status.get("startTime")),
        finished=moment(status.get("completionTime")),
        template=template(spec["template"]),
    )


def cron_job(kind: str, seen: Json) -> CronJobFacts:
    spec, status = seen["spec"], status_of(seen)
    return CronJobFacts(
        **about(kind, seen),
        schedule=spec["schedule"],
        time_zone=spec.get("timeZone") or "",
        suspended=bool(spec.get("suspend")),
        concurrency=spec.get("concurrencyPolicy") or "Allow",
        last_run=moment(status.get("lastScheduleTime")),
        last_success=moment(status.get("lastSuccessfulTime")),
        running=tuple(it["name"] for it in status.get("active") or ()),
        template=template(spec["jobTemplate"]["spec"]["template"]),
    )
