"""What people do at the desk and beside it, as the tests need it."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
from playwright.async_api import Locator, Page

from fengqiao.client import Fengqiao
from tests.awaiting import eventually
from tests.browser.kit import Seat
from tests.browser.past import HOURS
from tests.system import System

FOOD_STREET = "永定社区美食七街"


async def report(desk: Fengqiao, name: str, category: str = "brawl", **more: Any) -> str:
    """Report an incident, at the food street where nothing else is said; its id."""
    accepted = await desk.intake.report(
        area="gaoqiao",
        source="110",
        external_id=name,
        category=category,
        reported_at=datetime.now(UTC),
        **{"location": {"address": FOOD_STREET}, **more},
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


async def call_again(room: System, incident: str, words: str) -> None:
    """Somebody else calls of the same incident."""
    headers = {"Authorization": f"Bearer {room.token('dispatcher')}", "Idempotency-Key": f"again-{incident}"}
    async with httpx.AsyncClient(headers=headers) as http:
        path = f"{room.url('intake')}/v1/incidents/{incident}/callers"
        answer = await http.post(path, json={"description": words})
    assert answer.status_code < 300, answer.text


async def state(desk: Fengqiao, number: str) -> dict[str, Any]:
    return next(one for one in await desk.dispatch.incidents("gaoqiao") if one["number"] == number)


def row(page: Page, number: str) -> Locator:
    return page.locator(f"#incident-{number}")


async def crew_to_scene(page: Page, number: str) -> None:
    """Take the steps of a call on the crew's telephone, until its unit is there."""
    for word in ("签收", "出发", "到场"):
        await page.locator(f'[aria-label="{number}"] .crew-next', has_text=word).click()


async def police_on(desk: Fengqiao, number: str) -> str | None:
    found = [one for one in (await state(desk, number)).get("assignments", ()) if one["status"] == "assigned"]
    return str(found[0]["unit"]) if found else None


async def mediate(page: Page) -> None:
    async def step(name: str, **fields: str) -> None:
        await page.locator(".case .acts button", has_text=name).first.click()
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
        await page.keyboard.press("p")
        await page.fill("#party-name", name)
        await page.locator('form[aria-label="加当事人"] button.main').click()
        await page.locator(".case-body").get_by_text(name).wait_for()
    await step("评估定级", grade="yellow", reason="货款纠纷")
    assert await page.locator(".acts button", has_text="写协议").count() == 0  # no control that would be refused
    # Whom the rules suggest is ticked; a person chooses otherwise.
    await page.locator(".case .acts button", has_text="流转").click()
    await page.locator('#step-mediators input[value="mediator-1"]').check()
    await page.select_option("#step-venue", "three-offices-one-court")
    await page.locator('form[aria-label="流转"] button.main').click()
    await page.locator('form[aria-label="流转"]').wait_for(state="detached")
    await page.locator(".case .place").filter(has_text="专职调解员").wait_for()
    await step("记一次调解", outcome="agreed", place="三所一庭")
    await step(
        "写协议", facts="欠货款一万元", duties="三日内付清货款\n互不追究", manner="转账", place="皮具城", signed="yes"
    )
    await page.get_by_role("button", name="打印协议").wait_for()


async def last_month(seat: Seat, days: int) -> None:
    """What somebody reads who has never seen it: last month's response times, and what analytics says besides."""
    page = seat.page
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await page.get_by_role("button", name=re.compile("上月")).wait_for()
    await page.keyboard.press("p")
    count = days * len(HOURS)
    await seat.see(f"{count} 起，接警到到场一半在", within=".headline")
    await seat.see("达标", within=".headline")
    assert await page.locator(".shares li").count() >= 3
    assert await page.locator(".chart circle.p50").count() == len(HOURS) + 1  # with the legend's
    sheet = page.locator("section", has=page.locator("#sheet-title"))
    await sheet.get_by_text("去年同期无数据").first.wait_for()
    assert await sheet.locator("td", has_text="%").count() >= 1  # against the month before
    await page.locator("section", has=page.locator("#warnings-title")).get_by_text("预计").first.wait_for()
    await page.get_by_role("link", name=re.compile("通报")).first.wait_for()
    assert "from=" in page.url  # the view can be sent to somebody


async def bulletin(seat: Seat) -> None:
    """A bulletin opens as a page in the browser's language, from the room's own address."""
    async with seat.page.context.expect_page() as opened:
        await seat.page.get_by_role("link", name=re.compile("通报")).first.click()
    page = await opened.value
    await page.get_by_role("heading").first.wait_for()
    assert page.url.startswith(seat.room)
    await page.close()


