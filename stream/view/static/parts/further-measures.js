// Measures beside density and count: an entry for each that the server names (see docs/page-api.md).

import { fact, get, put } from "../browser/dom.js";
import { label, value } from "../text/measures.js";

/** The measures of this run, as the server named them; empty if there is none beside density and count. */
let measures = [];

/** Make an entry for each measure. */
export function makeFurtherMeasures(named) {
  for (const measure of measures) entryOf(measure).remove();
  measures = named;
  for (const measure of measures) {
    const entry = fact(label(measure), "");
    entry.dataset.measure = measure.keys[0];
    entry.dataset.interval = measure.keys.length > 1;
    get("density-values").append(entry);
  }
}

/** Show the values of a reading (by key), or none. */
export function showFurtherMeasures(values) {
  for (const measure of measures) put(entryOf(measure).querySelector("dd"), value(measure, values));
}

/** Return the measures that these values have, [label, words]. */
export const furtherFacts = (values) =>
  measures
    .filter(({ keys }) => values[keys[0]] !== undefined)
    .map((measure) => [label(measure), value(measure, values)]);

const entryOf = (measure) => document.querySelector(`[data-measure="${measure.keys[0]}"]`);
