"""What people do at the desk and beside it, as the tests need it."""

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Locator, Page

from fengqiao.client import Fengqiao
from tests.awaiting import eventually

FOOD_STREET = "永定社区美食七街"


async def report(desk: Fengqiao, name: str, category: str = "brawl", **more: Any) -> str:
    """Report an incident at the food street; its id."""
    accepted = await desk.intake.report(
        area="gaoqiao",
        source="110",
        external_id=name,
        category=category,
        reported_at=datetime.now(UTC),
        location={"address": FOOD_STREET},
        **more,
    )
    return str(accepted["incident_id"])


async def call(desk: Fengqiao, name: str, category: str = "brawl", **more: Any) -> str:
    """Report an incident; its number, when dispatch has opened it."""
    incident = await report(desk, name, category, **more)

    async def opened() -> str | None:
        found = [one for one in await desk.dispatch.incidents("gaoqiao") if one["id"] == incident]
        return found[0]["number"] if found else None

    number = await eventually(opened, what=f"{name} is on the board")
    assert number is not None
    return number


async def state(desk: Fengqiao, number: str) -> dict[str, Any]:
    return next(one for one in await desk.dispatch.incidents("gaoqiao") if one["number"] == number)


def row(page: Page, number: str) -> Locator:
    return page.locator(f"#incident-{number}")


async def police_on(desk: Fengqiao, number: str) -> str | None:
    found = [one for one in (await state(desk, number)).get("assignments", ()) if one["status"] == "assigned"]
    return str(found[0]["unit"]) if found else None


async def mediate(page: Page) -> None:
    async def step(name: str, **fields: str) -> None:
        await page.get_by_role("button", name=name, exact=True).first.click()
        form = page.locator(f'form[aria-label="{name}"]')
        for field, value in fields.items():
            target = form.locator(f"#step-{field}")
            match await target.evaluate("one => one.type"):
                case "select-one":
                    await target.select_option(value)
                case "checkbox":
                    await target.set_checked(value == "yes")
                case _:
                    await target.fill(value)
        await form.locator("button.main").click()
        await page.locator(".answer.good").wait_for()
        await form.wait_for(state="detached")

    await page.locator(".case-body").wait_for()
    for name in ("赵某某", "钱某某"):
        await page.get_by_role("button", name="加当事人").click()
        await page.fill("#party-name", name)
        await page.locator('form[aria-label="加当事人"] button.main').click()
        await page.locator(".case-body").get_by_text(name).wait_for()
    await step("评估定级", grade="yellow", reason="货款纠纷")
    assert await page.locator(".acts button", has_text="写协议").count() == 0  # no control that would be refused
    await step("流转", mediators="mediator-1", venue="three-offices-one-court")
    await step("记一次调解", outcome="agreed", place="三所一庭")
    await step(
        "写协议", facts="欠货款一万元", duties="三日内付清货款\n互不追究", manner="转账", place="皮具城", signed="yes"
    )
    await page.get_by_role("button", name="打印协议").wait_for()
