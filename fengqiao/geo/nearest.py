"""The nearest of many fixed points in the plane, without scipy (whose import costs 0.4 s a process)."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, hypot
from typing import Final

BUCKET_M: Final = 200.0
_RINGS: Final = 3


class NearestPoint:
    """Points in square buckets of BUCKET_M. Immutable after construction; safe to share between threads."""

    def __init__(self, x: Sequence[float], y: Sequence[float]) -> None:
        """x, y: metres, at least one point."""
        self._points = list(zip(x, y, strict=True))
        self._buckets: dict[tuple[int, int], list[int]] = {}
        for n, (px, py) in enumerate(self._points):
            self._buckets.setdefault((floor(px / BUCKET_M), floor(py / BUCKET_M)), []).append(n)

    def find(self, x: float, y: float) -> tuple[int, float]:
        """The number of the point nearest to (x, y), the lowest of equals, and its distance in metres."""
        column, row = floor(x / BUCKET_M), floor(y / BUCKET_M)
        near: list[int] = []
        for ring in range(_RINGS):
            for i in range(-ring, ring + 1):
                # The upper and lower rows of a ring are whole, between them only its two ends are new.
                for j in range(-ring, ring + 1, 1 if abs(i) == ring else 2 * ring):
                    near.extend(self._buckets.get((column + i, row + j), ()))
            if near:
                metres, n = self._closest(near, x, y)
                # Whatever lies outside the rings looked at is further than `ring` buckets away.
                if metres <= ring * BUCKET_M:
                    return n, metres
        metres, n = self._closest(range(len(self._points)), x, y)
        return n, metres

    def _closest(self, numbers: Sequence[int], x: float, y: float) -> tuple[float, int]:
        points = self._points
        return min((hypot(points[n][0] - x, points[n][1] - y), n) for n in numbers)
