// The recording of pictures: a sign beside the state, and a button that keeps the last minutes.

import { get, put } from "../browser/dom.js";
import { send } from "../browser/requests.js";
import { keepOf, signOf } from "../state/recording.js";
import { showMessage } from "./message.js";

/** Let the button work. */
export function listenToRecording() {
  get("keep-pictures").addEventListener("click", keep);
}

/**
 * Show how the recording stands.
 * @param {object|null} status of the run (see docs/page-api.md)
 * @param {boolean} gone whether the run has ended, and its program with it
 */
export function showRecording(status, gone) {
  const running = gone || status?.state === "ended" ? null : (status?.recording ?? null);
  const sign = signOf(running);
  const element = get("recording");
  element.hidden = sign === null;
  element.title = sign?.detail ?? "";
  element.dataset.bad = sign?.bad ?? false;
  put("recording-word", sign?.word ?? "");
  put("recording-detail", sign?.detail ?? "");
  const button = get("keep-pictures");
  const offer = keepOf(running);
  button.hidden = offer === null;
  button.ariaDisabled = Boolean(offer?.why);
  button.ariaDescription = offer?.why ?? "";
  button.title = offer?.why ?? "";
  put("keep-pictures", offer?.word ?? "");
}

async function keep() {
  const { ariaDisabled, title } = get("keep-pictures");
  if (ariaDisabled === "true") return showMessage(title);
  try {
    await send("POST", "api/recording/keep");
  } catch (error) {
    showMessage(error.message);
  }
}
