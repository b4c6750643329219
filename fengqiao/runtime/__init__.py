"""How a service runs: consume, publish, journal, documents, HTTP, auth, telemetry, settings. Knows no event by name."""
