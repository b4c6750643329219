#!/usr/bin/env bash
# A 110 system reports an incident. The same again is the same incident: repeat until you hear 2xx, word for word.
# Say reported_at as well, when the phone rang, as your system has it; without it the call counts from now.
set -euo pipefail
INTAKE=${INTAKE:-http://127.0.0.1:8001}
TOKEN=${TOKEN:-$(.venv/bin/fengqiao token --role integrator --area gaoqiao)}

curl --silent --show-error --fail-with-body --retry 5 --retry-all-errors "$INTAKE/v1/incidents" \
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data @- <<JSON
{"area": "gaoqiao", "source": "110", "external_id": "${EXTERNAL_ID:-CS110-20241030-4711}", "category": "brawl",
 "description": "两人打架", "location": {"address": "永定社区美食七街"},
 "caller": {"name": "李某", "phone": "13800000000"}}
JSON
