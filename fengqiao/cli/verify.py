"""`fengqiao verify`: dispatch folds its journals again; `fengqiao` does not import it, so it runs as a process."""

from __future__ import annotations

import json
import os
import subprocess

import typer

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment


def run(*, as_json: bool) -> int:
    """Fold every journal from its first entry: hash chain, invariants, what the topics say, and the documents that
    reads are served from. 0 when all is as it was written."""
    done = subprocess.run(
        [PYTHON, "-m", "services.dispatch", "verify"],
        cwd=ROOT,
        env=child_environment(settings(), os.environ),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{") and '"entries"' in line]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return done.returncode
    for row in rows:
        verdict = "as it was written" if row["ok"] else f"WRONG: {row['problem']}"
        typer.echo(f"{row['area']}\t{row['entries']} entries, {row['events']} events\t{verdict}")
    return done.returncode
