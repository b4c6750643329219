"""Checks by hand while what they read is away: a sentence that says so, and a status of its own."""

import os
import subprocess
import sys

import pytest

from tests.system import ROOT

NOBODY = {"MONGODB_URI": "mongodb://127.0.0.1:1", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}


@pytest.mark.parametrize("command", ["dispatch verify", "mediation verify", "analytics replay"])
def test_a_check_without_a_store_says_that_nothing_is_known(command: str) -> None:
    service, verb = command.split()
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", verb],
        cwd=ROOT,
        env=os.environ | NOBODY,
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("{") and "warning" not in line]
    assert (done.returncode, done.stdout) == (3, "")
    assert said[-1] == "Not checked: the document store does not answer. Start it (fengqiao up), and check again."
    assert "Traceback" not in done.stderr
