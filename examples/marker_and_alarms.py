"""Set a marker, and list the alarms that call for attention: the standard library alone.

python marker_and_alarms.py [ADDRESS]
"""

import json
import sys
import urllib.request

address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765"


def ask(path, body=None):
    """Return the answer to a GET, or to a POST if there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


marker = ask("/api/markers", {"kind": "bolus", "text": "250 ml"})
print("marker", marker["id"], "at frame", marker["seq"])
alarms = ask("/api/alarms")["active"]
for alarm in alarms:
    print("alarm", alarm["kind"], alarm["state"], alarm["value"], "limit", alarm["limit"])
print(len(alarms), "alarms call for attention")
