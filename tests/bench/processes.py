"""What processes cost: CPU seconds between two moments, and resident memory."""

from collections.abc import Mapping

import psutil


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """User and system seconds of each process so far."""
    used = {}
    for name, pid in pids.items():
        times = psutil.Process(pid).cpu_times()
        used[name] = times.user + times.system
    return used


def rss_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """Resident memory of each process, MB."""
    return {name: round(psutil.Process(pid).memory_info().rss / 2**20, 1) for name, pid in pids.items()}


def per_thousand(before: Mapping[str, float], after: Mapping[str, float], incidents: int) -> dict[str, float]:
    """CPU seconds per 1,000 incidents of each process."""
    return {name: round((after[name] - before[name]) / max(incidents, 1) * 1000, 2) for name in before}
