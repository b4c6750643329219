"""The measurements as a table that a person reads."""

import sys
from collections.abc import Mapping
from typing import Any


def show(report: Mapping[str, Any]) -> None:
    """Print floor, system and their ratio for each load; then what each process cost."""
    out = sys.stdout.write
    out(f"\n{'load':<6}{'':<10}{'POST p50/p90/p99 ms':>26}{'seen p50/p90/p99 ms':>28}{'errors':>8}{'per s':>9}\n")
    for load, row in report["end_to_end"].items():
        if not isinstance(row, dict):
            continue
        below = report["floor"][load]
        for name, one in (("floor", below), ("system", row)):
            out(f"{load:<6}{name:<10}{_three(one['accepted_ms']):>26}{_three(one['seen_ms']):>28}")
            out(f"{one['errors']:>8}{one['per_second']:>9}\n")
        accepted = "/".join(_ratio(row["accepted_ms"], below["accepted_ms"], p) for p in ("p50", "p90", "p99"))
        seen = "/".join(_ratio(row["seen_ms"], below["seen_ms"], p) for p in ("p50", "p90", "p99"))
        rate = f"{row['per_second'] / below['per_second']:.2f}" if below["per_second"] else "-"
        out(f"{load:<6}{'ratio':<10}{accepted:>26}{seen:>28}{'':>8}{rate:>9}\n")
    out("\nCPU seconds per 1,000 incidents, and memory\n")
    for load, row in report["end_to_end"].items():
        if isinstance(row, dict):
            costs = ", ".join(f"{name} {seconds:.2f}" for name, seconds in row["cpu_s_per_1000"].items())
            out(f"  {load:<5} {costs}  (floor: {sum(report['floor'][load]['cpu_s_per_1000'].values()):.2f} in all)\n")
    last = report["end_to_end"]["max"]["rss_mb"]
    out("  MB    " + ", ".join(f"{name} {mb:.0f}" for name, mb in last.items()) + "\n")
    lives = report["lives"]
    out(f"\nWhole lives: {lives['sent']} calls, {lives['commands']} commands at {lives['commands_per_second']}/s, ")
    out(f"{lives['errors']} errors; seen {_three(lives['seen_ms'])} ms, of a command ")
    out(f"{_three(lives['command_seen_ms'])} ms\n")
    below = report["floor"].get("100")
    if below is not None:
        ratios = "/".join(_ratio(lives["seen_ms"], below["seen_ms"], p) for p in ("p50", "p90", "p99"))
        out(f"  seen, in floors at 100/s: {ratios}\n")
    costs = ", ".join(f"{name} {seconds:.2f}" for name, seconds in lives["cpu_s_per_1000"].items())
    out(f"  CPU seconds per 1,000 calls: {costs}\n")
    _stream(report["stream"])
    out(f"\nServices ready after {report['end_to_end']['services_ready_s']} s; ")
    out(f"`fengqiao up --once`, ready and stopped again: {report['up_ready_and_stopped_s']} s\n")


def _stream(stream: Mapping[str, Any]) -> None:
    out = sys.stdout.write
    seen, held, page = _three(stream["seen_ms"]), stream["snapshot"], stream["page"]
    out(f"\nStream: {stream['clients']} clients at {stream['events_per_second']}/s: seen {seen} ms, ")
    out(f"{stream['missed']} missed, {stream['cores']} cores, {stream['rss_mb']:.0f} MB; ")
    out(f"{stream['idle_clients']} idle: {stream['idle_cores']} cores; ")
    out(f"snapshot of {held['incidents']} and {held['units']}: {held['p50_ms']} ms, {held['bytes']} bytes\n")
    out(f"Page: painted after {page['first_contentful_paint_ms']} ms, its list after {page['list_there_ms']} ms; ")
    out(f"{page['script_kb_without_map']} kB of script; {page['moving_units']} units moving: main thread busy ")
    out(f"{page['main_thread_busy']:.0%}\n")


def _three(values: Mapping[str, float]) -> str:
    return " / ".join(f"{values[p]:.1f}" for p in ("p50", "p90", "p99"))


def _ratio(one: Mapping[str, float], other: Mapping[str, float], p: str) -> str:
    return f"{one[p] / other[p]:.2f}"
