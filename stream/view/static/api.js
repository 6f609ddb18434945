// Requests to the server (see docs/page-api.md). A refusal becomes an Error with the server's own sentence.

import * as text from "./text.js";

export async function call(method, path, body) {
  const sent = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, ...sent }).catch(() => { throw new Error(text.unreachable); });
  if (answer.ok) return answer.json();
  const refusal = await answer.json().catch(() => ({}));
  throw new Error(refusal.error ?? text.refused(answer.status));
}

export const ask = (path) => call("GET", path);

// Of requests that follow each other quickly (scrubbing, panning) only the newest waiting one is made, one at a time.
export function newestOnly(work) {
  let [busy, waiting] = [false, null];
  return async (...wanted) => {
    waiting = wanted;
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await work(...next);
      }
    } finally {
      busy = false;
    }
  };
}
