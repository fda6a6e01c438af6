"""Somebody who may enter a pod, and wants what its specification calls secret."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.demo.cluster.kubectl import Administered
from tests.attacks.conftest import said
from tests.cluster.world import applied, cluster_bot
from tests.conftest import new_channel
from tests.harness import CONFIG, Conversation, Playground, Slack, temporary_folder

PLAIN = "plain-words-of-the-vault"
POD = f"""
apiVersion: v1
kind: Secret
metadata: {{name: issuer, namespace: shop}}
stringData: {{password: {PLAIN}, colour: ultramarine-blue}}
---
apiVersion: v1
kind: Pod
metadata: {{name: token-issuer, namespace: shop, labels: {{app: issuer}}}}
spec:
  terminationGracePeriodSeconds: 1
  volumes:
    - {{name: creds, secret: {{secretName: issuer}}}}
    - {{name: both, projected: {{sources: [{{secret: {{name: issuer}}}}]}}}}
  containers:
    - name: app
      image: cdebug/busybox:1
      command: [sh, -c, "ln -s /creds /way; ln -s /creds/password /direct; echo says {PLAIN}; sleep 3600"]
      env:
        - {{name: COLOUR, valueFrom: {{secretKeyRef: {{name: issuer, key: colour}}}}}}
        - {{name: SHAPE, value: round-and-plain}}
      volumeMounts:
        - {{name: creds, mountPath: /creds}}
        - {{name: both, mountPath: /both}}
"""


@pytest.fixture(scope="module")
def issuer(cluster: Administered) -> Iterator[str]:
    with applied(cluster, POD):
        cluster.run_kubectl("wait", "--for=condition=Ready", "pod/token-issuer", "--namespace", "shop", "--timeout=60s")
        yield "token-issuer"


@pytest.fixture(scope="module")
def opted_in(cluster: Administered, issuer: str) -> Iterator[str]:
    """The address of a workspace whose bot reads the shop's secrets, in order to hide them."""
    with temporary_folder() as folder:
        playground = Playground(folder)
        config = CONFIG.replace("redact: {{", 'redact: {{secrets_of: ["cluster/shop"], ')
        bot = cluster_bot(cluster, folder, playground.base, config=config)
        yield playground.base
        bot.end()
        playground.end()


@pytest.fixture
async def careful(opted_in: str) -> AsyncIterator[Conversation]:
    slack = Slack(opted_in)
    yield await new_channel(slack)
    await slack.close()


WAYS = [
    "cat token-issuer /creds/password", "cat token-issuer /way/password", "cat token-issuer /direct",
    "cat token-issuer /both/password", "cat token-issuer /proc/1/root/creds/password", "cp token-issuer:/creds",
    "cp token-issuer:/creds/password", "cp token-issuer:/way", "cp token-issuer:/both",
]  # fmt: skip


@pytest.mark.parametrize("command", WAYS)
async def test_a_mounted_secret_is_named_and_not_shown(shop_channel: Conversation, issuer: str, command: str):
    root, _ = await shop_channel.run(command)
    everything = await said(shop_channel)
    assert PLAIN not in everything
    assert "mounted secret" in everything
    assert f"`{command}`" in root["text"]


async def test_the_neighbour_its_name_and_size_are_listed(shop_channel: Conversation, issuer: str):
    _, thread = await shop_channel.run("ls token-issuer /creds/")
    assert "password" in thread[-1]["text"]


async def test_a_variable_that_is_made_of_a_secret_is_hidden_whatever_its_name(shop_channel: Conversation, issuer: str):
    _, thread = await shop_channel.run("exec token-issuer -- env")
    text = "\n".join(m["text"] for m in thread)
    assert "ultramarine-blue" not in text
    assert "COLOUR=[redacted]" in text
    assert "SHAPE=round-and-plain" in text


@pytest.mark.parametrize(
    "command",
    ["exec token-issuer -- cat /creds/password", "exec token-issuer -- sh -c 'base64 < /creds/password'",
     "logs token-issuer", "exec token-issuer -- sh -c 'echo [$COLOUR]'"],
)  # fmt: skip
async def test_the_values_of_secrets_are_hidden_wherever_they_appear(careful: Conversation, command: str):
    await careful.run(command)
    everything = await said(careful)
    assert PLAIN not in everything
    assert "ultramarine-blue" not in everything
    assert "cGxhaW4td29yZHM" not in everything
    assert "[redacted]" in everything


@pytest.mark.parametrize("pair", ["--split-string=sh -c id", "-S=id"])
async def test_a_variable_that_is_an_option_runs_nothing(shop_channel: Conversation, issuer: str, pair: str):
    await shop_channel.type(f"/cdebug exec token-issuer --env='{pair}' -- true")
    await shop_channel.whispered("`--env` takes `NAME=value`")
    _, thread = await shop_channel.run("exec token-issuer --env GREETING='--split-string=id' -- sh -c 'echo $GREETING'")
    assert "--split-string=id" in "\n".join(m["text"] for m in thread)
