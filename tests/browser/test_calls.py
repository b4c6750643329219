"""Taking calls, and what callers said, in a real browser, on real services."""

import pytest
from playwright.async_api import Browser, Route

from fengqiao.client import Fengqiao
from tests.awaiting import eventually
from tests.browser.deeds import call, call_again, police_on, row, say_what_and_where, state
from tests.browser.kit import seated
from tests.system import System

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOOR = "锦绣花园12栋3单元502室"


async def test_an_address_is_shown_as_it_was_spoken_with_one_number_of_how_sure(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    async with seated(browser, room) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await say_what_and_where(seat, "殴打", DOOR)
        await seat.see("地点取 锦绣花园 · 把握 90%", within=".call-fields")
        await seat.picture("call-address-zh")
        await page.keyboard.press("Control+Enter")
        number = (await seat.answer()).removeprefix("√ 已接警").split()[0]
        await seat.see(f"{DOOR} · 锦绣花园 · 把握 90%", within=".drawer .place")
        await seat.picture("address-zh")
        unit = await eventually(lambda: police_on(desk, number), what="somebody is sent")
        async with seated(browser, room, "crew", unit=unit, size=(390, 844)) as crew:
            await crew.see(f"{DOOR} · 锦绣花园", within=".crew-place")  # the door is what a crew needs
            await crew.picture("crew-address-zh")
        # Where intake found nothing, the drawer says so; what was said is all there is.
        await page.keyboard.press("F2")
        await page.keyboard.type("殴打")
        await page.keyboard.press("Enter")
        await page.keyboard.type("火星基地")
        await seat.see("没有找到这个地名", within=".call-fields")
        await page.keyboard.press("Control+Enter")
        await seat.see("火星基地 · 没有找到这个地名：图上是派出所", within=".drawer .place")
        assert seat.faults == []


async def test_what_a_second_caller_says_comes_to_the_desk_and_to_the_crew_also_where_a_read_fails(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "second-1", description="有人打架")
    incident = (await state(desk, number))["id"]
    unit = await eventually(lambda: police_on(desk, number), what="somebody is sent")
    async with (
        seated(browser, room, sel=number) as seat,
        seated(browser, room, "crew", unit=unit, size=(390, 844)) as crew,
    ):
        await seat.see("有人打架", within=".drawer .said")
        await crew.see("有人打架", within=".said")
        for page in (seat.page, crew.page):  # the next look fails once
            await page.route("**/intake/v1/incidents/*/report", lambda route: route.abort(), times=1)
        await call_again(room, incident, "现在有人拿刀了")
        await seat.see("2 人报警", within=".drawer .place")
        await seat.see("现在有人拿刀了", within=".drawer .said")
        await crew.see("现在有人拿刀了", within=".said")


async def test_a_session_that_is_over_is_said_and_signing_in_comes_back_to_where_one_was(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "over-1")
    async with seated(browser, room, sel=number) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await row(page, number).wait_for()
        await page.context.clear_cookies()
        await seat.say(f"cb {number}")
        assert "登录已过期：没有办理" in await seat.answer()
        assert "Bearer" not in await page.inner_text("body")
        assert await page.locator("#line").get_attribute("data-state") == "over"  # though the stream goes on
        await seat.picture("over-zh")
        assert await seat.serious() == []
        await page.locator(".banner a").click()
        await page.fill("#token", room.token("dispatcher"))
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await seat.see(number, within=".drawer-head")
        assert f"sel={number}" in page.url
        await page.locator('#line[data-state="live"]').wait_for()
        assert await page.locator(".banner").count() == 0
    async with seated(browser, room, lang="en") as seat:
        await seat.page.locator('#line[data-state="live"]').wait_for()
        await seat.page.context.clear_cookies()
        await seat.say(f"cb {number}")
        await seat.see("Sign in and come back here", within=".banner")
        await seat.picture("over-en")


async def test_a_call_that_is_being_taken_is_not_lost(room: System, browser: Browser) -> None:
    async with seated(browser, room) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await say_what_and_where(seat, "殴打", DOOR)
        await page.fill("#call-words", "夫妻打架")
        # Letters that were meant for a field are no keys: `e` would turn the page to English.
        await page.evaluate("document.activeElement?.blur()")
        await page.keyboard.type("en P3")
        assert "lang=zh" in page.url
        await page.reload()
        assert await page.input_value("#call-where") == DOOR
        assert await page.input_value("#call-words") == "夫妻打架"
        await page.locator('.bar a[data-key="e"]').click()
        await seat.see("Take a call", within=".call h2")
        assert await page.input_value("#call-words") == "夫妻打架"
        await seat.see("Taken for", within=".call-fields")
        await seat.picture("call-kept-en")
        await page.goto(f"{seat.room}/?lang=zh")
        await page.keyboard.press("Escape")
        await seat.see(DOOR, within=".parked")
        assert await seat.keyless() == []
        assert await seat.serious() == []
        await seat.picture("parked-zh")
        # A new call takes its place only where somebody says so.
        await seat.say("jj 噪音 皮具城")
        await seat.see("丢掉没接完的", within="#answer")
        await page.keyboard.press("Escape")
        await page.keyboard.press("F2")
        assert await page.input_value("#call-where") == DOOR
        await page.keyboard.press("Alt+x")
        await seat.see("接警已放弃", within="#answer")
        assert await page.locator(".parked").count() == 0
        await page.keyboard.press("u")
        assert await page.input_value("#call-where") == DOOR
        # It names people: who signs out leaves nothing of it behind.
        await page.locator("#out").click()
        await page.locator("#token").wait_for()
        assert await page.evaluate("sessionStorage.length") == 0


async def test_letters_are_no_keys_where_they_are_turned_off(room: System, browser: Browser) -> None:
    async with seated(browser, room) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await page.keyboard.press("F1")
        await page.locator("#letters").uncheck()
        await seat.picture("letters-zh")
        await page.keyboard.press("Escape")
        await page.reload()
        await page.locator('#line[data-state="live"]').wait_for()
        await page.keyboard.press("s")
        assert await page.locator('.strip [data-key="s"]').get_attribute("aria-expanded") == "false"
        await page.keyboard.press("F1")
        await page.locator("#letters").check()
        await page.keyboard.press("Escape")
        await page.keyboard.press("s")
        assert await page.locator('.strip [data-key="s"]').get_attribute("aria-expanded") == "true"


async def test_a_call_that_intake_does_not_answer_is_sent_again_and_is_one_incident(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    async with seated(browser, room) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await say_what_and_where(seat, "噪音", "皮具城")
        await page.fill("#call-words", "夜里装修")
        await seat.see("地点取", within=".call-fields")

        async def lost(route: Route) -> None:  # it arrives; its answers do not
            await route.fetch()
            await route.abort()

        await page.route("**/intake/v1/incidents", lost)
        room.processes["intake"].pause()
        try:
            await page.keyboard.press("Control+Enter")
            await seat.see("接警服务没有应答，还在发", within=".call-side", seconds=8)
            await seat.picture("call-slow-zh")
        finally:
            room.processes["intake"].resume()
        await seat.see("不知收到没有", within=".call-side", seconds=45)
        await seat.see("再发一次", within=".call-go")
        await seat.picture("call-unsure-zh")
        await page.unroute("**/intake/v1/incidents")
        await page.reload()  # the number is the draft's, also then
        await page.locator('#line[data-state="live"]').wait_for()
        await page.keyboard.press("Control+Enter")
        said = await seat.answer()
        assert said.startswith("√ 已接警"), said
        number = said.removeprefix("√ 已接警").split()[0]
        await row(page, number).wait_for()
        told = [
            one for one in await desk.dispatch.incidents("gaoqiao") if one["category"]["name_zh"].startswith("噪音")
        ]
        assert [one["number"] for one in told] == [number]


async def test_what_is_wrong_is_said_at_its_field_in_the_pages_language(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "wrong-1", "dispute")
    async with seated(browser, room, sel=number) as seat:
        page = seat.page
        await row(page, number).wait_for()
        await page.keyboard.press("F2")
        await page.keyboard.press("Control+Enter")
        await seat.see("请填写", within=".call .wrong")
        await page.keyboard.type("噪音")
        assert await page.locator(".call .wrong, .call .answer").count() == 0  # mended is not red
        await page.keyboard.press("Enter")
        await page.keyboard.type("皮具城")
        await page.fill("#call-phone", "abc-not-a-phone")
        await page.keyboard.press("Control+Enter")
        await seat.see("只写数字", within=".call .wrong")
        await seat.picture("call-wrong-zh")
        await page.keyboard.press("Alt+x")
        await seat.say(f"反馈 {number}")
        await page.fill("#form-injured", "-1")
        await page.keyboard.press("Control+Enter")
        await seat.see("请填写", within=".feedback .wrong")
        await seat.see("不能小于 0", within=".feedback .wrong")
        assert await page.locator("#form-result").get_attribute("aria-invalid") == "true"
        assert await seat.serious() == []
        await seat.picture("form-wrong-zh")
        await page.locator("#answer").click()
        await seat.say("qy;没有空闲")
        assert "没有可借警力的邻区" in await seat.answer()
        await seat.say("bz . " + "很" * 2001)
        assert "内容：最多 2000 个字" in await seat.answer()
        await page.goto(f"{seat.room}/?lang=zh&view=analytics&from=2026-06-02&to=2026-06-01")
        await seat.see("换过来", within=".answer.bad")
    async with seated(browser, room, "mediator", view="mediation", lang="en") as seat:
        page = seat.page
        await page.locator(".stages").wait_for()
        await page.keyboard.press("n")
        await page.locator("dialog button.main").click()
        await seat.see("fill this in", within="dialog .wrong")
        await page.fill("#new-kind", "邻居")
        await page.keyboard.press("Enter")
        await seat.see("choose from the list", within="dialog .wrong")
        await seat.picture("case-wrong-en")
        await page.fill("#new-kind", "邻里")
        await page.keyboard.press("Enter")
        await page.locator("main.mediation .case-body").wait_for(timeout=20_000)


async def test_notes_and_holds_are_read_by_who_may(room: System, browser: Browser, desk: Fengqiao) -> None:
    number = await call(desk, "papers-1", "dispute")
    async with seated(browser, room, sel=number) as seat:
        await row(seat.page, number).wait_for()
        await seat.say("bz . 家属已在路上")
        assert "已备注" in await seat.answer()
        await seat.say("gq . 10m;等翻译")
        assert "已挂起" in await seat.answer()
        await seat.see("挂起 · 到", within=".timeline li")
        await seat.see("到 ", within=".drawer-head .chip")
        assert await seat.page.locator(".timeline li button").count() == 0
    async with seated(browser, room, "supervisor", sel=number) as seat:
        noted = seat.page.locator(".timeline li", has_text="有备注")
        await noted.locator("button").click()
        await noted.filter(has_text="家属已在路上").wait_for()
        held = seat.page.locator(".timeline li", has_text="挂起")
        await held.locator("button").click()
        await held.filter(has_text="等翻译").wait_for()
        await seat.picture("papers-zh")
        assert await seat.serious() == []


async def test_a_case_that_is_not_there_is_said(room: System, browser: Browser) -> None:
    missing = "gaoqiao-case-" + "a" * 26
    async with seated(browser, room, "mediator", view="mediation", case=missing) as seat:
        await seat.see("没有这件案子", within=".case")
        await seat.picture("case-missing-zh")
