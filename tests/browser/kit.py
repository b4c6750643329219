"""A browser at the desk: signs in, remembers every request and complaint, and keeps pictures."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from fengqiao.runtime.roles import Role
from tests.browser.chromium import ARGUMENTS, WEB, chromium
from tests.system import ROOT, System

DESK: Final = (1600, 900)
AXE: Final = WEB / "node_modules" / "axe-core" / "axe.min.js"
PICTURES: Final = ROOT / "build" / "pictures"
"""FENGQIAO_PICTURES=1 keeps a picture of each main view here."""


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser process."""
    found = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.program, args=list(ARGUMENTS), env={**found.environment}
        )
        try:
            yield browser
        finally:
            await browser.close()


class Seat:
    """One person's page. outside: addresses asked for that are not the command room's; faults: what went wrong."""

    def __init__(self, page: Page, room: str) -> None:
        self.page = page
        self.room = room
        self.outside: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._complained)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self.room:
            self.outside.append(url)

    def _complained(self, message: ConsoleMessage) -> None:
        # What a service refuses, and a network that is gone, are told on the page; a broken policy is a fault of ours.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    async def see(self, text: str, *, within: str = "body", seconds: float = 15.0) -> None:
        """Wait until the text stands there."""
        await self.page.locator(within).filter(has_text=text).first.wait_for(timeout=seconds * 1000)

    async def say(self, command: str) -> None:
        """Give a command by keyboard, from wherever the focus is."""
        await self.page.keyboard.press("Control+/")
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(command)
        await self.page.keyboard.press("Enter")

    async def answer(self) -> str:
        """The last answer, when it has been given."""
        done = self.page.locator("#answer.good, #answer.bad")
        await done.wait_for(timeout=15_000)
        return await done.inner_text()

    async def picture(self, name: str) -> None:
        if os.environ.get("FENGQIAO_PICTURES"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    async def keyless(self) -> list[str]:
        """Buttons that are seen and show no key: those of lists, which have arrows, j and k, and the map's own not."""
        return list(
            await self.page.evaluate(
                "[...document.querySelectorAll('button')]"
                ".filter((one) => one.offsetParent && !one.closest('ul, ol, .maplibregl-control-container')"
                " && !one.querySelector('kbd') && !/(F\\d|Esc)$/.test(one.innerText)).map((one) => one.innerText)"
            )
        )

    async def serious(self) -> list[str]:
        """What axe-core finds serious or critical: rule and first place."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = await self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]


@asynccontextmanager
async def seated(
    browser: Browser,
    system: System,
    role: Role = "dispatcher",
    *,
    area: str = "gaoqiao",
    unit: str | None = None,
    lang: str = "zh",
    size: tuple[int, int] = DESK,
    **view: str,
) -> AsyncIterator[Seat]:
    """A page of that role, signed in. view: more of its address."""
    room = system.url("commandroom")
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    try:
        page = await context.new_page()
        seat = Seat(page, room)
        await page.goto(f"{room}/sign-in?lang={lang}&token={system.token(role, area, unit)}", wait_until="commit")
        query = "&".join(f"{name}={value}" for name, value in {"lang": lang, **view}.items())
        await page.goto(f"{room}/?{query}")
        yield seat
    finally:
        await context.close()
