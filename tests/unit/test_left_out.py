"""On servers of the user's own, what would kill them is left out, and the last line names it."""

import os
import subprocess
import sys

import pytest

from tests.system import ROOT

KILLER = "tests/integration/runtime/test_kafka.py"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_last_line_names_what_was_left_out(workers: str) -> None:
    given = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "MONGODB_URI": "mongodb://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", workers, "-k", "survives_a_killed_kafka", KILLER],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("Left out on given servers, because they kill theirs: "), done.stdout + done.stderr
    assert f"{KILLER}::test_the_publisher_survives_a_killed_kafka" in last
