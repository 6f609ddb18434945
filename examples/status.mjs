// Show state, density and markers, then the readings of the last seconds, from Node 18 or later without packages.
//
//     node status.mjs [ADDRESS]
//
// The WebSocket /ws sends what changes; Node has a client for it from version 22 (20: --experimental-websocket).

const address = process.argv[2] ?? "http://127.0.0.1:8765";

async function ask(path) {
  const answer = await fetch(address + path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

const status = await ask("/api/status");
console.log("state", status.state, "density", status.density_pct, "%, age", status.density_age_ms, "ms");
for (const { kind, text, seq } of await ask("/api/markers")) console.log("marker", kind, text, "at frame", seq);
for (const { seq, density_pct, quality } of await ask("/api/readings?since_s=2")) {
  console.log("reading", seq, density_pct, quality);
}
