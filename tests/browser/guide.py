"""Takes the guides' pictures of a system that runs: `make run`, then `.venv/bin/python -m tests.browser.guide`."""

import asyncio
from typing import Final

from fengqiao.runtime.roles import Role
from fengqiao.runtime.settings import ServiceSettings
from fengqiao.runtime.tokens import TokenMint
from tests.browser.kit import browsing
from tests.system import ROOT

FOLDER: Final = ROOT / "docs" / "pictures"
AREA: Final = "gaoqiao"
DESK: Final = (1440, 810)
VIEWS: Final[tuple[tuple[str, Role, str | None, str, tuple[int, int], tuple[str, ...]], ...]] = (
    ("desk", "dispatcher", None, "view=desk", DESK, ("j",)),
    ("command", "dispatcher", None, "view=desk", DESK, ("j", "Control+/", "text:pj P")),
    ("call", "dispatcher", None, "view=desk", DESK, ("F2", "text:打架", "Enter", "text:美食七街")),
    ("keys", "dispatcher", None, "view=desk", DESK, ("F1",)),
    ("wall", "dispatcher", None, "view=wall", DESK, ()),
    ("mediation", "mediator", None, "view=mediation", DESK, ("click:.case-row button",)),
    ("analytics", "dispatcher", None, "view=analytics", DESK, ()),
    ("crew", "crew", "P3", "view=crew", (390, 700), ()),
)


async def main() -> None:
    """Eight views in both languages, as JPEG."""
    settings = ServiceSettings.load()
    mint = TokenMint(settings.data, issuer=settings.issuer, audience=settings.audience)
    FOLDER.mkdir(parents=True, exist_ok=True)
    room = settings.url("commandroom")
    async with browsing() as browser:
        for lang in ("zh", "en"):
            for name, role, unit, view, (width, height), steps in VIEWS:
                context = await browser.new_context(viewport={"width": width, "height": height}, locale=f"{lang}-CN")
                page = await context.new_page()
                token = mint.mint(role, [AREA], unit=unit, client=f"guide-{role}", ttl=3600, development=True)
                await page.goto(f"{room}/sign-in?lang={lang}&token={token}", wait_until="commit")
                await page.goto(f"{room}/?lang={lang}&{view}&theme={'light' if lang == 'zh' else 'dark'}")
                await page.wait_for_timeout(3500)
                for step in steps:
                    kind, _, what = step.partition(":")
                    if kind == "text":
                        await page.keyboard.type(what)
                    elif kind == "click":
                        await page.locator(what).first.click()
                    else:
                        await page.keyboard.press(step)
                    await page.wait_for_timeout(700)
                await page.wait_for_timeout(1500)
                await page.screenshot(path=FOLDER / f"{name}-{lang}.jpg", type="jpeg", quality=64)
                await context.close()


if __name__ == "__main__":
    asyncio.run(main())
