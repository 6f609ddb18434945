#!/bin/sh
# Print time and density of every good reading below a limit: a pipe of `subscribe` and jq.
#
#     sh examples/below.sh [LIMIT_PCT] [ENDPOINT]
#
# SUBSCRIBE is the command that subscribes; by default that of the checkout, wherever this is called from.
# `python clients/python/capillary_client.py` prints the same lines on a machine without the checkout.
set -e
cd "$(dirname "$0")/.."
${SUBSCRIBE:-uv run run_stream.py subscribe} "${2:-tcp://127.0.0.1:5560}" |
  jq --unbuffered --raw-output --argjson limit "${1:-5}" '
    select(.type == "reading" and .quality == "good" and .density_pct < $limit)
    | "\(.t_capture_ns / 1e9 | floor | todate) \(.density_pct)"'
