"""What makes pods: how many it wants and has, how it replaces them, and of what it makes them."""

from __future__ import annotations

from datetime import datetime

from bot.actions.kit.cards.common import Groups, Rows, not_told, selection
from bot.actions.kit.cards.pods import container, summary, title, volume
from bot.core.facts.objects import Refused
from bot.core.facts.pods import CronJobFacts, JobFacts, Template, WorkloadFacts
from bot.core.units import show_age


def describe(facts: WorkloadFacts, now: datetime) -> Groups:
    replicas: Rows = [
        ("wanted", "-" if facts.wanted is None else str(facts.wanted)),
        ("ready", str(facts.ready)),
        ("up to date", str(facts.up_to_date)),
        ("available", str(facts.available)),
    ]
    replicas += [("unavailable", str(facts.unavailable))] if facts.unavailable else []
    if not facts.observed:
        replicas.append(("not seen yet", "its controller has not taken up the last change"))
    if facts.paused:
        replicas.append(("paused", "yes: changes wait for `rollout resume`"))
    replicas.append(("selector", selection(facts.selector)))
    replicas += [("strategy", _strategy(facts))] if facts.strategy or facts.rolling else []
    return [("Replicas", replicas), *_template(facts.template, now)]


def _strategy(facts: WorkloadFacts) -> str:
    how = ", ".join(f"{name} {value}" for name, value in facts.rolling.items())
    return f"{facts.strategy or '-'}{f' ({how})' if how else ''}"


def _template(template: Template, now: datetime) -> Groups:
    groups: Groups = [(title(it), container(it, now)) for it in template.containers]
    groups.append(("Volumes", [(it.name, volume(it)) for it in template.volumes]))
    return groups


def describe_job(facts: JobFacts, now: datetime) -> Groups:
    rows: Rows = [
        ("completions", f"{facts.succeeded} of {facts.completions}"),
        ("running", str(facts.active)),
        ("failed", f"{facts.failed}, gives up after {facts.backoff_limit}"),
        ("began", _began(facts, now)),
    ]
    rows += [("ended", f"{show_age(facts.finished, now)} ago")] if facts.finished else []
    return [("Job", rows), *_template(facts.template, now)]


def describe_cron_job(facts: CronJobFacts, now: datetime) -> Groups:
    rows: Rows = [
        ("schedule", f"{facts.schedule} {facts.time_zone}".strip()),
        ("suspended", "yes" if facts.suspended else "no"),
        ("concurrency", facts.concurrency),
        ("last run", f"{show_age(facts.last_run, now)} ago" if facts.last_run else "never"),
        ("last success", f"{show_age(facts.last_success, now)} ago" if facts.last_success else "never"),
        ("running", ", ".join(facts.running) or "none"),
    ]
    return [("Cron job", rows), ("Jobs", _jobs(facts, now)), *_template(facts.template, now)]


def _jobs(facts: CronJobFacts, now: datetime) -> Rows:
    """Its newest, each with how its pods are."""
    if isinstance(facts.jobs, Refused):
        return [not_told(facts.jobs)]
    rows = [row for job in facts.jobs for row in _job(job, now)]
    return rows + ([("", f"and {facts.others} older")] if facts.others else [])


def _job(job: JobFacts, now: datetime) -> Rows:
    over = f", {job.failed} failed" if job.failed else ""
    ended = f", ended {show_age(job.finished, now)} ago" if job.finished else ""
    rows: Rows = [(job.name, f"{job.succeeded} of {job.completions} done{over}, began: {_began(job, now)}{ended}")]
    if isinstance(job.pods, Refused):
        return [*rows, not_told(job.pods)]
    return rows + [(f"pod {it.name}", summary(it, now)) for it in job.pods]


def _began(job: JobFacts, now: datetime) -> str:
    return f"{show_age(job.started, now)} ago" if job.started else "not yet"