async def find_hazard(room: System) -> None:
    """Somebody on a round finds one."""
    headers = {"Authorization": f"Bearer {room.token('mediator')}", "Idempotency-Key": "hazard-1"}
    async with httpx.AsyncClient(headers=headers) as http:
        found = {"area": "gaoqiao", "kind": "wiring", "grid_cell": "G07", "description": "楼道私拉电线"}
        answer = await http.post(f"{room.url('mediation')}/v1/hazards", json=found)
    assert answer.status_code == 201, answer.text


async def hazard(seat: Seat) -> None:
    """A hazard is ordered to be put right, checked and closed, with the keys that its buttons show."""
    page = seat.page
    await page.keyboard.press("h")
    row_ = page.locator(".register-row", has_text="私拉电线")
    await row_.wait_for()
    for step, field in (("责令整改", "order"), ("复查", "note"), ("销号", "note")):
        await row_.get_by_role("button", name=step, exact=True).first.click()
        await page.fill(f"#hazard-{field}", "三日内拆除")
        await page.locator(f'form[aria-label="{step}"] button.main').click()
        await page.locator(f'form[aria-label="{step}"]').wait_for(state="detached")
    await seat.see("已销号", within=".register-row")


async def check_in_calls(seat: Seat) -> None:
    """The calls of the day: one is reached, one is not, one tells of a quarrel, which is then a case."""
    page = seat.page
    await page.keyboard.press("c")
    rows = page.locator(".register-row")
    await rows.first.wait_for()
    assert await rows.count() == 18
    await page.get_by_role("button", name="已接通").first.click()
    await seat.see("已询问 1", within="#calls-title")
    await page.get_by_role("button", name="未接", exact=True).first.click()
    await seat.see("未接 1 次", within=".register-row")
    await page.get_by_role("button", name="有情况").first.click()
    await page.select_option("#trouble-kind", index=1)
    await page.locator('form[aria-label="有情况"] button.main').click()
    await seat.see("有情况 1", within="#calls-title")
    await page.get_by_role("button", name="调解案件").first.click()
    await page.locator(".case-body").wait_for()


async def say_what_and_where(seat: Seat, what: str, where: str) -> None:
    """Begin to take a call, by keyboard: the first hits are taken."""
    await seat.page.keyboard.press("F2")
    await seat.page.keyboard.type(what)
    await seat.page.locator('.hits[aria-label="什么事"] button').first.wait_for()
    await seat.page.keyboard.press("Enter")
    await seat.page.keyboard.type(where)
    await seat.page.locator('.hits[aria-label="在哪里"] button').first.wait_for()


async def listeners(room: System) -> int:
    """How many streams the room tells."""
    async with httpx.AsyncClient() as http:
        told = (await http.get(f"{room.url('commandroom')}/metrics")).text
    return int(float(re.findall(r"^fengqiao_sse_clients (\S+)", told, re.MULTILINE)[0]))


async def fix_of(room: System, unit: str, lon: float) -> bool:
    """Whether the live board has the unit at that longitude."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {room.token('dispatcher')}"}) as http:
        areas = (await http.get(f"{room.url('commandroom')}/v1/snapshot")).json()["areas"]
    return any(one["unit"] == unit and one["lon"] == lon for one in areas["gaoqiao"]["positions"])


async def on_duty(system: System, *units: str) -> None:
    """Sign the units on."""
    async with system.client("dispatcher") as desk:
        for unit in units:
            await desk.dispatch.duty(unit, on=True, area="gaoqiao")


async def print_agreement(seat: Seat) -> None:
    """The agreement goes to the printer, and nothing else of the page."""
    await seat.page.emulate_media(media="print")
    printed = seat.page.locator(".printed")
    assert await printed.is_visible()
    text = await printed.inner_text()
    for words in ("调解协议书", "三日内付清货款", "赵某某"):
        assert words in text
    assert not await seat.page.locator("header.bar").is_visible()
    await seat.picture("agreement-zh")


async def in_dialogs(seat: Seat, lang: str) -> list[str]:
    """What axe-core finds in what opens over the desk, and buttons there that show no key."""
    found = []
    for key, shown in (("F1", "dialog"), ("Control+k", "#palette-list"), ("F2", "#call-what")):
        await seat.page.keyboard.press(key)
        await seat.page.locator(shown).wait_for()
        found += [f"{key} {lang} {one}" for one in await seat.serious()] + await seat.keyless()
        if key == "F1":
            await seat.picture(f"keys-{lang}")
        await seat.page.keyboard.press("Escape")
    return found
