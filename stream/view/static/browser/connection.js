// The WebSocket to the server: opens it, opens it again if it breaks, and knows if it has been silent too long.
// Knows the two kinds of message (see docs/page-api.md), not what they mean.

import { stopwatch } from "./stopwatch.js";

const RETRY_MS = 500;
const SILENT_MS = 1700; // the server speaks four times per second; silence shows within two seconds
const LOOK_AGAIN_MS = 1000; // between two looks for a new run, after the end of this one
const RUN_ENDED = 4001; // the server's close code

export class Connection {
  /** Whether the server said, as it closed, that the run has ended. */
  ended = false;

  #url;
  #onText;
  #onPicture;
  #socket = null;
  #sinceMessage = stopwatch();
  #sinceOpened = stopwatch();

  /**
   * Open the connection and keep it open.
   * @param {string} url
   * @param {object} handlers
   * @param {(message: object) => void} handlers.onText takes a parsed text message
   * @param {(header: object, jpeg: Blob) => void} handlers.onPicture takes a picture
   */
  constructor(url, { onText, onPicture }) {
    this.#url = url;
    this.#onText = onText;
    this.#onPicture = onPicture;
    this.#open();
    setInterval(() => this.#watch(), RETRY_MS);
  }

  /** Return whether the server has spoken lately. */
  connected() {
    return this.#sinceMessage() < SILENT_MS;
  }

  /** Send a message if the connection is open; nothing is kept for later, so it must be sent anew after every hello. */
  send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Leave a run that has ended: its server waits for that. */
  leave() {
    this.ended = true;
    this.#socket.close();
  }

  #open() {
    this.#sinceOpened = stopwatch();
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    // A socket that was given up may still deliver: it must not pass for the one that is open now.
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket && event.code === RUN_ENDED) this.ended = true;
    };
    this.#socket = socket;
  }

  #receive(data) {
    this.#sinceMessage = stopwatch();
    this.ended = false;
    if (typeof data === "string") this.#onText(JSON.parse(data));
    else this.#onPicture(...pictureOf(data));
  }

  // Open a closed connection again; close one that stays silent first. After the run's end, look less often.
  #watch() {
    if (this.ended && (this.#sinceOpened() < LOOK_AGAIN_MS || this.#sinceMessage() < LOOK_AGAIN_MS)) return;
    if (this.#socket.readyState === WebSocket.CLOSED) this.#open();
    else if (!this.connected() && this.#sinceOpened() > SILENT_MS) {
      this.#socket.close();
      this.#open();
    }
  }
}

/** Split a picture message: 4 bytes little-endian length of a JSON header, the header, a JPEG. */
function pictureOf(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return [header, new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" })];
}
