"""Intake 接警: calls come in over REST, are made whole, kept, and told to everybody else on `incidents`."""
