"""`fengqiao verify`: dispatch folds its journals again and mediation its cases; `fengqiao` imports neither, so they run
as processes."""

from __future__ import annotations

import json

import typer

from fengqiao.cli.module_run import module_run


def run(*, as_json: bool) -> int:
    """Fold every journal from its first entry: hash chain, invariants, what the topics say, and the documents that
    reads are served from; of mediation every case and hazard. 0 when all is as it was written."""
    rows, status = [], 0
    for service in ("dispatch", "mediation"):
        done = module_run(f"services.{service}", "verify")
        rows += [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{") and '"entries"' in line]
        status = max(status, done.returncode)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return status
    for row in rows:
        verdict = "as it was written" if row["ok"] else f"WRONG: {row['problem']}"
        typer.echo(f"{row['area']}\t{row['entries']} entries, {row['events']} events\t{verdict}")
    return status
