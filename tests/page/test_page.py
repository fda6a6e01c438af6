"""The page, in a real headless Chromium: what a person types, sees, presses and reads."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import docker
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.harness import Conversation, Playground, make

pytestmark = [pytest.mark.usefixtures("bot", "shop"), pytest.mark.timeout(180)]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "chromium is missing: `python -m tests.services` installs it"
        )
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        await browser.close()


async def opened(
    browser: Browser, playground: Playground, channel: Conversation, user: str = "U0ANN", **size: int
) -> Page:
    for view in (await channel.slack.state(user))["views"]:  # what an earlier test left open
        await channel.slack.post("/_/close", user=user, view_id=view["id"])
    page = await browser.new_page(viewport={"width": size.get("width", 1360), "height": size.get("height", 860)})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{playground.base}/?user={user}&channel={channel.channel}", wait_until="domcontentloaded")
    await expect(page.locator("#title")).not_to_be_empty()
    assert not faults
    return page


async def say(page: Page, text: str, where: str = "#composer") -> None:
    await page.fill(f"{where} textarea", text)
    await page.keyboard.press("Enter")


async def test_a_command_typed_into_the_page_shows_a_real_log_in_a_thread(
    chromium: Browser, playground: Playground, channel: Conversation
):
    await channel.slack.post("/_/channels", id="C0ONCALL", name="on-call", members=["U0ANN", "U0BOB", "U0CDEBUG"])
    page = await opened(chromium, playground, Conversation(channel.slack, "C0ONCALL"))
    await say(page, "/cdebug ps -a")
    await expect(page.locator("#messages .message").first).to_contain_text("done")
    await say(page, "/cdebug logs checkout")
    root = page.locator("#messages .message").nth(1)
    await expect(root).to_contain_text("done")

    await root.locator(".replies").click()

    await expect(page.locator("#replies pre")).to_contain_text("lookup db.shop: no such host")
    await expect(page.locator("#replies")).to_contain_text("[redacted]")
    await say(page, "@cdebug describe", "#reply")
    await expect(page.locator("#replies .header")).to_have_text("checkout")
    await page.close()


async def test_the_composer_completes_verbs(chromium: Browser, playground: Playground, channel: Conversation):
    page = await opened(chromium, playground, channel)
    await page.fill("#composer textarea", "/cdebug lo")
    await expect(page.locator("#composer .completions li")).to_have_text("logs Show")

    await page.keyboard.press("Tab")

    await expect(page.locator("#composer textarea")).to_have_value("/cdebug logs ")
    await page.close()


async def test_a_filter_is_typed_into_the_modal(chromium: Browser, playground: Playground, channel: Conversation):
    await channel.run("logs web --tail 60")
    page = await opened(chromium, playground, channel)
    await page.locator(".replies").first.click()
    await page.locator("#replies button", has_text="Filter").click()
    await page.fill("#modal input", "GET /product/[0-9]+ ")

    await page.locator("#modal button.primary").click()

    await expect(page.locator("#replies .context").first).to_contain_text("filter: GET /product/[0-9]+")
    await expect(page.locator("#modal")).to_be_hidden()
    await page.close()


async def test_a_chart_is_a_picture_and_a_file_is_a_download(
    chromium: Browser, playground: Playground, channel: Conversation
):
    await channel.run("stats web --for 3s")
    page = await opened(chromium, playground, channel)
    await page.locator(".replies").first.click()
    picture = page.locator("#replies .file img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") > 500
    await page.locator("#replies button", has_text="Save").click()
    async with page.expect_download() as download:
        await page.locator("#replies a[download]").click()
    assert (await download.value).suggested_filename.endswith(".tsv")
    await page.close()


async def test_a_person_switch_shows_what_the_other_sees(
    chromium: Browser, playground: Playground, channel: Conversation
):
    await channel.type("/cdebug lgos")
    await channel.whispered("no such verb")
    page = await opened(chromium, playground, channel)
    await expect(page.locator(".ephemeral")).to_have_count(1)

    await page.select_option("#person", "U0BOB")

    await expect(page.locator(".ephemeral")).to_have_count(0)
    await page.close()


async def test_nothing_in_a_message_becomes_markup(chromium: Browser, playground: Playground, channel: Conversation):
    await channel.type("<img src=x onerror=alert(1)> <b>bold</b>")
    page = await opened(chromium, playground, channel)
    await expect(page.locator("#messages .text")).to_have_text("<img src=x onerror=alert(1)> <b>bold</b>")
    assert await page.locator("#messages img").count() == 0
    await page.close()


async def test_on_a_phone_the_thread_fills_the_screen(chromium: Browser, playground: Playground, channel: Conversation):
    await channel.run("logs checkout")
    page = await opened(chromium, playground, channel, width=390, height=844)
    await page.locator(".replies").first.click()

    await expect(page.locator("#replies pre")).to_be_visible()
    box = await page.locator("#thread").bounding_box()
    assert box
    assert box["width"] == 390
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.close()


async def test_two_people_on_two_pages_ask_approve_and_read(
    chromium: Browser, playground: Playground, listed: Conversation, containers: docker.APIClient
):
    make(containers, "payments", "sleep 3600", labels={"cdebug/protected": "true"})
    ann, bob = [await opened(chromium, playground, listed, user) for user in ("U0ANN", "U0BOB")]
    await say(ann, '/cdebug exec payments --reason "who does it run as?" -- id')
    for page in (ann, bob):
        await expect(page.locator("#messages .message").first).to_contain_text("waiting for approval")
        await page.locator(".replies").first.click()
    await expect(bob.locator("#replies .header")).to_have_text("Approval needed: exec")

    await ann.locator("#replies button", has_text="Approve").click()  # her own: it is refused
    await expect(ann.locator("#replies")).to_contain_text("denied")
    await bob.locator("#replies button", has_text="Approve").click()

    for page in (ann, bob):
        await expect(page.locator("#replies pre")).to_contain_text("uid=0(root)")
        await expect(page.locator("#replies")).to_contain_text("approved by @bob")
        await page.close()
