#!/usr/bin/env bash
# Whoever runs it: is all there, is all ready, is the journal what was written?
set -euo pipefail
.venv/bin/fengqiao doctor || echo "doctor names what to mend"
for service in 8000 8001 8002 8003 8004; do
  curl --silent "http://127.0.0.1:$((service + ${PORT_SHIFT:-0}))/readyz" && echo
done
.venv/bin/fengqiao verify
.venv/bin/fengqiao dlq list || echo "a record could not be read: its reason stands beside it"
