"""What each server is told: its settings file or its flags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.cluster.images import PAUSE

NODE = "node-1"
PORT = 6443
METRICS_PORT = 4443
SERVICES, FIRST_SERVICE, DNS_SERVICE = "10.96.0.0/16", "10.96.0.1", "10.96.0.10"
PODS = "10.244.0.0/24"
CONTAINERD = "/run/containerd/containerd.sock"  # /run is the cluster's own
_CNI_PROGRAMS = "/usr/lib/cni"
_ETCD = "http://127.0.0.1:2379"

Pair = tuple[Path, Path]


@dataclass(frozen=True)
class Keys:
    """Certificates with their keys, by what they are for."""

    ca: Pair
    server: Pair
    kubelet_client: Pair
    kubelet_server: Pair
    front_ca: Path
    front: Pair
    service_accounts: Pair


def write_audit_policy(path: Path) -> Path:
    """Every request's metadata, once, when it is answered."""
    rules = [{"level": "Metadata", "omitStages": ["RequestReceived"]}]
    path.write_text(json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}))
    return path


def etcd(root: Path) -> list[str]:
    """Without fsync: its data lives as long as the cluster."""
    flags = {"name": "cdebug", "data-dir": str(root / "etcd"), "listen-client-urls": _ETCD}
    flags |= {"advertise-client-urls": _ETCD, "listen-peer-urls": "http://127.0.0.1:2380"}
    return [*_flags(flags), "--unsafe-no-fsync"]


def api_server(address: str, keys: Keys, audit: Path, policy: Path) -> list[str]:
    """Node and RBAC authorization, an audit log that is written before the answer, aggregation."""
    private, public = keys.service_accounts[0], keys.service_accounts[1]
    return _flags(
        {
            "advertise-address": address,
            "secure-port": str(PORT),
            "etcd-servers": _ETCD,
            "service-cluster-ip-range": SERVICES,
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "true",
            "client-ca-file": str(keys.ca[0]),
            "tls-cert-file": str(keys.server[0]),
            "tls-private-key-file": str(keys.server[1]),
            "kubelet-client-certificate": str(keys.kubelet_client[0]),
            "kubelet-client-key": str(keys.kubelet_client[1]),
            "kubelet-certificate-authority": str(keys.ca[0]),
            "kubelet-preferred-address-types": "InternalIP",
            "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
            "service-account-key-file": str(public),
            "service-account-signing-key-file": str(private),
            "requestheader-client-ca-file": str(keys.front_ca),
            "requestheader-allowed-names": "front-proxy-client",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "proxy-client-cert-file": str(keys.front[0]),
            "proxy-client-key-file": str(keys.front[1]),
            "enable-aggregator-routing": "true",  # no pod network leads from the server to a service
            "audit-log-path": str(audit),
            "audit-policy-file": str(policy),
            "audit-log-mode": "blocking",  # a test reads it right after the call
        }
    )


def controller_manager(kubeconfig: Path, keys: Keys) -> list[str]:
    """No election: it is the only one, and outlives a restart of the API server."""
    return _flags(
        {
            "kubeconfig": str(kubeconfig),
            "leader-elect": "false",
            "use-service-account-credentials": "true",
            "root-ca-file": str(keys.ca[0]),
            "service-account-private-key-file": str(keys.service_accounts[0]),
            "cluster-signing-cert-file": str(keys.ca[0]),
            "cluster-signing-key-file": str(keys.ca[1]),
            "bind-address": "127.0.0.1",
        }
    )


def scheduler(kubeconfig: Path) -> list[str]:
    """As the controller manager: no election."""
    return _flags({"kubeconfig": str(kubeconfig), "leader-elect": "false", "bind-address": "127.0.0.1"})


def metrics_server(kubeconfig: Path) -> list[str]:
    """Scrapes as often as it is allowed to."""
    own = str(kubeconfig)
    flags = {"kubeconfig": own, "authentication-kubeconfig": own, "authorization-kubeconfig": own}
    flags |= {"secure-port": str(METRICS_PORT), "cert-dir": "/var/lib/metrics-server", "metric-resolution": "10s"}
    flags |= {"kubelet-request-timeout": "5s"}  # has to be less than the resolution
    return [*_flags(flags), "--kubelet-insecure-tls", "--kubelet-preferred-address-types=InternalIP"]


def dns(kubeconfig: Path, address: str) -> list[str]:
    """Names of services, for pods."""
    return _flags({"kubeconfig": str(kubeconfig), "address": f"{address}:53"})


def proxy(folder: Path, kubeconfig: Path) -> list[str]:
    """iptables in the cluster's own network namespace; conntrack's limits are the machine's, and stay."""
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "hostnameOverride": NODE,
        "clusterCIDR": PODS,
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "iptables": {"minSyncPeriod": "100ms"},
    }
    return [f"--config={_write(folder / 'proxy.json', config)}"]


def kubelet(folder: Path, kubeconfig: Path, keys: Keys, address: str, cgroup: str) -> list[str]:
    """cgroup v1 is good enough, a full disk evicts nobody, and no score below its own is asked for."""
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {DNS_SERVICE}\n")
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(keys.ca[0])},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(keys.kubelet_server[0]),
        "tlsPrivateKeyFile": str(keys.kubelet_server[1]),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": cgroup,
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "containerRuntimeEndpoint": f"unix://{CONTAINERD}",
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "resolvConf": str(resolver),
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%"},
        "imageGCHighThresholdPercent": 100,  # that is: never
        "imageGCLowThresholdPercent": 99,
        "serializeImagePulls": False,
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
        "nodeStatusUpdateFrequency": "4s",
    }
    own = {"config": str(_write(folder / "kubelet.json", config)), "kubeconfig": str(kubeconfig)}
    return _flags(own | {"hostname-override": NODE, "node-ip": address})


def containerd(folder: Path, root: Path) -> list[str]:
    """Its folders are the cluster's own; the pods' network is a bridge."""
    network = folder / "network"
    network.mkdir()
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": str(root / "var/lib/cni/networks"),
            "ranges": [[{"subnet": PODS}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    _write(network / "10-bridge.conflist", {"cniVersion": "1.0.0", "name": "cdebug", "plugins": [bridge, ports]})
    path = folder / "containerd.toml"
    path.write_text(
        f"""version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
address = "{CONTAINERD}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE}"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
disable_apparmor = true
disable_hugetlb_controller = true
tolerate_missing_hugetlb_controller = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{_CNI_PROGRAMS}"
conf_dir = "{network}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
"""
    )
    return [f"--config={path}"]


def _flags(values: dict[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]


def _write(path: Path, content: Mapping[str, object]) -> Path:
    path.write_text(json.dumps(content, indent=2))
    return path
