"""The seeded generator of an area's folder: the same seed gives the same bytes."""
