// How the outlets stand: what takes readings to other systems.

import { clock, count } from "./format.js";

export const title = "Outlets";

/** The word on the button. */
export const button = (outlets, failing) => (failing ? `Outlets: ${failing} failing` : `Outlets ${outlets}`);

/** Say how all of them stand. */
export function summary(outlets, connected, failing) {
  if (failing) return `${failing} of ${outlets} ${outlets === 1 ? "outlet" : "outlets"} failing.`;
  if (connected < outlets) return `${connected} of ${outlets} connected; ${outlets - connected} idle.`;
  return outlets === 1 ? "The outlet is connected." : `All ${outlets} outlets are connected.`;
}

/** Say how one stands: since when, what else is known of it, and what waits. */
export function standing({ condition, since_ns: since, detail, waiting, given_up: lost }) {
  const left = [detail, waiting && `${messages(waiting)} waiting`, lost && `${messages(lost)} given up`];
  return [`${conditions[condition]} ${time(since)}`, ...left.filter(Boolean)].join(", ");
}

/** Say that an outlet fails, and why, in one line. */
export const failure = ({ name, since_ns: since, error }) =>
  `Outlet ${name}: failing since ${time(since)}${error ? `: ${line(error)}` : "."}`;

/** Name several outlets that fail: the list says why. */
export const failures = (names) => `${names.length} outlets are failing: ${names.join(", ")} (“Outlets” says why).`;

const LINE = 90; // characters
const conditions = { idle: "idle since", connected: "connected since", failing: "FAILING since" };
const time = (ns) => clock(ns / 1e9);
const messages = (n) => `${count(n)} ${n === 1 ? "message" : "messages"}`;

function line(error) {
  const sentence = error.replace(/[.\s]+$/, "");
  return sentence.length > LINE ? `${sentence.slice(0, LINE)}…` : `${sentence}.`;
}
