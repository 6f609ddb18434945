// The doses given last, per kind of marker, newest first. Pure.

const REMEMBERED = 3;

/** The kinds of marker that have a dose. */
export const DOSED = ["bolus", "fluid"];

/** Read what was kept as text; what cannot be read counts as none. */
export function dosesIn(text) {
  try {
    const kept = JSON.parse(text ?? "{}");
    return Object.fromEntries(DOSED.map((kind) => [kind, listIn(kept?.[kind])]));
  } catch {
    return dosesIn("{}");
  }
}

/** Return the doses with this one first of its kind. */
export const withDose = (doses, kind, dose) => ({
  ...doses,
  [kind]: [dose, ...doses[kind].filter((other) => other !== dose)].slice(0, REMEMBERED),
});

const listIn = (kept) =>
  Array.isArray(kept) ? kept.filter((dose) => typeof dose === "string").slice(0, REMEMBERED) : [];
