"""Measures a system of its own beside a floor: the same chain without any logic, on the same servers, in one run."""
