#!/usr/bin/env bash
# A 110 system reports an incident. The same external_id again is the same incident: repeat until you hear 2xx.
set -euo pipefail
INTAKE=${INTAKE:-http://127.0.0.1:8001}
TOKEN=${TOKEN:-$(.venv/bin/fengqiao token --role integrator --area gaoqiao)}

curl --silent --show-error --fail-with-body --retry 5 --retry-all-errors "$INTAKE/v1/incidents" \
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data @- <<JSON
{"area": "gaoqiao", "source": "110", "external_id": "${EXTERNAL_ID:-CS110-20241030-4711}", "category": "brawl",
 "reported_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)", "description": "两人打架",
 "location": {"address": "永定社区美食七街"}, "caller": {"name": "李某", "phone": "13800000000"}}
JSON
