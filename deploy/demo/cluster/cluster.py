"""A running Kubernetes cluster of one node: real servers, none of them downloaded as a binary."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kubernetes import client, config

from deploy.demo.cluster import settings
from deploy.demo.cluster.api import Api
from deploy.demo.cluster.build import build
from deploy.demo.cluster.images import write_images
from deploy.demo.cluster.keys import Authority, signing_key, write_kubeconfig
from deploy.demo.cluster.kubectl import Administered
from deploy.demo.cluster.objects import first_objects
from deploy.demo.cluster.space import Space, Trace
from deploy.demo.engine import Missing, install

NEEDED = {  # a program or a file, and the Debian packages that bring it
    "containerd": ("containerd",),
    "runc": ("runc",),
    "/usr/lib/cni/bridge": ("containernetworking-plugins",),
    "ip": ("iproute2",),
    "iptables": ("iptables",),
    "conntrack": ("conntrack",),
    "nsenter": ("util-linux",),
    "openssl": ("openssl",),
}


def prepare() -> None:
    """Install and build what a cluster needs, so that starting one takes seconds. Raises Missing."""
    for program, packages in NEEDED.items():
        install(*packages, program=program)
    build()


def answering(kubeconfig: Path) -> bool:
    """Whether the API server of its current context answers this user."""
    try:
        with config.new_client_from_config(str(kubeconfig)) as api:
            return bool(client.VersionApi(api).get_code(_request_timeout=3).git_version)
    except Exception:
        return False


class Cluster(Administered):
    """A running cluster.

    `kubeconfig` is the administrator's, `kubectl` a program, `server` the API server's address, reachable from this
    machine alone, `ca` its certificate authority, `audit` its audit log (JSON lines, written before each answer).
    """

    def __init__(self, *, stays: bool = False) -> None:
        """Start it, installing and building first what is missing. Returns when pods can run. Raises Missing.

        `stays`: it outlives this process; otherwise it ends with it, even when this process is killed.
        """
        if os.geteuid() != 0:
            raise Missing("a cluster of one's own needs root, for namespaces, cgroups and mounts")
        prepare()
        self._programs = build()
        self._space = Space(self._programs.pause, stays=stays)
        self._pids: dict[str, int] = {}
        self.root = self._space.root
        self.server = f"https://{self._space.address}:{settings.PORT}"
        self.kubectl, self.audit = self.root / "kubectl", self.root / "audit.log"
        self.kubectl.symlink_to(self._programs.servers)
        self._logs, self._settings = self.root / "logs", self.root / "settings"
        try:
            self._logs.mkdir()
            self._settings.mkdir()
            self._make_keys()
            self._start()
        except subprocess.CalledProcessError as error:
            self.stop()
            said = error.stderr.decode(errors="replace") if isinstance(error.stderr, bytes) else error.stderr or ""
            raise Missing(f"`{' '.join(error.cmd[-4:])}` failed: {said.strip()[-400:]}") from error
        except OSError as error:
            self.stop()
            raise Missing(f"the cluster did not start: {error}") from error
        except BaseException:
            self.stop()
            raise

    @property
    def trace(self) -> Trace:
        """What another process needs to end this cluster: `deploy.demo.cluster.space.end`."""
        return self._space.trace

    def stop(self) -> None:
        """End it and its containers, and remove all that it made."""
        self._space.end()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_keys(self) -> None:
        address = self._space.address
        self._authority = Authority(self.root / "keys", "cdebug")
        front = Authority(self.root / "front-keys", "cdebug-front-proxy")
        names = [f"DNS:kubernetes{rest}" for rest in ("", ".default", ".default.svc", ".default.svc.cluster.local")]
        hosts = [*names, "DNS:localhost", "IP:127.0.0.1", f"IP:{settings.FIRST_SERVICE}", f"IP:{address}"]
        self.ca = self._authority.certificate
        self._keys = settings.Keys(
            ca=(self.ca, self._authority.key),
            server=self._authority.sign("kube-apiserver", hosts=hosts),
            kubelet_client=self._authority.sign("kube-apiserver-kubelet-client", ["system:masters"]),
            kubelet_server=self._authority.sign(settings.NODE, hosts=[f"DNS:{settings.NODE}", f"IP:{address}"]),
            front_ca=front.certificate,
            front=front.sign("front-proxy-client"),
            service_accounts=signing_key(self.root / "keys"),
        )
        self.kubeconfig = self.root / "admin.kubeconfig"
        signed = self.certificate("admin", ["system:masters"])
        write_kubeconfig(self.kubeconfig, self.server, self.ca, user="admin", signed=signed)
        self._api = Api(self.server, self.ca, signed)

    def certificate(self, user: str, groups: Iterable[str] = ()) -> tuple[Path, Path]:
        """A client certificate and its key, for a person the API server then knows by that name."""
        return self._authority.sign(user, groups)

    def kubeconfig_of(
        self,
        user: str,
        groups: Iterable[str] = (),
        *,
        token: str = "",
        context: str = "cdebug",
        namespace: str = "default",
    ) -> Path:
        """A kubeconfig of this user's own: with a certificate, or with `token` where one is given."""
        folder = self.root / "kubeconfigs"
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.iterdir()))}.kubeconfig"
        signed = None if token else self.certificate(user, groups)
        return write_kubeconfig(
            path, self.server, self.ca, user=user, signed=signed, token=token, context=context, namespace=namespace
        )

    def restart_apiserver(self) -> None:
        """End the API server and start it again: watches and streams through it break. Raises Missing."""
        pid = self._pids["kube-apiserver"]
        self._space.kill(pid)
        for tries in range(200):
            if not self._space.running(pid):
                break
            if tries == 20:  # it waits for open streams; who calls this wants them broken
                self._space.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self._launch_apiserver()
        self._wait("kube-apiserver", self._api.ready)

    @contextmanager
    def without_kubelet(self) -> Iterator[None]:
        """The node doesn't answer for as long as the block lasts; its containers go on."""
        self._space.kill(self._pids["kubelet"], signal.SIGKILL)
        try:
            yield
        finally:
            self._launch_kubelet()
            self._wait("kubelet", self._api.node_ready)

    def _launch_kubelet(self) -> None:
        node = self._own_kubeconfig(f"system:node:{settings.NODE}", "system:nodes")
        address, cgroup = self._space.address, self.trace.cgroup
        self._launch("kubelet", settings.kubelet(self._settings, node, self._keys, address, cgroup))

    def _start(self) -> None:
        root, keys, address = self.root, self._keys, self._space.address
        self._route_services()
        self._launch("etcd", settings.etcd(root))
        self._launch_apiserver()
        containerd = ["containerd", *settings.containerd(self._settings, root)]
        self._pids["containerd"] = self._space.start(self._logs / "containerd.log", *containerd)
        self._import_images()
        self._wait("kube-apiserver", self._api.ready)
        self._launch_kubelet()
        controllers = self._own_kubeconfig("system:kube-controller-manager")
        self._launch("kube-controller-manager", settings.controller_manager(controllers, keys))
        self._launch("kube-scheduler", settings.scheduler(self._own_kubeconfig("system:kube-scheduler")))
        self._launch("kube-proxy", settings.proxy(self._settings, self._own_kubeconfig("system:kube-proxy")))
        for path, content in first_objects(address):
            self._api.create(path, content)
        reader = self._own_kubeconfig("cluster-services", "system:masters")
        self._launch("metrics-server", settings.metrics_server(reader))
        self._launch("dns", settings.dns(reader, address))
        self._wait("kube-controller-manager", self._api.default_account_exists)
        self._wait("kubelet", self._api.node_ready)

    def _route_services(self) -> None:
        """A process of the node looks its route up before the firewall turns a service's address into a pod's.

        What is still addressed to a service after that has no endpoint, and is refused rather than sent out.
        """
        self._space.run("ip", "route", "add", settings.SERVICES, "via", self._space.gateway)
        for chain in ("FORWARD", "OUTPUT"):
            self._space.run("iptables", "-w", "-A", chain, "-d", settings.SERVICES, "-j", "REJECT")

    def _own_kubeconfig(self, user: str, *groups: str) -> Path:
        path = self._settings / f"{user.rpartition(':')[2]}.kubeconfig"
        return write_kubeconfig(path, self.server, self.ca, user=user, signed=self.certificate(user, groups))

    def _launch(self, name: str, flags: list[str]) -> None:
        log = self._logs / f"{name}.log"
        self._pids[name] = self._space.start(log, str(self._programs.servers), name, *flags)

    def _launch_apiserver(self) -> None:
        policy = settings.write_audit_policy(self._settings / "audit-policy.json")
        self._launch("kube-apiserver", settings.api_server(self._space.address, self._keys, self.audit, policy))

    def _import_images(self) -> None:
        archive = self.root / "images.tar"
        write_images(archive, self._programs.pause)
        self._wait("containerd", Path(f"/proc/{self.trace.first}/root{settings.CONTAINERD}").exists)
        self.load(archive)
        archive.unlink()

    def load(self, archive: Path) -> None:
        """Give the node the images of an archive."""
        ctr = ("ctr", "--address", settings.CONTAINERD, "--namespace", "k8s.io")
        self._space.run(*ctr, "images", "import", str(archive))

    def _wait(self, name: str, ready: Callable[[], bool], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ready():
                return
            if not self._space.running(self._pids[name]):
                raise Missing(f"{name} ended: {self._tail(name)}")
            time.sleep(0.1)
        raise Missing(f"{name} is not ready after {seconds:.0f} s: {self._tail(name)}")

    def _tail(self, name: str) -> str:
        """A log's errors, as klog marks them, or else its end."""
        lines = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()
        errors = [line for line in lines if line[:1] in {"E", "F"} or "level=fatal" in line or line.startswith("panic")]
        return "\n".join((errors or lines)[-6:])[:1200]
