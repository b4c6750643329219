"""The page's pure core is tested where it runs, in Node: order and limits, the stream's reader, the command line."""

import gzip
import subprocess

from fengqiao.local.web_page import environment, node
from services.commandroom.built_page import FOLDER, built_page
from tests.system import ROOT

MOST_SCRIPT = 400_000
"""Bytes, packed, without the map's library."""


def test_C1_C2_C3_the_pages_own_tests_pass() -> None:
    program, _ = node()
    done = subprocess.run(
        [str(program), "--test", "--test-reporter=tap", "tests/*.test.ts"],
        cwd=ROOT / "web",
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# skipped 0" in done.stdout
    assert "# todo 0" in done.stdout
    assert "# pass 0\n" not in done.stdout


def test_the_script_is_small_without_the_map() -> None:
    page = built_page()
    map_library = [file for file in (FOLDER / "assets").glob("*.js") if file.name.startswith(("MapPanel", "maplibre"))]
    assert page.script.startswith("/static/app/assets/main-")
    assert map_library
    scripts = [file for file in (FOLDER / "assets").glob("*.js") if file not in map_library]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in scripts) <= MOST_SCRIPT
