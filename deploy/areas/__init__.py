"""The areas: one folder each, and the generator that makes their synthetic ground."""
