#!/bin/sh
# Show the state with curl, and one status of the publisher by `subscribe`, both laid out by python.
#
#     ADDRESS=http://127.0.0.1:8765 ENDPOINT=tcp://127.0.0.1:5560 sh examples/status.sh
#
# SUBSCRIBE is the command that subscribes; by default that of the checkout, wherever this is called from.
set -e
cd "$(dirname "$0")/.."
curl --silent --fail "${ADDRESS:-http://127.0.0.1:8765}/api/status" | python3 -m json.tool
${SUBSCRIBE:-uv run run_stream.py subscribe} "${ENDPOINT:-tcp://127.0.0.1:5560}" --topic status. --count 1 | python3 -m json.tool
