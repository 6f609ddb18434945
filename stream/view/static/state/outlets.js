// What is shown of the outlets. Pure.

import * as words from "../text/outlets.js";

/**
 * Return what the page says of all outlets, {word, summary, bad, list}, or null if there are none; each in the list is
 * {name, says, error, bad}.
 * @param {object[]} outlets of a status (see docs/page-api.md)
 */
export function outletsOf(outlets) {
  if (!outlets?.length) return null;
  const [connected, failing] = ["connected", "failing"].map((name) => inCondition(outlets, name).length);
  return {
    word: words.button(outlets.length, failing),
    summary: words.summary(outlets.length, connected, failing),
    bad: failing > 0,
    list: outlets.map((outlet) => ({
      name: outlet.name,
      says: words.standing(outlet),
      error: outlet.error,
      bad: outlet.condition === "failing",
    })),
  };
}

/** Return the notice that outlets fail, in a list; empty if none does. */
export function outletNotices(outlets) {
  const failing = inCondition(outlets ?? [], "failing");
  if (failing.length > 1) return [words.failures(failing.map(({ name }) => name))];
  return failing.map(words.failure);
}

const inCondition = (outlets, name) => outlets.filter(({ condition }) => condition === name);
