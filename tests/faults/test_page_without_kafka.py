"""Kafka away: the line to the page is there, but the picture stands still, and the page says so."""

from pathlib import Path

import pytest

from fengqiao.local import LocalServers
from tests.browser.kit import browsing, seated
from tests.system import System


@pytest.mark.own_servers
async def test_C1_the_page_says_that_kafka_is_away_and_how_old_its_picture_is(tmp_path: Path) -> None:
    servers = LocalServers(tmp_path / "servers")
    await servers.kafka.start()
    system = System(tmp_path / "data", servers.bootstrap_servers, "mongodb://127.0.0.1:1", "own.", "own")
    try:
        await system.make_topics()
        await system.start("commandroom")
        async with browsing() as browser, seated(browser, system) as seat:
            await seat.page.locator('#line[data-state="live"]').wait_for()
            await servers.kafka.kill()
            await seat.see("Kafka 无应答，画面停在", within=".banner", seconds=25)
            assert await seat.serious() == []
            await servers.kafka.restart()
            await seat.page.locator(".banner").wait_for(state="detached", timeout=30_000)
            assert await seat.page.locator('#line[data-state="live"]').count() == 1
    finally:
        await system.stop()
        await servers.kafka.stop()
