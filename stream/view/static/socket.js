// The line to the server: opens it, opens it again when it breaks, and tells when it has been silent too long.
// Knows the two kinds of message (see stream/view/live/messages.py), not what they mean.

import { stopwatch } from "./state.js";

const RETRY_MS = 500;
const SILENT_MS = 1700; // with the refresh of the page, told within two seconds; the server speaks four times a second
const QUIET_MS = 3000; // between two looks for a new run, once this one has ended
const ENDED = 4001; // see stream/view/live/viewer.py

export class Line {
  // onText(object), onPicture(header, jpegBlob). Silence is what `connected()` tells.
  constructor(url, { onText, onPicture }) {
    Object.assign(this, { url, onText, onPicture, socket: null, silence: stopwatch(), ended: false });
    this.open();
    setInterval(() => this.watch(), RETRY_MS);
  }

  connected() {
    return this.silence() < SILENT_MS;
  }

  open() {
    this.opening = stopwatch();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.silence = stopwatch();
      this.ended = false;
      if (typeof event.data === "string") this.onText(JSON.parse(event.data));
      else this.onPicture(...split(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket && event.code === ENDED) this.ended = true;
    };
    this.socket = socket;
  }

  // Nothing is kept for later: whoever needs to, says it again when the line is open.
  say(wishes) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(wishes));
  }

  // A closed line is opened again; one that stays silent is given up first. After the run's end a new one is looked for.
  watch() {
    if (this.ended && this.opening() < QUIET_MS) return;
    if (this.socket.readyState === WebSocket.CLOSED) this.open();
    else if (!this.connected() && this.opening() > SILENT_MS) {
      this.socket.close();
      this.open();
    }
  }
}

// A picture message: 4 bytes little-endian header length, JSON header, JPEG.
export function split(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return [header, new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" })];
}
