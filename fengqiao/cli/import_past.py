"""`fengqiao import-past`: analytics reads the file; `fengqiao` does not import it, so it runs as a process."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from fengqiao.cli.module_run import module_run


def run(area: str, file: Path, mapping: Path, *, dry_run: bool, as_json: bool) -> int:
    """Import, and say what came of it. 0 when some rows could be used."""
    chosen = ["import", area, str(file.resolve()), str(mapping.resolve()), *(["--dry-run"] if dry_run else [])]
    done = module_run("services.analytics", *chosen)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"area"')]
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=False))
            continue
        new = f"{row['changed']} new or changed" if "changed" in row else "nothing was stored (dry run)"
        typer.echo(
            f"{row['usable']} of {row['rows']} rows on {row['days']} days; {new}; "
            f"{row['skipped']} skipped, {row['outside']} outside {area}, {row['wrong']} not usable"
        )
        for fault in row["faults"]:
            typer.echo(f"  {fault}")
    return done.returncode
