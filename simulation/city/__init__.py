"""A city that lives: calls come in at a chosen rate, crews drive along its roads and report. All of it over REST."""
