"""`fengqiao replay`: analytics folds the logs again; `fengqiao` does not import it, so it runs as a process."""

from __future__ import annotations

import json
import os
import subprocess

import typer

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment


def run(*, as_json: bool) -> int:
    """Count everything again from offset 0, and hold what is stored against it. 0 when all is equal, bit for bit."""
    done = subprocess.run(
        [PYTHON, "-m", "services.analytics", "replay"],
        cwd=ROOT,
        env=child_environment(settings(), os.environ),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"area"')]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return done.returncode
    for row in rows:
        verdict = "equal to the log" if row["ok"] else f"WRONG: {row['problem']}"
        counted = f"{row['events']} events, {row['documents']} documents, {row['dossiers']} cases and hazards"
        typer.echo(f"{row['area']}\t{counted}\t{verdict}\t{row['hash'][:16]}")
    return done.returncode
