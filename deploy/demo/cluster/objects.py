"""What the cluster holds from the start: the metrics API, who may read it, and the name server's service."""

from __future__ import annotations

from typing import Any

from deploy.demo.cluster.settings import DNS_SERVICE, METRICS_PORT

Object = dict[str, Any]


def first_objects(address: str) -> list[tuple[str, Object]]:
    """Each with the path it is posted to. `address`: the node's."""
    services = "/api/v1/namespaces/kube-system/services"
    slices = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices"
    return [
        (services, _service("kube-dns", 53, "UDP", ip=DNS_SERVICE)),
        (slices, _endpoints("kube-dns", address, 53, "UDP")),
        (services, _service("metrics-server", 443, "TCP")),
        (slices, _endpoints("metrics-server", address, METRICS_PORT, "TCP")),
        ("/apis/apiregistration.k8s.io/v1/apiservices", _METRICS_API),
        ("/apis/rbac.authorization.k8s.io/v1/clusterroles", _METRICS_READER),
    ]


def _service(name: str, port: int, protocol: str, ip: str | None = None) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"clusterIP": ip, "ports": [{"name": "main", "port": port, "protocol": protocol}]},
    }


def _endpoints(service: str, address: str, port: int, protocol: str) -> Object:
    """Both servers are processes of the node, no pods: their endpoints are written by hand."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": service, "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": [{"name": "main", "port": port, "protocol": protocol}],
    }


_METRICS_API: Object = {
    "apiVersion": "apiregistration.k8s.io/v1",
    "kind": "APIService",
    "metadata": {"name": "v1beta1.metrics.k8s.io"},
    "spec": {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "service": {"namespace": "kube-system", "name": "metrics-server"},
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    },
}
_METRICS_READER: Object = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {
        "name": "system:aggregated-metrics-reader",
        "labels": {f"rbac.authorization.k8s.io/aggregate-to-{role}": "true" for role in ("view", "edit", "admin")},
    },
    "rules": [{"apiGroups": ["metrics.k8s.io"], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]}],
}
