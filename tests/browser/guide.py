"""Takes the guides' pictures of a system that runs: `make run`, then `.venv/bin/python -m tests.browser.guide`."""

import asyncio
import contextlib
import secrets
from datetime import UTC, datetime
from typing import Final

from fengqiao.client import Addresses, Fengqiao, Refused
from fengqiao.runtime.roles import Role
from fengqiao.runtime.settings import ServiceSettings
from fengqiao.runtime.tokens import TokenMint
from services.analytics.settings import AnalyticsSettings
from tests.browser.kit import browsing
from tests.browser.past import AREAS, import_months
from tests.system import NAMES, ROOT

CALLS: Final = (
    ("brawl", "永定社区美食七街", 1),
    ("debt", "皮具城", None),
    ("theft", "高桥大市场", None),
    ("noise", "新桥社区", None),
    ("help", "荷花路", None),
)
FOLDER: Final = ROOT / "docs" / "pictures"
AREA: Final = "gaoqiao"
DESK: Final = (1440, 810)
VIEWS: Final[tuple[tuple[str, Role, str | None, str, tuple[int, int], tuple[str, ...]], ...]] = (
    ("desk", "dispatcher", None, "view=desk&heat=1", DESK, ("j",)),
    ("command", "dispatcher", None, "view=desk", DESK, ("j", "Control+/", "text:pj P")),
    ("call", "dispatcher", None, "view=desk", DESK, ("F2", "text:打架", "Enter", "text:美食七街")),
    ("keys", "dispatcher", None, "view=desk", DESK, ("F1",)),
    ("wall", "dispatcher", None, "view=wall", DESK, ()),
    ("mediation", "mediator", None, "view=mediation", DESK, ("j",)),
    ("analytics", "dispatcher", None, "view=analytics", DESK, ("p",)),
    ("crew", "crew", "P3", "view=crew", (390, 700), ()),
)


async def main() -> None:
    """Eight views in both languages, as JPEG: of a city with months behind it, open calls, and P3 sent."""
    settings = ServiceSettings.load(areas=AREAS)
    mint = TokenMint(settings.data, issuer=settings.issuer, audience=settings.audience)
    await import_months(AnalyticsSettings.load(areas=AREAS), AREA)
    await _call(settings, mint)
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


async def _call(settings: ServiceSettings, mint: TokenMint) -> None:
    """Calls of this moment; a second patrol is sent to the first."""
    places = {name: settings.url(name) for name in NAMES}
    token = mint.mint("dispatcher", [AREA], client="guide", ttl=3600, development=True)
    async with Fengqiao(Addresses(**places), token) as desk:
        for category, address, priority in CALLS:
            accepted = await desk.intake.report(
                area=AREA,
                external_id=f"guide-{secrets.token_hex(4)}",
                category=category,
                priority=priority,
                reported_at=datetime.now(UTC),
                location={"address": address},
                description="报警人在现场等候",
            )
            if category == "debt":
                with contextlib.suppress(Refused):  # it may have been sent elsewhere: then its page shows that
                    await desk.dispatch.assign(str(accepted["incident_id"]), ["P3"], "guide")


if __name__ == "__main__":
    asyncio.run(main())
