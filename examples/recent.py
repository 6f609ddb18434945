"""Readings of the last minute and of the next seconds as one pandas table, by the client in clients/python.

    python recent.py [ENDPOINT] [ADDRESS] [SECONDS]

Needs: pip install ./clients/python pandas.
"""

import itertools
import sys
import time

from capillary_client import ENDPOINT, Feed, history, to_frame

endpoint = sys.argv[1] if len(sys.argv) > 1 else ENDPOINT
address = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8765"
until = time.monotonic() + (float(sys.argv[3]) if len(sys.argv) > 3 else 5)
with Feed(endpoint, ["reading"]) as feed:  # first, so that nothing lies between both
    earlier = history(address, since_s=60)
    later = list(itertools.takewhile(lambda _: time.monotonic() < until, feed.readings()))
table = to_frame([*earlier, *later]).drop_duplicates("seq")
print(table[["seq", "density_pct", "quality"]].to_csv(), end="")
