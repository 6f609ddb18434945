"""Print the state and the density, four times a second: pip install pyzmq msgpack."""

import msgpack
import zmq

socket = zmq.Context().socket(zmq.SUB)
socket.connect("tcp://127.0.0.1:5560")
socket.subscribe("status.")
while socket.poll(1000):  # ms
    status = msgpack.unpackb(socket.recv_multipart()[1])
    print(status["source"], status["state"], status["density_pct"])  # None: there is no good and current value
print("no status for a second: the program is not there, and there is no current value")
