// Requests to the server (see docs/page-api.md).

import * as words from "../text/common.js";

/**
 * Send a request and return the answer's JSON. Throws an Error with the server's own sentence if it is refused.
 * @param {string} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 */
export async function send(method, path, body) {
  return (await request(method, path, { body })).json();
}

/**
 * Ask for a change of what all pages share, as `send` does; return the answer and the version of the state in it.
 * @returns {Promise<{version: number, answer: object}>}
 */
export async function change(method, path, body) {
  const answer = await request(method, path, { body });
  return { version: Number(answer.headers.get("State-Version")), answer: await answer.json() };
}

async function request(method, path, { body, signal } = {}) {
  const content = body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, signal, ...content }).catch(() => {
    throw new Error(words.unreachable);
  });
  if (answer.ok) return answer;
  const refusal = await answer.json().catch(() => ({}));
  throw new Error(refusal.error ?? words.refused(answer.status));
}

/** Read what lies at a path, unless `signal` (an AbortSignal) ends that. Throws as `send` does. */
export const read = async (path, signal) => (await request("GET", path, { signal })).json();

/** Read the picture that lies at a path; otherwise as `read`. */
export async function readPicture(path, signal) {
  const answer = await request("GET", path, { signal });
  return createImageBitmap(await answer.blob()).catch(() => {
    throw new Error(words.noPicture);
  });
}

/**
 * Wrap an asynchronous function so that it runs one call at a time, and of the calls that come meanwhile only the
 * newest. Scrubbing and panning ask faster than the server answers.
 */
export function newestOnly(work) {
  let busy = false;
  let waiting = null;
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
