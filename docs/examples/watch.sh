#!/usr/bin/env bash
# A command-room client: a snapshot, then every change. Come back with the last id, and nothing is missing.
set -euo pipefail
ROOM=${ROOM:-http://127.0.0.1:8000}
TOKEN=${TOKEN:-$(.venv/bin/fengqiao token --role subscriber --area gaoqiao)}

curl --silent --no-buffer "$ROOM/v1/stream?areas=gaoqiao" \
  -H "Authorization: Bearer $TOKEN" ${LAST_ID:+-H "Last-Event-ID: $LAST_ID"}
