// Print readings as they come, from Node 18 or later with the packages zeromq and @msgpack/msgpack.
//
//     npm install zeromq @msgpack/msgpack
//     node feed.mjs [ENDPOINT] [COUNT]

import { decode } from "@msgpack/msgpack";
import { Subscriber } from "zeromq";

const [endpoint = "tcp://127.0.0.1:5560", count = "Infinity"] = process.argv.slice(2);
const socket = new Subscriber();
socket.connect(endpoint);
socket.subscribe("reading.");
let left = Number(count);
let last = null;
for await (const [, body] of socket) {
  const reading = decode(body, { useBigInt64: true }); // times are larger than what a number of JavaScript holds exactly
  const seq = Number(reading.seq);
  const missing = last === null ? 0 : seq - last - 1; // not analysed, or missed here
  const ageMs = Date.now() - Number(reading.t_capture_ns / 1_000_000n); // both programs have the same clock
  const current = reading.quality === "good" && ageMs < 1000;
  console.log("reading", seq, current ? reading.density_pct : null, `${ageMs} ms old`, `${missing} missing`);
  last = seq;
  left -= 1;
  if (left <= 0) break;
}
socket.close();
