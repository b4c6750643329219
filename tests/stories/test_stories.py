"""The stories end to end, each with a system of its own, as `fengqiao story` plays them."""

import os
import subprocess
import sys

import orjson
import pytest

from tests.system import ROOT


def played(name: str) -> dict[str, object]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("FENGQIAO_", "KAFKA_", "MONGODB_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "simulation.stories", name, "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=150,
    )
    assert done.stdout, done.stderr.decode(errors="replace")[-3000:]
    told: dict[str, object] = orjson.loads(done.stdout)
    assert (told["problem"], done.returncode) == (None, 0), told
    return told


@pytest.mark.own_servers
def test_S1_the_food_street_brawl() -> None:
    timeline = played("S1")["timeline"]
    assert isinstance(timeline, list)
    told = [(line["who"], line["what"]) for line in timeline]
    assert told[0][0] == "110"
    assert any(
        who == "dispatch" and what.startswith("sends YY, nearest post, 60 s by road, 410 s before DSC")
        for who, what in told
    )
    arrivals = {who: line["at"] for line in timeline for who in [line["who"]] if "on scene" in line["what"]}
    # The volunteers are 88 s away on foot, the post 60 s by car, the patrol 138 s: help comes in that order.
    assert set(arrivals) == {"YY", "V37", "P2"}
    assert arrivals["YY"] < arrivals["V37"] < arrivals["P2"]
    assert any("agreement signed by both" in what for _, what in told)
    assert any(who == "analytics" and "1 counted" in what for who, what in told)
