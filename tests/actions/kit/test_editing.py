"""Editing in a running container is recognised; reading is not mistaken for it."""

from __future__ import annotations

import shlex

import pytest

from bot.actions.kit.editing import advice, edits_by_line


@pytest.mark.parametrize(
    "command",
    [
        "vi /app/main.py", "/usr/bin/nano x", "sed -i s/a/b/ x", "sed -Ei s/a/b/ x", "sed --in-place s/a/b/ x",
        "sh -c 'echo x > /app/config'", "bash -c 'echo x >>/app/config'", "sh -c 'echo x | tee /app/y'",
        "busybox sh -c 'cat > /x'", "sh -c 'sed -i s/a/b/ x'", "sh -c 'vi x'",
    ],
)  # fmt: skip
def test_editing_is_advised_against(command: str):
    assert "lost when it restarts" in advice(shlex.split(command))[0]


@pytest.mark.parametrize(
    "command",
    [
        "ls -la /app", "sed s/a/b/ x", "sh -c 'ls 2>&1'", "sh -c 'ls 2>/dev/null'", "sh -c 'ls > /dev/null'",
        "cat vi", "sh -c 'echo a'", "grep -i x y", "id",
    ],
)  # fmt: skip
def test_reading_is_not(command: str):
    assert advice(shlex.split(command)) == ()
    assert not edits_by_line("cat /etc/hosts | wc -l")
