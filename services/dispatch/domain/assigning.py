"""Sharing units out among calls with the least seconds in all: the assignment problem."""

from collections.abc import Sequence
from math import inf

NO_WAY = 1e9
"""What a pair without a road costs: any other pair is better."""


def least_total(seconds: Sequence[Sequence[float]]) -> list[int | None]:
    """Per row the column that it gets, each column once; None where it gets none. `inf` pairs nothing.

    seconds: n rows of m numbers. As many rows as possible get a column, and of all ways to do that the one with the
    least sum is taken. Kuhn and Munkres in the form with potentials, O(n² m).
    """
    rows, columns = len(seconds), len(seconds[0]) if seconds else 0
    if not rows or not columns:
        return [None] * rows
    if rows > columns:
        given: list[int | None] = [None] * rows
        for column, row in enumerate(least_total(list(zip(*seconds, strict=True)))):
            if row is not None:
                given[row] = column
        return given
    cost = [[min(value, NO_WAY) for value in row] for row in seconds]
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    taken_by, came_from = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        taken_by[0], at = row, 0
        slack, seen = [inf] * (columns + 1), [False] * (columns + 1)
        while taken_by[at]:
            seen[at], current, least, following = True, taken_by[at], inf, 0
            for column in range(1, columns + 1):
                if seen[column]:
                    continue
                left = cost[current - 1][column - 1] - of_row[current] - of_column[column]
                if left < slack[column]:
                    slack[column], came_from[column] = left, at
                if slack[column] < least:
                    least, following = slack[column], column
            for column in range(columns + 1):
                if seen[column]:
                    of_row[taken_by[column]] += least
                    of_column[column] -= least
                else:
                    slack[column] -= least
            at = following
        while at:
            taken_by[at], at = taken_by[came_from[at]], came_from[at]
    found: list[int | None] = [None] * rows
    for column in range(1, columns + 1):
        row = taken_by[column]
        if row and seconds[row - 1][column - 1] != inf:
            found[row - 1] = column - 1
    return found
