"""`make pictures`: the pictures in docs/, taken of both demos in a headless Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from deploy.demo.__main__ import a_cluster, a_playground, a_shop, free_port, the_bot
from deploy.demo.cluster.cluster import Cluster
from deploy.toolbox.build import build as build_toolbox

_DOCS = Path(__file__).parents[2] / "docs"
_GUARDED = Path(__file__).parent / "guarded.yaml"
_ANSWER_MS, _FIRST_CRASH_MS = 60_000, 20_000


def main() -> None:
    """Take all of them."""
    with sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if not program:
            sys.exit("pictures: chromium is missing: `python -m tests.services` installs it")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        expect.set_options(timeout=_ANSWER_MS)
        _of(a_shop, browser, _docker)
        _of(_a_cluster_to_debug, browser, _kubernetes)
        browser.close()


def _a_cluster_to_debug(stack: ExitStack, folder: Path) -> None:
    """With the toolbox, and a namespace of the strictest level."""
    cluster = a_cluster(stack, folder)
    if isinstance(cluster, Cluster):
        cluster.load(build_toolbox())
    cluster.run_kubectl("apply", "-f", str(_GUARDED))
    cluster.run_kubectl("wait", "--for=condition=Ready", "pod/ordinary", "--namespace", "guarded", "--timeout=60s")


def _of(world: Callable[[ExitStack, Path], object], browser: Browser, take: Callable[[Browser, str], None]) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cdebug-pictures-")))
        world(stack, folder)
        base = stack.enter_context(a_playground(folder, free_port()))
        stack.enter_context(the_bot(folder, base))
        take(browser, base)


def _docker(browser: Browser, base: str) -> None:
    page = _opened(browser, base, "U0ANN")
    _type(page, "/cdebug ps -a")
    page.wait_for_timeout(_FIRST_CRASH_MS)
    _thread_of(page, _type(page, "/cdebug logs checkout"))
    page.screenshot(path=_DOCS / "docker.png")
    phone = _opened(browser, base, "U0ANN", width=390, height=844)
    _thread_of(phone, phone.locator("#messages .message").last)
    phone.screenshot(path=_DOCS / "phone.png")
    _type(page, '/cdebug exec checkout --reason "who does it run as?" -- id', "waiting for approval")
    bob = _opened(browser, base, "U0BOB")
    _thread_of(bob, bob.locator("#messages .message").last)
    expect(bob.locator("#replies .header")).to_contain_text("Approval needed")
    bob.screenshot(path=_DOCS / "approval.png")


def _kubernetes(browser: Browser, base: str) -> None:
    page = _opened(browser, base, "U0ANN")
    _type(page, "/cdebug logs checkout")
    _type(page, "/cdebug describe report")
    _thread_of(page, _type(page, "/cdebug ps --sort-by restarts"))
    page.screenshot(path=_DOCS / "kubernetes.png")
    command = 'debug guarded/ordinary --reason "what does it wait for?" -- sh -c "ps -ef; ls $TARGET_ROOT/etc/app"'
    _type(page, f"/cdebug {command}", "waiting for approval")
    bob = _opened(browser, base, "U0BOB", height=1_460)
    _thread_of(bob, bob.locator("#messages .message").last)
    expect(bob.locator("#replies .header")).to_contain_text("Approval needed")
    bob.screenshot(path=_DOCS / "debug.png")


def _opened(browser: Browser, base: str, user: str, width: int = 1_360, height: int = 860) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{base}/?user={user}&channel=C0INCIDENT", wait_until="domcontentloaded")
    expect(page.locator("#title")).not_to_be_empty()
    return page


def _type(page: Page, text: str, state: str = "done") -> Locator:
    """Its root message, once it begins with the state."""
    known = page.locator("#messages .message").count()
    page.fill("#composer textarea", text)
    page.keyboard.press("Enter")
    root = page.locator("#messages .message").nth(known)
    expect(root).to_contain_text(state)
    return root


def _thread_of(page: Page, root: Locator) -> None:
    root.locator(".replies").click()
    expect(page.locator("#replies .message").nth(1)).to_be_visible()


if __name__ == "__main__":
    main()
