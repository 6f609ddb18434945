"""Write readings to a table as they come: pyzmq and msgpack alone.

    python readings_to_csv.py [ENDPOINT] [COUNT] > readings.csv

Needs: pip install pyzmq msgpack. Stops after COUNT readings; without it, when it is interrupted.
"""

import csv
import itertools
import sys

import msgpack
import zmq

COLUMNS = ("seq", "t_capture_ns", "density_pct", "density_low_pct", "density_high_pct", "quality", "quality_reasons")
endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5560"
count = int(sys.argv[2]) if len(sys.argv) > 2 else None

socket = zmq.Context().socket(zmq.SUB)
socket.connect(endpoint)
socket.setsockopt_string(zmq.SUBSCRIBE, "reading.")
table = csv.writer(sys.stdout)
table.writerow(COLUMNS)
for _ in itertools.count() if count is None else range(count):
    reading = msgpack.unpackb(socket.recv_multipart()[1])
    reading["quality_reasons"] = "; ".join(reading["quality_reasons"])
    table.writerow(reading[column] for column in COLUMNS)
    sys.stdout.flush()
