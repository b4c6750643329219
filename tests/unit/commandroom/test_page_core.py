"""The page's pure core is tested where it runs, in Node: order and limits, the stream's reader, the command line."""

import subprocess

from fengqiao.local.web_page import environment, node
from tests.system import ROOT


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
