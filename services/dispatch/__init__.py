"""Dispatch 派警: sends each incident to the nearest available help, and follows it until it is over."""
