"""Which port of a pod is meant: by its number, by its name, or by the port of a service before it.

Source: Kubernetes API reference v1.34, ServicePort: `targetPort` is a number, or the name of a port of the pod.
"""

from __future__ import annotations

from bot.core.bench import Bench
from bot.core.errors import NotFound
from bot.core.facts.network import ServiceFacts, ServicePort
from bot.core.facts.pods import PodFacts
from bot.core.ports.facts import ObjectsPort
from bot.core.target import Container, Resource


async def port_of_pod(bench: Bench, pod: Container, service: str, port: str) -> int:
    """A number. service: the one that was named, nothing where a pod was. Raises NotFound for a port that isn't
    there, with those that are.
    """
    if service:
        return await _behind(bench, pod, service, port)
    return int(port) if port.isdigit() else await _named(bench, pod, port, f"`{pod.name}`")


async def _behind(bench: Bench, pod: Container, service: str, port: str) -> int:
    facts = await bench.port(ObjectsPort).object_facts(Resource(pod.scope, "service", service))
    assert isinstance(facts, ServiceFacts)
    found = next((it for it in facts.ports if port in (str(it.port), it.name)), None)
    if found is None:
        known = ", ".join(f"`{_shown(it)}`" for it in facts.ports) or "none"
        raise NotFound(f"service `{service}` has no port `{port}`", hint=f"Its ports: {known}.")
    if found.target.isdigit():
        return int(found.target)
    return await _named(bench, pod, found.target, f"service `{service}`, port `{_shown(found)}`, sends to `{pod.name}`")


def _shown(port: ServicePort) -> str:
    return f"{port.port} ({port.name})" if port.name else str(port.port)


async def _named(bench: Bench, pod: Container, name: str, whose: str) -> int:
    facts = await bench.port(ObjectsPort).object_facts(Resource(pod.scope, "pod", pod.name))
    assert isinstance(facts, PodFacts)
    ports = [port for container in facts.containers for port in container.ports]
    found = next((port for port in ports if port.name == name), None)
    if found is None:
        own = [port for it in facts.containers if it.name == pod.container for port in it.ports]
        known = ", ".join(f"`{port.number}{f' ({port.name})' if port.name else ''}`" for port in own) or "none"
        raise NotFound(
            f"no container has a port called `{name}`: {whose}", hint=f"Ports of `{pod.container}`: {known}."
        )
    return found.number
