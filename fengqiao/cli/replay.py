"""`fengqiao replay`: analytics folds the logs again; `fengqiao` does not import it, so it runs as a process."""

from __future__ import annotations

import json

import typer

from fengqiao.cli.module_run import module_run


def run(*, as_json: bool) -> int:
    """Count everything again from offset 0, and hold what is stored against it. 0 when all is equal, bit for bit."""
    done = module_run("services.analytics", "replay")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"area"')]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return done.returncode
    for row in rows:
        verdict = "equal to the log" if row["ok"] else f"WRONG: {row['problem']}"
        counted = f"{row['events']} events, {row['documents']} documents, {row['dossiers']} cases and hazards"
        typer.echo(f"{row['area']}\t{counted}\t{verdict}\t{row['hash'][:16]}")
    return done.returncode
